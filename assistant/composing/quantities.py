"""Quantities in questions and in label text, and whether a label's range holds a value asked about.

Only for matching; quoted text is never changed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_VALUE = re.compile(rf"(?<![\w.])({_NUMBER})")
_THING = r"(?:\s*(?:kg|mg|mcg|g|ml/min|ml|months?|mos?|years?|yrs?|weeks?|wks?|days?|hours?|minutes?|°c?|%)(?![\w/]))"
_TO = rf"{_THING}?\s*(?:-|–|—|to|and)\s*(?:<|≤|less than(?: or equal to)?\s*)?\s*"
_RANGE = re.compile(rf"(?<![\w.])({_NUMBER}){_TO}({_NUMBER})(?![\w.]*\d)", re.IGNORECASE)
_BELOW = re.compile(
    rf"(<|≤|less than or equal to|less than|below|under|up to|at most|no more than)\s*({_NUMBER})", re.IGNORECASE
)
_ABOVE = re.compile(
    rf"(>|≥|greater than or equal to|greater than|more than|above|over|at least|or more than)\s*"
    rf"({_NUMBER})(?![\d.,]*\d)"
    rf"(?!{_TO}\d)",
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

# What a number is of, by the word after it. Numbers of different things are never held against each other.
_UNITS = {
    "percent": "% percent",
    "times": "x times fold",
    "years": "y yr yrs year years yo y/o",
    "months": "mo mos month months",
    "weeks": "wk wks week weeks",
    "days": "d day days",
    "hours": "h hr hrs hour hours",
    "minutes": "min mins minute minutes",
    "clearance": "ml/min ml/minute",
    "mass": "mg mcg µg g gram grams unit units iu mg/kg mcg/kg mg/m2 mg/day mg/d",
    "weight": "kg kilograms",
    "volume": "ml litre liter litres liters",  # no "l": "2L" is a line of therapy
    "temperature": "° °c °f",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_RATIO = re.compile(rf"{_NUMBER}/\d")  # a strength ("25/5") or a blood pressure
_DIVIDED = re.compile(r"\d/$")
_NEXT = re.compile(r"[\s-]?\s*([a-zµ%°]+(?:/[a-z]+\d?)?)", re.IGNORECASE)
_COUNTED = re.compile(r"[a-z]{3,}s$")  # "3 drugs": how many there are, no value a label's range could hold
_NO_COUNT = frozenset({"has", "was", "this", "plus", "versus", "less", "labs", "does"})


@dataclass(frozen=True)
class Value:
    """A number a question names, and what it is of ("" when it does not say)."""

    number: float
    unit: str = ""


@dataclass(frozen=True)
class Interval:
    """A stretch of numbers; both ends belong to it. `unit` as in `Value`."""

    low: float
    high: float
    unit: str = ""

    def holds(self, value: Value) -> bool:
        """Whether the value lies inside and may be of the same thing."""
        alike = not self.unit or not value.unit or self.unit == value.unit
        return alike and self.low <= value.number <= self.high


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def values(text: str) -> tuple[float, ...]:
    """Every number of a text, in order."""
    return tuple(_number(match.group(1)) for match in _VALUE.finditer(text))


def asked_values(text: str) -> tuple[Value, ...]:
    """The numbers of a question that a label's range may hold: no counts ("3 drugs"), no "1L", "2nd" or "25/5"."""
    found = []
    for match in _VALUE.finditer(text):
        if _RATIO.match(text, match.start()) or _DIVIDED.search(text, 0, match.start()):
            continue
        follows = _NEXT.match(text, match.end())
        word = follows[1].lower() if follows else ""
        unit = _UNIT_OF.get(word, "")
        is_attached = follows is not None and follows.start(1) == match.end()
        is_counted = _COUNTED.match(word) is not None and word not in _NO_COUNT
        if unit or not (is_attached or is_counted):
            found.append(Value(_number(match.group(1)), unit))
    return tuple(found)


def intervals(text: str) -> tuple[Interval, ...]:
    """Every range a text states: "15–30", "below 15 mL/min", "≥ 60", "65 years or older"."""
    found, within = [], set()
    for match in _RANGE.finditer(text):
        low, high = sorted((_number(match.group(1)), _number(match.group(2))))
        found.append(Interval(low, high, _unit_after(text, match.end(2))))
        within |= {match.start(1), match.start(2)}  # "20 to less than 40" is one range, and no "less than 40"
    for pattern, group in ((_BELOW, 2), (_ABOVE, 2), (_OR_MORE, 1)):
        for match in pattern.finditer(text):
            low, high = (0.0, _number(match[group])) if pattern is _BELOW else (_number(match[group]), math.inf)
            if match.start(group) not in within:
                found.append(Interval(low, high, _unit_after(text, match.end(group))))
    return tuple(found)


def _unit_after(text: str, end: int) -> str:
    follows = _NEXT.match(text, end)
    return _UNIT_OF.get(follows[1].lower(), "") if follows else ""


def has_amount(text: str) -> bool:
    """Whether a text states a number with a unit: a dose, a rate, a duration."""
    return _AMOUNT.search(text) is not None
