"""What a case is, told by its events. Pure: the same thread always gives the same case."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime

from assistant.errors import Conflict
from assistant.records import Case, CaseEvent, CaseEventKind, CaseKind, CaseStatus
from assistant.responses import ResponseDocument

_S = CaseStatus
_WAITING = frozenset({_S.OPEN, _S.REQUESTED})
_LIVE = _WAITING | {_S.ASSIGNED, _S.REPLIED}
_CLOSED = frozenset({_S.WITHDRAWN, _S.RESOLVED, _S.MERGED})
_ANY = frozenset(CaseStatus)

# From which statuses an event may follow, and the status it leads to (None: unchanged).
_Step = tuple[frozenset[CaseStatus], CaseStatus | None]
_EVERYWHERE: dict[CaseEventKind, _Step] = {
    CaseEventKind.NOTED: (_ANY, None),
    CaseEventKind.FOLLOWED_UP: (_ANY, None),
    CaseEventKind.MERGED: (_LIVE, _S.MERGED),
}
_MEDICAL: dict[CaseEventKind, _Step] = {
    **_EVERYWHERE,
    CaseEventKind.REQUESTED: (frozenset({_S.OPEN, _S.WITHDRAWN}), _S.REQUESTED),
    CaseEventKind.ASSIGNED: (_LIVE, _S.ASSIGNED),
    CaseEventKind.RELEASED: (frozenset({_S.ASSIGNED}), _S.REQUESTED),
    CaseEventKind.DRAFTED: (frozenset({_S.ASSIGNED, _S.REPLIED}), None),
    CaseEventKind.REPLIED: (_LIVE, _S.REPLIED),
    CaseEventKind.TRANSFERRED: (_LIVE, _S.REQUESTED),
    CaseEventKind.FAILED: (_ANY, None),  # a mail that did not arrive changes nothing of the case
    CaseEventKind.RATED: (frozenset({_S.REPLIED, _S.RESOLVED}), None),
    CaseEventKind.PROPOSED: (frozenset({_S.REPLIED, _S.RESOLVED}), None),
    CaseEventKind.WITHDRAWN: (_LIVE, _S.WITHDRAWN),
    CaseEventKind.RESOLVED: (_LIVE, _S.RESOLVED),
    CaseEventKind.REOPENED: (_CLOSED, _S.OPEN),
}
# A safety case is never withdrawn, and is resolved only once the safety system has acknowledged it
# (RULES.md row 4: never suppressed, forwarded with acknowledgement). Its status tells where the report is; who
# works on it is told by the assignee alone, since it is sent long before anyone takes it. Whatever is
# learnt later is sent again, from wherever the case stands.
_SAFETY: dict[CaseEventKind, _Step] = {
    **_EVERYWHERE,
    CaseEventKind.ASSIGNED: (_ANY, None),
    CaseEventKind.RELEASED: (_ANY, None),
    CaseEventKind.ASSESSED: (_ANY, None),
    CaseEventKind.REPLIED: (_ANY, None),
    CaseEventKind.TRANSFERRED: (_ANY, _S.TRANSFERRED),
    CaseEventKind.FAILED: (_ANY, _S.FAILED),
    CaseEventKind.ACKNOWLEDGED: (_ANY, _S.ACKNOWLEDGED),
    CaseEventKind.RESOLVED: (frozenset({_S.ACKNOWLEDGED}), _S.RESOLVED),
    CaseEventKind.REOPENED: (frozenset({_S.RESOLVED, _S.ACKNOWLEDGED, _S.MERGED}), _S.OPEN),
}
_STEPS = {
    CaseKind.MEDICAL_INFORMATION: _MEDICAL,
    CaseKind.SAFETY: _SAFETY,
    CaseKind.PRODUCT_COMPLAINT: _SAFETY,
}
_FREES = frozenset({CaseEventKind.REOPENED, CaseEventKind.RELEASED})


def derive(events: Sequence[CaseEvent]) -> Case:
    """Tell a case from its thread, in order.

    Who a case is assigned to is the text of the last `assigned` event, or its actor when that is empty.
    Raises Conflict when the thread is empty, broken (gap, other case's event) or holds an impossible step.
    """
    opening = _opening(events)
    status = CaseStatus.OPEN
    assignee: str | None = None
    requested_at: datetime | None = None
    for position, event in enumerate(events[1:], start=2):
        _refuse_foreign(opening, event, position)
        status = _after(opening, status, event.kind)
        if event.kind is CaseEventKind.ASSIGNED:
            assignee = event.text or event.actor
        elif event.kind in _FREES or (event.kind is CaseEventKind.TRANSFERRED and status is CaseStatus.REQUESTED):
            assignee = None
            if requested_at is None and status is CaseStatus.REQUESTED:
                status = CaseStatus.OPEN  # staff took it before the HCP asked for a reply
        elif event.kind is CaseEventKind.REQUESTED:
            requested_at = event.at
        elif event.kind is CaseEventKind.FOLLOWED_UP and _asks_again(opening, status):
            status = CaseStatus.ASSIGNED if assignee else CaseStatus.REQUESTED
            requested_at = event.at
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
        routing=opening.routing,
        opened_at=opening.at,
        requested_at=requested_at,
        changed_at=max(e.at for e in events),
        events=tuple(events),
    )


def next_event(
    case_or_events: Case | Sequence[CaseEvent],
    kind: CaseEventKind,
    actor: str,
    at: datetime,
    text: str = "",
    *,
    reason: str = "",
    response: ResponseDocument | None = None,
    interaction_id: str | None = None,
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
        reason=reason,
        text=text,
        response=response,
        interaction_id=interaction_id,
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


def _asks_again(opening: CaseEvent, status: CaseStatus) -> bool:
    """Whether what an HCP adds puts a request back to work."""
    answered = {CaseStatus.REPLIED, CaseStatus.RESOLVED}
    return opening.case_kind is CaseKind.MEDICAL_INFORMATION and status in answered


def _refuse_foreign(opening: CaseEvent, event: CaseEvent, position: int) -> None:
    if event.case_id != opening.case_id or event.case_kind is not opening.case_kind:
        raise Conflict(f"{event.event_id} belongs to {event.case_id}, not to {opening.case_id}.")
    if event.sequence != position:
        raise Conflict(f"{opening.case_id} has event {event.sequence} where {position} is due: read it again.")


def _after(opening: CaseEvent, status: CaseStatus, kind: CaseEventKind) -> CaseStatus:
    allowed, leads_to = _STEPS[opening.case_kind].get(kind, (frozenset(), None))
    if status not in allowed:
        raise Conflict(f"{opening.case_id} ({opening.case_kind}) is {status}: it cannot be {kind} now.")
    return leads_to or status
