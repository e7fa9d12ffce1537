"""One turn of conversation, from question to signal."""
