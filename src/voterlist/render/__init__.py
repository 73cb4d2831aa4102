"""What people open: workbooks, pages, calendar files, made from the models of ``report``."""
