"""The steps of a turn; they do not know each other."""
