"""What people open: workbooks, pages, PDF and calendar files."""
