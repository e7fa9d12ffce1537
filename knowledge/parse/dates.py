"""Reads the eight-digit dates of label sources."""

from __future__ import annotations

from datetime import date

_LENGTH = 8


def eight_digit_date(text: str) -> date | None:
    """The date of "20230209…"; None where the text is no date."""
    digits = text.strip()[:_LENGTH]
    if len(digits) != _LENGTH or not digits.isascii() or not digits.isdigit():
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
