"""The four minimum criteria of a valid safety report, and the one question worth asking back.

ICH E2D 5.1: identifiable reporter, identifiable patient, suspect product, event. A case is opened
without them all the same; what is missing is shown and asked for once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

from assistant.policy import FollowUp
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
