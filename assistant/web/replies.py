"""Back to the HCP: where each of their requests is, the replies of experts, and what they can do about them.

The conversation's id is the key: whoever holds it sees the cases of its own turns and no others.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from assistant.cases.lines import CaseQuery, line_of
from assistant.cases.work import Act
from assistant.errors import NotFound
from assistant.records import Case, CaseEventKind, CaseKind, CaseStatus, Interaction
from assistant.responses import ResponseDocument
from assistant.types import SafetyIntake
from assistant.web.case_work import work_of
from assistant.web.feedback import scope_of
from assistant.web.screening import take_in
from assistant.web.services import Given, Services
from knowledge.types import Value

router = APIRouter(prefix="/v1/conversations/{conversation_id}/cases", tags=["replies of experts"])
SHOWN_TURNS = 100
_OPEN = frozenset({CaseStatus.OPEN, CaseStatus.REQUESTED, CaseStatus.ASSIGNED, CaseStatus.REPLIED})
_ANSWERED = frozenset({CaseStatus.REPLIED, CaseStatus.RESOLVED})


class ExpertReply(Value):
    """A signed reply. It is the work of a person, not generated."""

    response: ResponseDocument
    sent_at: datetime
    ai_generated: Literal[False] = False


class Addition(Value):
    """What the HCP added, personal data masked."""

    text: str
    at: datetime


class CaseForHcp(Value):
    """A request as its HCP may see it: no name of staff, no note, no draft."""

    case_id: str
    interaction_id: str | None
    status: CaseStatus
    question: str
    requested_at: datetime | None
    with_expert_since: datetime | None
    due_at: datetime | None
    replies: tuple[ExpertReply, ...]
    additions: tuple[Addition, ...]
    rating: str  # "", "up", "down"
    can_add: bool
    can_withdraw: bool
    can_rate: bool


class NewAddition(Value):
    """Something to add to a request."""

    text: str = Field(min_length=1, max_length=4000)


class AdditionTaken(Value):
    """The request with the addition; `safety` where it reported something to drug safety."""

    case: CaseForHcp
    safety: tuple[SafetyIntake, ...] = ()


class Rating(Value):
    """What the HCP thinks of a reply."""

    rating: Literal["up", "down"]
    comment: str = Field(default="", max_length=2000)


@router.get("", summary="My requests")
def my_cases(conversation_id: str, services: Given) -> tuple[CaseForHcp, ...]:
    """Where each request of a conversation is, and the replies; oldest first."""
    return tuple(shown(case, services) for _, case in _mine(conversation_id, services))


@router.post("/{case_id}/messages", status_code=201, summary="Add to my request")
def add(conversation_id: str, case_id: str, new: NewAddition, services: Given) -> AdditionTaken:
    """Add something to a request; after a reply it goes back to work. Screened like any message."""
    turn, case = _one(conversation_id, case_id, services)
    screened = take_in(new.text, turn.question.asker, scope_of(turn), services)
    act = Act(
        kind=CaseEventKind.FOLLOWED_UP, actor=turn.question.asker.pseudonym, seen=len(case.events), text=screened.text
    )
    return AdditionTaken(case=shown(work_of(services).do(case_id, act), services), safety=screened.safety)


@router.post("/{case_id}/withdraw", summary="Withdraw my request")
def withdraw(conversation_id: str, case_id: str, services: Given) -> CaseForHcp:
    """Take a request back."""
    turn, case = _one(conversation_id, case_id, services)
    act = Act(kind=CaseEventKind.WITHDRAWN, actor=turn.question.asker.pseudonym, seen=len(case.events))
    return shown(work_of(services).do(case_id, act), services)


@router.post("/{case_id}/rating", summary="Rate a reply")
def rate(conversation_id: str, case_id: str, new: Rating, services: Given) -> AdditionTaken:
    """Rate the expert's reply; a comment is screened like any message."""
    turn, case = _one(conversation_id, case_id, services)
    screened = take_in(new.comment, turn.question.asker, scope_of(turn), services) if new.comment.strip() else None
    act = Act(
        kind=CaseEventKind.RATED,
        actor=turn.question.asker.pseudonym,
        seen=len(case.events),
        reason=new.rating,
        text="" if screened is None else screened.text,
    )
    rated = work_of(services).do(case_id, act)
    return AdditionTaken(case=shown(rated, services), safety=() if screened is None else screened.safety)


def shown(case: Case, services: Services) -> CaseForHcp:
    """A request as its HCP may see it."""
    line = line_of(case, services.rules)
    taken = [e.at for e in case.events if e.kind is CaseEventKind.ASSIGNED]
    return CaseForHcp(
        case_id=case.case_id,
        interaction_id=case.interaction_id,
        status=case.status,
        question=case.text,
        requested_at=case.requested_at,
        with_expert_since=taken[-1] if taken and case.status is CaseStatus.ASSIGNED else None,
        due_at=line.due_at if case.requested_at else None,
        replies=tuple(
            ExpertReply(response=e.response, sent_at=e.at)
            for e in case.events
            if e.kind is CaseEventKind.REPLIED and e.response is not None
        ),
        additions=tuple(Addition(text=e.text, at=e.at) for e in case.events if e.kind is CaseEventKind.FOLLOWED_UP),
        rating=line.rating,
        can_add=case.requested_at is not None and case.status in _OPEN | _ANSWERED,
        can_withdraw=case.requested_at is not None and case.status in _OPEN - _ANSWERED,
        can_rate=case.status in _ANSWERED,
    )


def _mine(conversation_id: str, services: Services) -> list[tuple[Interaction, Case]]:
    turns = {t.interaction_id: t for t in services.ledger.conversation(conversation_id, last=SHOWN_TURNS)}
    if not turns:
        return []
    asked = CaseQuery(
        kinds=(CaseKind.MEDICAL_INFORMATION,), interaction_ids=tuple(turns), order="newest", limit=SHOWN_TURNS
    )
    found = [services.desk.case(line.case_id) for line in reversed(services.desk.lines(asked).lines)]
    return [(turns[case.interaction_id], case) for case in found if case.interaction_id in turns]


def _one(conversation_id: str, case_id: str, services: Services) -> tuple[Interaction, Case]:
    for turn, case in _mine(conversation_id, services):
        if case.case_id == case_id:
            return turn, case
    raise NotFound(f"There is no request {case_id!r} in this conversation.")
