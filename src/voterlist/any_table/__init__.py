"""Any table, outside of a workspace: linked, checked, compared, evaluated, looked into."""
