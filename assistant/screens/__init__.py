"""One screen a file; each looks at a message for one thing."""
