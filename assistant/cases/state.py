"""What a case is, told by its events. Pure: the same thread always gives the same case."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from assistant.errors import Conflict
from assistant.records import Case, CaseEvent, CaseEventKind, CaseKind

Status = Literal["open", "requested", "assigned", "replied", "withdrawn", "resolved", "acknowledged"]

_LIVE: frozenset[Status] = frozenset({"open", "requested", "assigned", "replied"})
_CLOSED: frozenset[Status] = frozenset({"withdrawn", "resolved"})
_ANY: frozenset[Status] = _LIVE | _CLOSED | {"acknowledged"}

# From which statuses an event may follow, and the status it leads to (None: unchanged).
_Step = tuple[frozenset[Status], Status | None]
_MEDICAL: dict[CaseEventKind, _Step] = {
    CaseEventKind.REQUESTED: (frozenset({"open", "withdrawn"}), "requested"),
    CaseEventKind.ASSIGNED: (_LIVE, "assigned"),
    CaseEventKind.NOTED: (_ANY, None),
    CaseEventKind.REPLIED: (_LIVE, "replied"),
    CaseEventKind.WITHDRAWN: (_LIVE, "withdrawn"),
    CaseEventKind.RESOLVED: (_LIVE, "resolved"),
    CaseEventKind.REOPENED: (_CLOSED, "open"),
}
# A safety case is never withdrawn, and is resolved only once the safety system has
# acknowledged it (RULES.md row 4: never suppressed, forwarded with acknowledgement).
_SAFETY: dict[CaseEventKind, _Step] = {
    CaseEventKind.ASSIGNED: (_LIVE, "assigned"),
    CaseEventKind.NOTED: (_ANY, None),
    CaseEventKind.REPLIED: (_LIVE, "replied"),
    CaseEventKind.ACKNOWLEDGED: (_LIVE, "acknowledged"),
    CaseEventKind.RESOLVED: (frozenset({"acknowledged"}), "resolved"),
    CaseEventKind.REOPENED: (frozenset({"resolved", "acknowledged"}), "open"),
}
_STEPS = {CaseKind.MEDICAL_INFORMATION: _MEDICAL, CaseKind.SAFETY: _SAFETY}


def derive(events: Sequence[CaseEvent]) -> Case:
    """Tell a case from its thread, in order.

    Who a case is assigned to is the text of the last `assigned` event, or its actor when that is empty.
    Raises Conflict when the thread is empty, broken (gap, other case's event) or holds an impossible step.
    """
    opening = _opening(events)
    status: Status = "open"
    assignee: str | None = None
    for position, event in enumerate(events[1:], start=2):
        _refuse_foreign(opening, event, position)
        status = _after(opening, status, event.kind)
        if event.kind is CaseEventKind.ASSIGNED:
            assignee = event.text or event.actor
        elif event.kind is CaseEventKind.REOPENED:
            assignee = None
    return Case(
        case_id=opening.case_id,
        kind=opening.case_kind,
        status=status,
        product=opening.product,
        market=opening.market,
        reason=opening.reason,
        text=opening.text,
        interaction_id=opening.interaction_id,
        assignee=assignee,
        opened_at=opening.at,
        changed_at=max(e.at for e in events),
        events=tuple(events),
    )


def next_event(
    case_or_events: Case | Sequence[CaseEvent], kind: CaseEventKind, actor: str, at: datetime, text: str = ""
) -> CaseEvent:
    """The event that comes next in a case's thread. Raises Conflict when the case does not allow it now."""
    events = case_or_events.events if isinstance(case_or_events, Case) else tuple(case_or_events)
    opening = _opening(events)
    sequence = len(events) + 1
    event = CaseEvent(
        event_id=event_id(opening.case_id, sequence),
        case_id=opening.case_id,
        case_kind=opening.case_kind,
        sequence=sequence,
        kind=kind,
        actor=actor,
        at=at,
        product=opening.product,
        market=opening.market,
        text=text,
    )
    derive((*events, event))
    return event


def event_id(case_id: str, sequence: int) -> str:
    """The id of a case's n-th event. Derived, so that two writers of the same event meet."""
    digest = hashlib.sha256(f"{case_id}:{sequence}".encode()).digest()
    return "event_" + base64.b32encode(digest)[:12].decode().lower()


def _opening(events: Sequence[CaseEvent]) -> CaseEvent:
    if not events:
        raise Conflict("A case has at least one event; this thread is empty.")
    first = events[0]
    if first.kind is not CaseEventKind.OPENED or first.sequence != 1:
        raise Conflict(f"{first.case_id} does not begin with its opening but with {first.kind} ({first.sequence}).")
    return first


def _refuse_foreign(opening: CaseEvent, event: CaseEvent, position: int) -> None:
    if event.case_id != opening.case_id or event.case_kind is not opening.case_kind:
        raise Conflict(f"{event.event_id} belongs to {event.case_id}, not to {opening.case_id}.")
    if event.sequence != position:
        raise Conflict(f"{opening.case_id} has event {event.sequence} where {position} is due: read it again.")


def _after(opening: CaseEvent, status: Status, kind: CaseEventKind) -> Status:
    allowed, leads_to = _STEPS[opening.case_kind].get(kind, (frozenset(), None))
    if status not in allowed:
        raise Conflict(f"{opening.case_id} ({opening.case_kind}) is {status}: it cannot be {kind} now.")
    return leads_to or status
