"""One line of a queue: a case as its thread tells it, flattened so that a database can filter, sort and count it.

A line is derived and may be thrown away: `hcp cases rebuild` makes all of them anew from the events.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from assistant.cases.routing import RoutingRules, due_at, routed
from assistant.cases.safety import read_report
from assistant.records import Case, CaseEventKind, CaseKind, CaseStatus, Priority
from knowledge.types import Market, Value

WAITING = frozenset({CaseStatus.OPEN, CaseStatus.REQUESTED, CaseStatus.ASSIGNED})
UNSENT = WAITING | {CaseStatus.REPLIED, CaseStatus.TRANSFERRED, CaseStatus.FAILED}
CLOSED = frozenset({CaseStatus.WITHDRAWN, CaseStatus.MERGED, CaseStatus.RESOLVED})


class CaseLine(Value):
    """A case in a queue. `due_at` is set while a clock runs; `replied_at` once a reply went out."""

    case_id: str
    kind: CaseKind
    status: CaseStatus
    product: str | None
    market: Market
    reason: str
    text: str
    interaction_id: str | None
    assignee: str | None
    team: str
    priority: Priority
    therapeutic_area: str
    territory: str
    language: str
    opened_at: datetime
    requested_at: datetime | None
    replied_at: datetime | None
    changed_at: datetime
    due_at: datetime | None
    rating: str  # "", "up", "down"
    sequence: int  # of its last event: what the next one follows


Order = Literal["due", "newest", "changed"]


class CaseQuery(Value):
    """Which cases, in which order; empty fields ask nothing."""

    kinds: tuple[CaseKind, ...] = ()
    statuses: tuple[CaseStatus, ...] = ()
    products: tuple[str, ...] = ()
    markets: tuple[Market, ...] = ()
    priorities: tuple[Priority, ...] = ()
    team: str = ""
    therapeutic_area: str = ""
    territory: str = ""
    language: str = ""
    reason: str = ""
    assignee: str | None = None  # "" asks for cases that are nobody's
    due_before: datetime | None = None
    due_after: datetime | None = None
    interaction_ids: tuple[str, ...] = ()
    words: str = ""  # all of them must stand in the question or the case's id
    order: Order = "due"
    limit: int = Field(default=50, ge=1, le=10_000)
    offset: int = Field(default=0, ge=0)


class Tally(Value):
    """How many cases hold one combination of values."""

    kind: CaseKind
    status: CaseStatus
    product: str | None
    market: Market
    reason: str
    assignee: str | None
    count: int


class CasePage(Value):
    """A stretch of the cases found, and how many there are in all."""

    lines: tuple[CaseLine, ...]
    total: int


def line_of(case: Case, rules: RoutingRules) -> CaseLine:
    """The line of a case."""
    routing = routed(case.events[0], rules)
    replies = [e.at for e in case.events if e.kind is CaseEventKind.REPLIED]
    ratings = [e.reason for e in case.events if e.kind is CaseEventKind.RATED]
    team = next((e.text for e in reversed(case.events) if _moves(case, e.kind)), routing.team)
    return CaseLine(
        case_id=case.case_id,
        kind=case.kind,
        status=case.status,
        product=case.product,
        market=case.market,
        reason=case.reason,
        text=case.text,
        interaction_id=case.interaction_id,
        assignee=case.assignee,
        team=team or routing.team,
        priority=routing.priority,
        therapeutic_area=routing.therapeutic_area,
        territory=routing.territory,
        language=routing.language,
        opened_at=case.opened_at,
        requested_at=case.requested_at,
        replied_at=replies[-1] if replies else None,
        changed_at=case.changed_at,
        due_at=clock_of(case, rules),
        rating=ratings[-1] if ratings else "",
        sequence=len(case.events),
    )


def clock_of(case: Case, rules: RoutingRules) -> datetime | None:
    """When the running clock of a case ends; None when none runs.

    A medical-information request is due from the moment the HCP asked for a reply (or someone took it); what the
    HCP adds after a reply, and a reopening, start it again. Of a safety case it is the first of its regulatory
    clocks that still runs.
    """
    if case.kind is CaseKind.MEDICAL_INFORMATION:
        started = _started_at(case)
        return None if started is None or case.status not in WAITING else due_at(case, started, rules)
    if case.status is CaseStatus.RESOLVED:  # a merged report still has to arrive
        return None
    return next((clock.due_at for clock in read_report(case).clocks if clock.met_at is None), None)


def _started_at(case: Case) -> datetime | None:
    """When the clock of a request began; None while it does not run."""
    started: datetime | None = None
    for event in case.events:
        if event.kind in (CaseEventKind.REPLIED, CaseEventKind.WITHDRAWN):
            started = None
        elif event.kind in _STARTS and started is None:
            started = event.at
    return started


_STARTS = frozenset(
    {CaseEventKind.REQUESTED, CaseEventKind.ASSIGNED, CaseEventKind.REOPENED, CaseEventKind.FOLLOWED_UP}
)


def _moves(case: Case, kind: CaseEventKind) -> bool:
    return kind is CaseEventKind.TRANSFERRED and case.kind is CaseKind.MEDICAL_INFORMATION
