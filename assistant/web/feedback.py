"""Feedback on a reply. Its comment is a message like any other: scanned for safety reports, then redacted."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from assistant.pipeline import new_id
from assistant.records import Feedback, Interaction
from assistant.turn.screen import screen
from assistant.types import FindingKind, Question, SafetyIntake, Screening
from assistant.web.problems import Refused
from assistant.web.services import Given, Services
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
        question = _question(turn, new.comment, services)
        screening = _screened(question, services)
        comment = screening.redacted
        intakes = _safety(question, screening, services)
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


def _question(turn: Interaction, comment: str, services: Services) -> Question:
    """The comment as a message in a conversation of its own, about the product the reply was about."""
    product = turn.understanding.product if turn.understanding else None
    scope = turn.question.scope
    return Question(
        question_id=new_id("question"),
        conversation_id=new_id("conversation"),
        asker=turn.question.asker,
        scope=scope.model_copy(update={"product": product or scope.product}),
        text=comment,
        asked_at=services.clock.now(),
    )


def _screened(question: Question, services: Services) -> Screening:
    """The comment screened. Refused when a screen fails: unscreened text is never kept."""
    found = services.knowledge.products(question.scope.market, question.scope.audience, question.asked_at)
    names = {name.lower() for p in found for name in (p.product, p.generic, *p.substances) if name}
    screening = screen(question, services.assistant.screens, tuple(sorted(names)))
    if screening.of_kind(FindingKind.SCREEN_FAILED):
        detail = "Your comment could not be checked just now and was not kept. Please send it again in a moment."
        raise Refused(503, "not_screened", detail)
    return screening


def _safety(question: Question, screening: Screening, services: Services) -> tuple[SafetyIntake, ...]:
    thresholds = services.policies[question.scope.market].thresholds
    reported = any(f.confidence >= thresholds.safety_report for f in screening.of_kind(FindingKind.SAFETY_REPORT))
    urgent = any(f.confidence >= thresholds.emergency for f in screening.of_kind(FindingKind.EMERGENCY))
    if not (reported or urgent):
        return ()
    taken = services.assistant.take_turn(question)
    return tuple(o for o in taken.reply.outcomes if isinstance(o, SafetyIntake))
