"""One parser a source format, from bytes to a ParsedDocument."""
