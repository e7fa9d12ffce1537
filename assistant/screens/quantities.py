"""Amounts, weights and numbers of doses in questions and labels, in units that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"(?P<n>\d[\d,]*(?:\.\d+)?)"
_IN = {"mg": ("mg", 1.0), "g": ("mg", 1000.0), "gm": ("mg", 1000.0), "mcg": ("mg", 0.001), "µg": ("mg", 0.001),
       "μg": ("mg", 0.001), "ug": ("mg", 0.001), "unit": ("unit", 1.0), "iu": ("unit", 1.0), "gbq": ("gbq", 1.0),
       "mci": ("mci", 1.0)}  # fmt: skip
_AMOUNT = re.compile(
    rf"(?<![\d.,]){_NUMBER}\s?(?P<unit>mg|mcg|[µμu]g|gm?|units?|iu|gbq|mci)\b"
    r"(?:\s*/\s*(?P<per>kg|m\s?2|m²|ml|l|dl|h|hr|min|g)\b)?(?P<day>\s*/\s*d(?:ay)?\b)?",
    re.IGNORECASE,
)
_DOSED_BY = {"": "", "kg": "/kg", "m2": "/m2", "m²": "/m2"}
_WEIGHT = re.compile(rf"(?<![\d.,/-]){_NUMBER}\s?kgs?\b(?!\s*/)", re.IGNORECASE)
_AT_LEAST = re.compile(
    r"(?:weigh\w*|body\s+weight(?:\s+of)?)\s+(?:is\s+)?(?:at\s+least|greater\s+than(?:\s+or\s+equal\s+to)?|more\s+than|"
    r"over|≥|>=|>)\s*(?P<n>\d{1,3}(?:\.\d)?)\s?kg"
    r"|(?:weigh\w*|body\s+weight(?:\s+of)?)\s+(?P<n2>\d{1,3}(?:\.\d)?)\s?kg\s+(?:or\s+(?:more|greater|above)|and\s+(?:above|over|greater))",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b(?:(?P<low>\d{1,2})\s*(?:-|–|or|to)\s*)?(?P<n>\d{1,2})\s+(?:total\s+)?(?:doses|cycles|infusions|injections|courses)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:up\s+to|(?:a\s+)?maximum\s+of|no\s+more\s+than|not\s+(?:to\s+)?exceed|for\s+a\s+total\s+of)\s+(?:a\s+total\s+of\s+)?"
    r"(?P<n>\d{1,2}|four|five|six|eight|twelve)\s+(?:doses|cycles|infusions|injections|courses)\b",
    re.IGNORECASE,
)
_WORDS = {"four": 4, "five": 5, "six": 6, "eight": 8, "twelve": 12}


@dataclass(frozen=True)
class Quantity:
    """A number with its unit: `mg`, `unit`, `gbq` or `mci`, by weight or surface where `/kg` or `/m2` follows."""

    value: float
    unit: str
    start: int
    end: int


def amounts(text: str) -> Iterator[Quantity]:
    """Doses in a text; concentrations and rates are none."""
    for match in _AMOUNT.finditer(text):
        per = re.sub(r"\s", "", (match.group("per") or "").lower())
        if per not in _DOSED_BY:
            continue
        unit, factor = _IN[match.group("unit").lower().removesuffix("s")]
        value = float(match.group("n").replace(",", "")) * factor
        yield Quantity(value, unit + _DOSED_BY[per], match.start(), match.end("per" if match.group("per") else "unit"))


def weights(text: str) -> Iterator[Quantity]:
    """Body weights in kilograms named in a question."""
    for match in _WEIGHT.finditer(text):
        yield Quantity(float(match.group("n").replace(",", "")), "kg", match.start(), match.end())


def least_weights(text: str) -> Iterator[float]:
    """Weights in kilograms from which a label sentence says that it holds."""
    for match in _AT_LEAST.finditer(text):
        yield float(match.group("n") or match.group("n2"))


def counts(text: str) -> Iterator[Quantity]:
    """Numbers of doses or cycles named in a question; of a range, the lower."""
    for match in _COUNT.finditer(text):
        yield Quantity(float(match.group("low") or match.group("n")), "dose", match.start(), match.end())


def most_counts(text: str) -> Iterator[float]:
    """Numbers of doses or cycles that a label sentence sets as the most."""
    for match in _LIMIT.finditer(text):
        number = match.group("n").lower()
        yield float(_WORDS.get(number) or number)
