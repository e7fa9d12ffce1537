"""What the words of a report tell about patient, seriousness, lot and pregnancy: found, never judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from assistant.records import SeriousnessCriterion
from assistant.screens.clauses import split_clauses
from knowledge.types import Value

TERMS = Path(__file__).parent / "safety_terms.yaml"
_AGE_UNITS: Mapping[str, Literal["years", "months", "weeks", "days"]] = {
    "mo": "months", "w": "weeks", "d": "days", "y": "years", "f": "years", "m": "years",
}  # fmt: skip
_OLDEST = 120


class Told(Value):
    """Words that tell something: offsets into the text they stand in."""

    start: int
    end: int
    quote: str


class Age(Value):
    """An age as told; 90 stands for 90 and over (45 CFR 164.514(b)(2))."""

    value: int
    unit: Literal["years", "months", "weeks", "days"]


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    terms = yaml.safe_load(TERMS.read_text(encoding="utf-8"))
    made = {
        f"seriousness.{name}": re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
        for name, words in terms["seriousness"].items()
    }
    plain = {name: terms[name] for name in terms if isinstance(terms[name], str) and name not in {"name", "version"}}
    return {**made, **{name: re.compile(pattern, re.IGNORECASE) for name, pattern in plain.items()}}


def seriousness(text: str) -> dict[SeriousnessCriterion, Told]:
    """The criteria of ICH E2A that words of a report speak for, each with the first of them.

    Questions and negated words are left out; what is left is a proposal that drug safety confirms or changes.
    """
    found: dict[SeriousnessCriterion, Told] = {}
    patterns = _patterns()
    for clause in split_clauses(text):
        if clause.is_question:
            continue
        for criterion in SeriousnessCriterion:
            for match in patterns[f"seriousness.{criterion.value}"].finditer(clause.text):
                if criterion not in found and not patterns["negated"].search(clause.text[: match.start()]):
                    found[criterion] = _told(match, clause.start)
    return found


def lot_number(text: str) -> Told | None:
    """A lot or batch number: named as one, or the whole of a short answer."""
    match = _patterns()["lot_number"].search(text) or _patterns()["bare_lot"].search(text)
    if match is None:
        return None
    return Told(start=match.start("value"), end=match.end("value"), quote=match.group("value"))


def age(text: str) -> Age | None:
    """The patient's age, where one is told: with its unit, after "age", or as a line by itself (an answer)."""
    if "90+" in text:
        return Age(value=90, unit="years")
    if match := _patterns()["age"].search(text):
        unit = match.group("unit").strip().casefold()
        name = "months" if unit.startswith("mo") else _AGE_UNITS[unit[0]]
        value = int(match.group("value"))
    elif match := next((m for line in text.splitlines() if (m := _patterns()["age_named"].search(line))), None):
        name, value = "years", int(match.group("value") or match.group("alone"))
    else:
        return None
    return Age(value=value, unit=name) if value <= _OLDEST else None


def sex(text: str) -> Literal["female", "male"] | None:
    """The patient's sex, where the words tell one and not both."""
    told = {name for name in ("female", "male") if _patterns()[name].search(text)}
    if len(told) != 1:
        return None
    return "female" if "female" in told else "male"


def gestation_weeks(text: str) -> int | None:
    """The week of a pregnancy, where it is told."""
    match = _patterns()["gestation_weeks"].search(text)
    return int(match.group("value")) if match else None


def _told(match: re.Match[str], offset: int) -> Told:
    return Told(start=offset + match.start(), end=offset + match.end(), quote=match.group())
