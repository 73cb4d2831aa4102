"""The analysts' desk: each case with all that decides it, and what comes back.

Nothing here is a page or a file: ``render.desk`` writes the page, ``casework`` reads files. The
same data, sentence and script serve the page in one file and the desk in a browser.
"""
