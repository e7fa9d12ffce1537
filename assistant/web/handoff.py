"""Talk to a person: confirm or withdraw what a reply offered, or ask for a person about any reply."""

from __future__ import annotations

import hashlib
from typing import Literal

from fastapi import APIRouter

from assistant.cases.routing import Facts, route
from assistant.cases.state import event_id, next_event
from assistant.errors import Conflict, NotFound
from assistant.pipeline import new_id
from assistant.ports import Desk
from assistant.records import Case, CaseEvent, CaseEventKind, CaseKind, Interaction, Purpose, Signal
from assistant.types import HandOff
from assistant.web.problems import Refused
from assistant.web.services import Given, Services
from knowledge.types import Value

router = APIRouter(prefix="/v1/interactions", tags=["hand-off"])
ATTEMPTS = 3

_EVENTS = {"request": CaseEventKind.REQUESTED, "withdraw": CaseEventKind.WITHDRAWN}
_DONE = {"request": {"requested", "assigned", "replied", "resolved"}, "withdraw": {"withdrawn"}}


class HandOffRequest(Value):
    """Send the question to the medical team, or leave it."""

    action: Literal["request", "withdraw"] = "request"
    case_id: str | None = None  # where a reply offered several


class CaseStatus(Value):
    """Where a case is now."""

    case_id: str
    status: str


@router.post("/{interaction_id}/handoff", summary="Talk to a person")
def hand_over(interaction_id: str, wanted: HandOffRequest, services: Given) -> CaseStatus:
    """Send the question of a turn to the medical team, or say "not now".

    Where the reply offered a hand-off this confirms or withdraws it; otherwise a case is opened on demand
    (a person can always be asked for: EU AI Act Art. 50, RULES.md row 12). Asking twice changes nothing.
    """
    turn = services.ledger.interaction(interaction_id)
    case_id = _case_id(turn, wanted.case_id)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _advance(turn, case_id, wanted.action, services)
        except Conflict:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def _case_id(turn: Interaction, named: str | None) -> str:
    """The case meant; one opened on demand has an id derived from its turn, so that it is opened once."""
    offered = [o.case_id for o in turn.reply.outcomes if isinstance(o, HandOff)]
    digest = hashlib.sha256(f"person wanted: {turn.interaction_id}".encode()).hexdigest()
    on_demand = f"case_{digest[:16]}"
    if named is None:
        return offered[0] if offered else on_demand
    if named not in {*offered, on_demand}:
        raise Refused(404, "unknown_case", "This reply offered no such case.")
    return named


def _advance(turn: Interaction, case_id: str, action: Literal["request", "withdraw"], services: Services) -> CaseStatus:
    case = _found(services.desk, case_id)
    if case is None:
        if action == "withdraw":
            raise Refused(409, "nothing_to_withdraw", "There is no request to withdraw.")
        opening = _opening(turn, case_id, services)
        services.desk.append(opening, (_signal("handoff.opened", opening, services),))
        case = services.desk.case(case_id)
    if case.status in _DONE[action]:
        return CaseStatus(case_id=case_id, status=case.status)
    event = next_event(case, _EVENTS[action], turn.question.asker.pseudonym, services.clock.now())
    services.desk.append(event, (_signal(f"handoff.{event.kind.value}", event, services),))
    return CaseStatus(case_id=case_id, status=services.desk.case(case_id).status)


def _found(desk: Desk, case_id: str) -> Case | None:
    try:
        return desk.case(case_id)
    except NotFound:
        return None


def _opening(turn: Interaction, case_id: str, services: Services) -> CaseEvent:
    understood = turn.understanding.product if turn.understanding else None
    product, scope = understood or turn.question.scope.product, turn.question.scope
    facts = Facts(
        market=scope.market,
        product=product,
        language=scope.language,
        territory=turn.question.asker.territory,
        reason="person_wanted",
    )
    return CaseEvent(
        event_id=event_id(case_id, 1),
        case_id=case_id,
        case_kind=CaseKind.MEDICAL_INFORMATION,
        sequence=1,
        kind=CaseEventKind.OPENED,
        actor=turn.question.asker.pseudonym,
        at=services.clock.now(),
        interaction_id=turn.interaction_id,
        product=product,
        market=scope.market,
        reason="person_wanted",
        text=turn.question.text,
        routing=route(facts, services.rules),
    )


def _signal(kind: str, event: CaseEvent, services: Services) -> Signal:
    return Signal(
        signal_id=new_id("signal"),
        type=kind,
        subject=event.case_id,
        purpose=Purpose.MEDICAL,
        consent="not_needed",
        data={"case_id": event.case_id, "reason": event.reason or "person_wanted"},
        at=services.clock.now(),
    )
