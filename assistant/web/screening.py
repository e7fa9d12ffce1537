"""Text that comes beside the turns (comments, additions, notes): screened like any message before it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.pipeline import new_id
from assistant.turn.screen import screen
from assistant.types import Asker, FindingKind, Question, SafetyIntake, Scope, Screening
from assistant.web.problems import Refused
from assistant.web.services import Services


@dataclass(frozen=True)
class Screened:
    """A text with personal data masked, and what it reported to drug safety."""

    text: str
    safety: tuple[SafetyIntake, ...]


def take_in(text: str, asker: Asker, scope: Scope, services: Services) -> Screened:
    """Screen a text; what reports safety information is first taken as a turn of its own.

    So a safety case is opened and recorded whole, whatever becomes of the text (21 CFR 314.80, RULES.md row 4).
    Refused when a screen fails: unscreened text is never kept beside a case; the vault keeps it for drug safety.
    """
    question = Question(
        question_id=new_id("question"),
        conversation_id=new_id("conversation"),
        asker=asker,
        scope=scope,
        text=text,
        asked_at=services.clock.now(),
    )
    screening = _screened(question, services)
    return Screened(text=screening.redacted, safety=_safety(question, screening, services))


def _screened(question: Question, services: Services) -> Screening:
    found = services.knowledge.products(question.scope.market, question.scope.audience, question.asked_at)
    names = {name.lower() for p in found for name in (p.product, p.generic, *p.substances) if name}
    screening = screen(question, services.assistant.screens, tuple(sorted(names)))
    if screening.of_kind(FindingKind.SCREEN_FAILED):
        detail = "Your text could not be checked just now and was not kept here. Please send it again in a moment."
        taken = services.assistant.take_turn(question)
        read = ", ".join(o.case_id for o in taken.reply.outcomes if isinstance(o, SafetyIntake))
        raise Refused(503, "not_screened", f"{detail} Drug safety reads it (reference {read})." if read else detail)
    return screening


def _safety(question: Question, screening: Screening, services: Services) -> tuple[SafetyIntake, ...]:
    thresholds = services.policies[question.scope.market].thresholds
    reported = any(f.confidence >= thresholds.safety_report for f in screening.of_kind(FindingKind.SAFETY_REPORT))
    urgent = any(f.confidence >= thresholds.emergency for f in screening.of_kind(FindingKind.EMERGENCY))
    if not (reported or urgent):
        return ()
    taken = services.assistant.take_turn(question)
    return tuple(o for o in taken.reply.outcomes if isinstance(o, SafetyIntake))
