"""The HTTP service: one router a file, templates, static files."""
