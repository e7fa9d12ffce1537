"""The outside, one technology a file."""
