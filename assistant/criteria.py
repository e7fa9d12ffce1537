"""The four minimum criteria of a valid safety report, and the one question worth asking back.

ICH E2D 5.1: identifiable reporter, identifiable patient, suspect product, event. A case is opened
without them all the same; what is missing is shown and asked for once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

from assistant.cases.safety_facts import lot_number
from assistant.policy import FollowUp
from assistant.screens.clauses import Clause, split_clauses
from assistant.types import SafetyKind

CriterionName = Literal["reporter", "patient", "product", "event"]
CRITERIA: tuple[CriterionName, ...] = ("reporter", "patient", "product", "event")

# "A patient" alone identifies nobody; an age, a sex or a masked identifier of theirs does.
_PATIENT = re.compile(
    r"\b(?:90\+|\d{1,3}\s?-?(?:yo|y/o|yrs?|years?|months?|weeks?|mo|[fm])\b(?!\s+(?:ago|later|after|of\s+(?:therapy|treatment)))"
    r"|(?:wom[ae]n|m[ae]n|girl|boy|female|male|lady|"
    r"gentleman|infant|neonate|newborn|baby|toddler|teen\w*|child|kid|mother|mum|mom|father|dad|husband|wife|son|"
    r"daughter|nurse|she|he|her|his|him|mrs?|ms|elderly|adolescent)\b"
    r"|(?:pt|patient)(?:'?s)?[\s,:(-]+\[person\])|\[(?:mrn|health_plan)\]",
    re.IGNORECASE,
)


def patient_words(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text tells something that identifies a patient: start and end of each place."""
    return tuple(match.span() for match in _PATIENT.finditer(text))


def missing_criteria(text: str, product: str | None) -> tuple[str, ...]:
    """Which of "patient" and "product" a report does not tell.

    The reporter is the signed-in or pseudonymous HCP; the event is what the screen found.
    """
    missing = []
    if not patient_words(text):
        missing.append("patient")
    if product is None:
        missing.append("product")
    return tuple(missing)


def follow_up_about(missing: Sequence[str], kinds: Collection[SafetyKind]) -> FollowUp | None:
    """What to ask once, gently: the product first, then the lot of a complaint, then the patient."""
    if "product" in missing:
        return "product"
    if SafetyKind.PRODUCT_COMPLAINT in kinds:
        return "lot_number"
    if "patient" in missing:
        return "patient"
    return None


# What may stand in a short answer beside what was asked for, without making it a question of its own.
_FILLERS = frozenset({
    "a", "an", "the", "pt", "patient", "patients", "is", "was", "were", "it", "its", "she", "he", "they", "her",
    "his", "their", "this", "that", "of", "in", "about", "around", "approx", "approximately", "roughly", "sorry",
    "yes", "yep", "sure", "ok", "okay", "sex", "gender", "age", "aged", "year", "years", "yr", "yrs", "old", "mid",
    "early", "late", "and", "with", "lot", "batch", "number", "no", "nr", "drug", "product", "medicine",
    "medication", "name", "mg", "ml", "mcg", "strength", "tablet", "tablets", "pen", "i", "think", "believe", "on",
    "my", "one",
})  # fmt: skip
_UNKNOWN = re.compile(
    r"\b(?:(?:do\s?n[o'’]?t|don[’']?t|did\s?n[o'’]?t|can\s?n?o?[t’']+t?)\s+(?:know|have|say|share|tell|recall|remember)"
    r"|unknown|not\s+sure|no\s+idea|not\s+(?:available|at\s+hand)|n/a|unsure|prefer\s+not|rather\s+not)\b",
    re.IGNORECASE,
)
_DECADE = re.compile(r"\b\d0'?s\b", re.IGNORECASE)
_BARE_AGE = re.compile(r"^\W*\d{1,3}\W*$")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MOST_LEFT = 2  # words of an answer that are neither what was asked for nor a filler
_MOST_WORDS = 60


def answer_span(asked: str, text: str, names: Sequence[str] = ()) -> tuple[int, int] | None:
    """Where a message answers what was asked back: from its start up to its first question; None when it does not.

    `names`: the products there are, lower-case. The first clause decides, and must hold little else: what is
    asked next, or told of someone else, is taken like any message.
    """
    clauses = split_clauses(text)
    if not clauses or len(text.split()) > _MOST_WORDS or not _answers(asked, clauses[0], names):
        return None
    until = next((c.start for c in clauses if c.is_question or c.asks_dose or c.asks_rate), len(text))
    return (0, until) if until > 0 else None


def _answers(asked: str, clause: Clause, names: Sequence[str]) -> bool:
    if clause.is_question or clause.asks_dose or clause.asks_rate or clause.is_condition:
        return False
    if _UNKNOWN.search(clause.text):
        return True
    found = _asked_for(asked, clause.text, names)
    if not found:
        return False
    rest = clause.text
    for start, end in sorted(found, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    left = [w for w in _WORD.findall(rest.casefold()) if w not in _FILLERS and not w.isdigit()]
    return len(left) <= _MOST_LEFT


def _asked_for(asked: str, text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Where a text tells what was asked for."""
    if asked == "patient":
        aged = [m.span() for pattern in (_DECADE, _BARE_AGE) for m in pattern.finditer(text)]
        return [*patient_words(text), *aged]
    if asked == "lot_number":
        told = lot_number(text)
        return [(told.start, told.end)] if told else []
    if asked == "product":
        lowered = text.casefold()
        return [(at, at + len(name)) for name in names if name and (at := lowered.find(name)) >= 0]
    return []
