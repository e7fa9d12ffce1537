"""The four minimum criteria of a valid safety report, and the one question worth asking back.

ICH E2D 5.1: identifiable reporter, identifiable patient, suspect product, event. A case is opened
without them all the same; what is missing is shown and asked for once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.policy import FollowUp
from assistant.types import SafetyKind

_PATIENT = re.compile(
    r"\b(\d{1,3}\s?(?:yo|y/o|yr|yrs|year|years|[fm])\b|\d{1,3}[fm]\b|wom[ae]n|m[ae]n\b|girl|boy|female|male|lady|"
    r"gentleman|infant|neonate|newborn|teen\w*|child|kid|mother|mum|mom|father|dad|husband|wife|son|daughter|nurse|"
    r"she|he|her|his|him|mrs?|ms)\b",
    re.IGNORECASE,
)


def missing_criteria(text: str, product: str | None) -> tuple[str, ...]:
    """Which of "patient" and "product" a report does not tell.

    The reporter is the signed-in or pseudonymous HCP; the event is what the screen found.
    """
    missing = []
    if not _PATIENT.search(text):
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
