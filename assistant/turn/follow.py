"""Follow: tell whether a message answers the one question that a safety intake asked back."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.criteria import answer_span
from assistant.records import Interaction
from assistant.types import Clarify, Followed, PartKind, SafetyIntake, Screening, Understanding
from knowledge.types import ProductNames

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


def without_answer(understanding: Understanding, followed: Followed, text: str) -> Understanding:
    """The parts of the message, those that only answer marked as what they are: part of a safety report."""
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
