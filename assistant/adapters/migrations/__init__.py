"""Schema versions, oldest first; each states its tables in full, so that it never changes with the code."""
