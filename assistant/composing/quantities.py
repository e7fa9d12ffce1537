"""Quantities in questions and in label text, and whether a label's range holds a value asked about.

Only for matching; quoted text is never changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_VALUE = re.compile(rf"(?<![\w.])({_NUMBER})")
_RANGE = re.compile(rf"(?<![\w.])({_NUMBER})\s*(?:-|–|—|to|and)\s*(?:<|≤|less than\s*)?\s*({_NUMBER})(?![\w.]*\d)")
_BELOW = re.compile(
    rf"(<|≤|less than or equal to|less than|below|under|up to|at most|no more than)\s*({_NUMBER})", re.IGNORECASE
)
_ABOVE = re.compile(
    rf"(>|≥|greater than or equal to|greater than|more than|above|over|at least|or more than)\s*"
    rf"({_NUMBER})(?![\d.,]*\d)"
    r"(?!\s*(?:-|–|—|to|and)\s*(?:<|≤)?\s*\d)",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    rf"({_NUMBER})[^\d|]{{0,12}}(?:or (?:more|older|greater|above|over)|and (?:older|above|over))", re.IGNORECASE
)
_AMOUNT = re.compile(
    rf"{_NUMBER}\s*(?:%|mg|mcg|µg|g\b|kg|ml|units?\b|iu\b|hours?\b|hrs?\b|days?\b|weeks?\b|months?\b|years?\b|minutes?\b|"
    r"times\b|fold\b|°)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Interval:
    """A stretch of numbers; both ends belong to it."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies inside."""
        return self.low <= value <= self.high


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def values(text: str) -> tuple[float, ...]:
    """Every bare number of a text, in order."""
    return tuple(_number(match.group(1)) for match in _VALUE.finditer(text))


def intervals(text: str) -> tuple[Interval, ...]:
    """Every range a text states: "15–30", "below 15", "≥ 60", "65 years or older"."""
    found = [Interval(*sorted((_number(m.group(1)), _number(m.group(2))))) for m in _RANGE.finditer(text)]
    found += [Interval(0.0, _number(m.group(2))) for m in _BELOW.finditer(text)]
    found += [Interval(_number(m.group(2)), float("inf")) for m in _ABOVE.finditer(text)]
    found += [Interval(_number(m.group(1)), float("inf")) for m in _OR_MORE.finditer(text)]
    return tuple(found)


def has_amount(text: str) -> bool:
    """Whether a text states a number with a unit: a dose, a rate, a duration."""
    return _AMOUNT.search(text) is not None
