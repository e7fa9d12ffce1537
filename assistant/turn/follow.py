"""Follow: tell whether a message answers what was asked back: by a safety intake, or about an exposure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.criteria import answer_span
from assistant.records import Interaction
from assistant.screens.clauses import split_clauses
from assistant.types import (
    Clarify,
    Finding,
    FindingKind,
    Followed,
    PartKind,
    SafetyIntake,
    SafetyKind,
    Screening,
    Understanding,
)
from knowledge.types import ProductNames

_YES = re.compile(r"^\W*(?:yes|yeah|yep|yup|indeed|correct|unfortunately|i do|we do|one|two|several)\b", re.IGNORECASE)
_TOLD_SURELY = 0.9
TURNS = 3  # an answer comes soon, or is a message of its own


def follow(screening: Screening, history: Sequence[Interaction], names: Sequence[ProductNames]) -> Followed | None:
    """The answer in a message to the last question still open; None when nothing was asked or it is not answered."""
    intake = _still_asked(history)
    if intake is None:
        return None
    known = tuple(name.casefold() for n in names for name in (n.product, n.generic) if name)
    span = answer_span(intake.asked_about, screening.redacted, known)
    if span is None:
        return None
    return Followed(
        intake=intake,
        start=span[0],
        end=span[1],
        is_whole=span[1] == len(screening.redacted) and not _asked_which_product(history),
    )


def exposure_told(screening: Screening, history: Sequence[Interaction]) -> Screening:
    """A "yes" to the question whether a patient was exposed is a report of it (GVP VI.B.6.1); else as it was."""
    was_asked = bool(history) and any(n.kind == "exposure" for n in history[-1].reply.notices)
    clauses = split_clauses(screening.redacted)
    if not was_asked or not clauses or clauses[0].is_question or not _YES.match(clauses[0].text):
        return screening
    finding = Finding(
        kind=FindingKind.SAFETY_REPORT,
        detail=SafetyKind.PREGNANCY_EXPOSURE.value,
        start=clauses[0].start,
        end=clauses[0].end,
        found_by="asked.exposure@1",
        confidence=_TOLD_SURELY,
    )
    return screening.model_copy(update={"findings": (*screening.findings, finding)})


def without_answer(understanding: Understanding | None, followed: Followed | None, text: str) -> Understanding | None:
    """The parts of the message, those that only answer marked as what they are: part of a safety report."""
    if understanding is None or followed is None:
        return understanding
    answer = text[followed.start : followed.end]
    parts = tuple(
        part.model_copy(update={"kind": PartKind.SAFETY_REPORT})
        if followed.is_whole or (part.text.strip() and part.text.strip() in answer)
        else part
        for part in understanding.parts
    )
    return understanding.model_copy(update={"parts": parts})


def _still_asked(history: Sequence[Interaction]) -> SafetyIntake | None:
    for turn in reversed(history[-TURNS:]):
        for outcome in turn.reply.outcomes:
            if isinstance(outcome, SafetyIntake):
                return outcome if outcome.asked_about and not outcome.is_follow_up else None
    return None


def _asked_which_product(history: Sequence[Interaction]) -> bool:
    """Whether the last reply also asked which product a question is about: the answer is then for both."""
    return bool(history) and any(isinstance(o, Clarify) for o in history[-1].reply.outcomes)
