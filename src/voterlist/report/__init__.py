"""The report: the tables of a run -> the numbers and rows of every output.

No file is written here. A section of the report is one folder of ``sections``; ``render`` walks the
sections to make the page and the workbook.
"""
