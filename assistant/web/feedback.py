"""Feedback on a reply. Its comment is a message like any other: scanned for safety reports, then redacted."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from assistant.pipeline import new_id
from assistant.records import Feedback, Interaction
from assistant.types import SafetyIntake, Scope
from assistant.web.screening import take_in
from assistant.web.services import Given
from knowledge.types import Value

router = APIRouter(prefix="/v1/interactions", tags=["feedback"])
COMMENT_CHARACTERS = 2000


class NewFeedback(Value):
    """What an HCP thinks of a reply."""

    rating: Literal["up", "down"]
    reason: Literal["", "incomplete", "beside_the_point", "hard_to_read", "wrong", "other"] = ""
    comment: str = Field(default="", max_length=COMMENT_CHARACTERS)


class FeedbackTaken(Value):
    """Feedback as kept; `safety` where the comment reported something to drug safety."""

    feedback_id: str
    safety: tuple[SafetyIntake, ...] = ()


@router.post("/{interaction_id}/feedback", status_code=201, summary="Give feedback")
def give_feedback(interaction_id: str, new: NewFeedback, services: Given) -> FeedbackTaken:
    """Keep feedback on a reply, its comment redacted.

    A comment that reports safety information is first taken as a turn of its own, so that a safety case is
    opened and recorded whole (21 CFR 314.80, RULES.md row 4), whatever becomes of the feedback.
    """
    turn = services.ledger.interaction(interaction_id)
    comment = ""
    intakes: tuple[SafetyIntake, ...] = ()
    if new.comment.strip():
        screened = take_in(new.comment, turn.question.asker, scope_of(turn), services)
        comment, intakes = screened.text, screened.safety
    feedback = Feedback(
        feedback_id=new_id("feedback"),
        interaction_id=interaction_id,
        rating=new.rating,
        reason=new.reason,
        comment=comment,
        given_at=services.clock.now(),
    )
    services.ledger.add_feedback(feedback)
    return FeedbackTaken(feedback_id=feedback.feedback_id, safety=intakes)


def scope_of(turn: Interaction) -> Scope:
    """The scope of what is said about a turn: the product its reply was about."""
    product = turn.understanding.product if turn.understanding else None
    scope = turn.question.scope
    return scope.model_copy(update={"product": product or scope.product})
