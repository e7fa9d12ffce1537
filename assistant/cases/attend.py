"""Look after the queues: give out what is to be given out, take back from the absent, escalate what ran out of time.

Each step is an event by `routing`, so that a thread tells who decided. Steps that someone else overtakes are left for
the next round.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date

import structlog

from assistant.cases.lines import CaseLine, CaseQuery
from assistant.cases.routing import Team, fitting
from assistant.cases.work import Act, CaseWork
from assistant.errors import AssistantError, Conflict
from assistant.records import CaseEventKind, CaseKind, CaseStatus
from knowledge.types import Value

ACTOR = "routing"
_MEDICAL = (CaseKind.MEDICAL_INFORMATION,)
_MOST = 1000
_log = structlog.get_logger(__name__)


class Step(Value):
    """One thing to do: `kind` is the event, `to` who gets the case (nobody when it is given back)."""

    case_id: str
    kind: CaseEventKind
    to: str = ""
    reason: str


def attend(work: CaseWork, *, is_dry: bool = False) -> tuple[Step, ...]:
    """Take every step that is due now; with `is_dry` only tell them. Returns the steps taken."""
    done = []
    for step in plan(work):
        try:
            if not is_dry:
                _take(work, step)
            done.append(step)
        except Conflict:
            continue  # someone was first: what is left to do shows in the next round
    return tuple(done)


def plan(work: CaseWork) -> Iterator[Step]:
    """The steps that are due: for the absent first, then what is late, then what nobody has."""
    on = work.clock.now().date()
    for team in work.rules.teams:
        yield from _from_absent(work, team, on)
        yield from _overdue(work, team)
        if team.assign == "least_loaded":
            yield from _given_out(work, team, on)


def _from_absent(work: CaseWork, team: Team, on: date) -> Iterator[Step]:
    for member in team.members:
        if member.is_away(on):
            for line in _held_by(work, member.pseudonym):
                yield Step(case_id=line.case_id, kind=CaseEventKind.RELEASED, reason="absent")


def _overdue(work: CaseWork, team: Team) -> Iterator[Step]:
    if not team.lead:
        return
    late = CaseQuery(kinds=_MEDICAL, team=team.name, due_before=work.clock.now(), limit=_MOST)
    for line in work.desk.lines(late).lines:
        if line.assignee != team.lead:
            yield Step(case_id=line.case_id, kind=CaseEventKind.ASSIGNED, to=team.lead, reason="overdue")


def _given_out(work: CaseWork, team: Team, on: date) -> Iterator[Step]:
    loads = Counter({m.pseudonym: len(_held_by(work, m.pseudonym)) for m in team.members})
    free = CaseQuery(
        kinds=_MEDICAL, team=team.name, assignee="", statuses=(CaseStatus.REQUESTED,), due_after=work.clock.now()
    )
    for line in work.desk.lines(free).lines:
        takers = fitting(work.desk.case(line.case_id), team, loads, on)
        if takers:
            loads[takers[0].pseudonym] += 1
            yield Step(case_id=line.case_id, kind=CaseEventKind.ASSIGNED, to=takers[0].pseudonym, reason="least_loaded")


def _held_by(work: CaseWork, pseudonym: str) -> tuple[CaseLine, ...]:
    held = CaseQuery(kinds=_MEDICAL, assignee=pseudonym, statuses=(CaseStatus.ASSIGNED,), limit=_MOST)
    return work.desk.lines(held).lines


def _take(work: CaseWork, step: Step) -> None:
    seen = len(work.desk.case(step.case_id).events)
    act = Act(kind=step.kind, actor=ACTOR, seen=seen, text=step.to, reason=step.reason)
    work.do(step.case_id, act)


class AttendLoop:
    """Attends every so often, in a thread of its own; a round that fails is told and tried again."""

    def __init__(self, work: CaseWork, every_seconds: float) -> None:
        self._work = work
        self._every = every_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="attend", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """End after the round under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            try:
                attend(self._work)
            except AssistantError as error:
                _log.warning("cases.attend_failed", error=type(error).__name__)
