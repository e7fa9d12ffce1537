"""The daily reconciliation: every safety report received on a day, held against what the safety system took.

It starts from the recorded conversations themselves, not from the cases, so that a report without a case would show.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol

from assistant.cases.dispatch import turns_of
from assistant.cases.notify import REPORT, TO_SAFETY_SYSTEM
from assistant.cases.safety import read_report
from assistant.errors import NotFound
from assistant.outgoing import Channel, Dispatch, Dispatches, DispatchState, dispatch_id
from assistant.ports import Clock, Desk, Ledger
from knowledge.types import Value

GapKind = Literal["no_case", "not_transferred", "not_acknowledged", "refused", "unknown_to_receiver", "unknown_here"]


class Reported(Value):
    """One thing told or weighed: the place in its case's thread that was to be handed over."""

    case_id: str
    sequence: int
    at: datetime


class Received(Protocol):
    """What the record holds of a stretch of time."""

    def intakes(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """The case ids that replies of these turns named as safety reports."""
        ...

    def reports(self, start: datetime, end: datetime) -> tuple[Reported, ...]:
        """The events of safety cases that were to be handed over."""
        ...


class Gap(Value):
    """Something received that cannot be shown to have arrived, or the other way round."""

    kind: GapKind
    case_id: str
    detail: str


class Late(Value):
    """A clock that ran out before the safety system had acknowledged the report."""

    case_id: str
    clock: str
    due_at: datetime
    met_at: datetime | None


class Reconciliation(Value):
    """What came of a day's reports. `is_clean` when there is no gap; what was late is told beside it."""

    date: date  # a day in UTC, as Day 0 is
    made_at: datetime
    intakes: int
    cases: int
    reports: int  # with follow-ups and assessments
    acknowledged: int
    gaps: tuple[Gap, ...]
    late: tuple[Late, ...]
    uncertain_mails: int  # held for a person: see `hcp cases outgoing --state uncertain`

    @property
    def is_clean(self) -> bool:
        """Whether everything received was acknowledged."""
        return not self.gaps


def reconcile(
    day: date,
    received: Received,
    dispatches: Dispatches,
    desk: Desk,
    ledger: Ledger,
    clock: Clock,
    taken: Collection[str] | None = None,
) -> Reconciliation:
    """Reconcile one day (UTC). `taken`: the case or transfer ids that the receiver says it holds of that day."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    end = start + timedelta(days=1)
    intakes = received.intakes(start, end)
    reports = received.reports(start, end)
    cases = tuple(dict.fromkeys(r.case_id for r in reports))
    sent = {d.dispatch_id: d for case_id in cases for d in dispatches.of_case(case_id)}
    transfers = [sent.get(_transfer_id(report)) for report in reports]
    gaps = [_no_case(case_id) for case_id in dict.fromkeys(intakes) if not _exists(case_id, desk, cases)]
    gaps += [gap for report, one in zip(reports, transfers, strict=True) if (gap := _gap(report, one))]
    done = [one for one in transfers if one is not None and one.state is DispatchState.DONE]
    if taken is not None:
        gaps += _differences(done, sent, taken)
    return Reconciliation(
        date=day,
        made_at=clock.now(),
        intakes=len(set(intakes)),
        cases=len(cases),
        reports=len(reports),
        acknowledged=len(done),
        gaps=tuple(gaps),
        late=tuple(late for case_id in cases for late in _late(case_id, desk, ledger, clock.now())),
        uncertain_mails=dispatches.counts()[Channel.MAIL.value][DispatchState.UNCERTAIN.value],
    )


def _transfer_id(report: Reported) -> str:
    return dispatch_id(Channel.TRANSFER, report.case_id, REPORT, report.sequence, TO_SAFETY_SYSTEM)


def _exists(case_id: str, desk: Desk, cases: Sequence[str]) -> bool:
    """Whether a case has an event that was to be handed over; a case of another day's opening is looked up."""
    if case_id in cases:
        return True
    try:
        return bool(desk.case(case_id).events)
    except NotFound:
        return False


def _no_case(case_id: str) -> Gap:
    return Gap(kind="no_case", case_id=case_id, detail="A reply named this case, and there is none.")


def _gap(report: Reported, one: Dispatch | None) -> Gap | None:
    told = f"event {report.sequence} of {report.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if one is None:
        return Gap(kind="not_transferred", case_id=report.case_id, detail=f"{told} was never planned for transfer.")
    if one.state is DispatchState.DONE:
        return None
    why = f" Last: {one.last_error}" if one.last_error else ""
    if one.state is DispatchState.DEAD:
        return Gap(kind="refused", case_id=report.case_id, detail=f"{told} was given up as {one.dispatch_id}.{why}")
    if one.state is DispatchState.SENT:
        since = f"{one.sent_at:%Y-%m-%d %H:%M} UTC" if one.sent_at else "unknown"
        detail = f"{told} was handed over ({since}) and not acknowledged."
        return Gap(kind="not_acknowledged", case_id=report.case_id, detail=detail)
    detail = f"{told} is {one.state.value} after {one.attempts} attempts.{why}"
    return Gap(kind="not_transferred", case_id=report.case_id, detail=detail)


def _differences(done: Sequence[Dispatch], sent: Collection[str], taken: Collection[str]) -> list[Gap]:
    """What one side holds and the other does not."""
    listed = set(taken)
    missing = [d for d in done if d.dispatch_id not in listed and d.case_id not in listed]
    ours = {*sent, *(d.case_id for d in done)}
    gaps = [
        Gap(kind="unknown_to_receiver", case_id=d.case_id, detail=f"{d.dispatch_id} ({d.receipt}) is not in its list.")
        for d in missing
    ]
    return gaps + [
        Gap(kind="unknown_here", case_id=name, detail="In the receiver's list, and not received here that day.")
        for name in sorted(listed - ours)
    ]


def _late(case_id: str, desk: Desk, ledger: Ledger, now: datetime) -> list[Late]:
    case = desk.case(case_id)
    found = read_report(case, turns_of(case, ledger)).clocks
    return [
        Late(case_id=case_id, clock=clock.id, due_at=clock.due_at, met_at=clock.met_at)
        for clock in found
        if clock.is_overdue(now)
    ]
