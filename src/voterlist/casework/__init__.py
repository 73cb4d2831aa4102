"""Questions on their way to people, and their answers: by workbook, by page and at the desk."""
