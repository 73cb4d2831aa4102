"""The report: the tables of a run -> ``Report``, the numbers and rows that every output shows.

No file is written here. A section of the report is one folder of ``sections``; ``render`` walks the
sections to make the page and the workbook.

Nothing is loaded before it is used: ``link`` says two numbers in a report's words, and needs no
section of it.
"""
