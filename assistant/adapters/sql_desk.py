"""Cases in SQL: threads of events, each with its audit entry; what a case is gets derived on reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, func, select

from assistant.adapters.engine import reading, writing
from assistant.adapters.sql_case_lines import (
    count_lines,
    find_lines,
    forget_lines,
    last_position,
    put_lines,
    tally_lines,
)
from assistant.adapters.sql_writes import ChainWriter, append_case_events, put_signals, thread
from assistant.adapters.tables import case_events
from assistant.cases.lines import CasePage, CaseQuery, Tally
from assistant.cases.routing import RoutingRules, read_rules
from assistant.cases.state import derive
from assistant.errors import NotFound
from assistant.ports import Clock
from assistant.records import Case, CaseEvent, CaseEventKind, CaseKind, CaseStatus, Signal

_PAGE = 200


class SqlDesk:
    """Cases as threads of events (port `Desk`)."""

    def __init__(self, engine: Engine, clock: Clock, rules: RoutingRules | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._rules = rules or read_rules()

    def append(self, event: CaseEvent, signals: Sequence[Signal] = ()) -> None:
        """Add the next event of a case, with its audit entry.

        Raises NotFound when the case was never opened, Conflict when the sequence is taken or the step
        is not possible now.
        """
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            if event.kind is not CaseEventKind.OPENED and not thread(connection, event.case_id):
                raise _no_case(event.case_id)
            append_case_events(connection, chain, (event,), self._rules)
            put_signals(connection, chain.sequence, signals, self._clock.now())
            chain.close()

    def case(self, case_id: str) -> Case:
        """One case, derived from its events. Raises NotFound."""
        with reading(self._engine) as connection:
            events = thread(connection, case_id)
        if not events:
            raise _no_case(case_id)
        return derive(events)

    def cases(self, kind: CaseKind | None = None, status: str | None = None, limit: int = 100) -> tuple[Case, ...]:
        """Cases, newest first."""
        kinds = () if kind is None else (kind,)
        statuses = () if status is None else (CaseStatus(status),)
        with reading(self._engine) as connection:
            asked = CaseQuery(kinds=kinds, statuses=statuses, order="newest", limit=limit)
            found = [line.case_id for line in find_lines(connection, asked).lines]
            pages = [found[i : i + _PAGE] for i in range(0, len(found), _PAGE)]
            return tuple(derive(events) for page in pages for events in _threads(connection, page))

    def lines(self, query: CaseQuery) -> CasePage:
        """A stretch of a queue, and how many cases it holds in all."""
        with reading(self._engine) as connection:
            return find_lines(connection, query)

    def tallies(self, query: CaseQuery) -> tuple[Tally, ...]:
        """How many cases there are of each combination of kind, status, product, market, reason, assignee."""
        with reading(self._engine) as connection:
            return tally_lines(connection, query)

    def position(self, kinds: Sequence[CaseKind]) -> int:
        """A number that grows whenever a case of these kinds changes."""
        with reading(self._engine) as connection:
            return last_position(connection, kinds)

    def is_whole(self) -> bool:
        """Whether every case has its line."""
        opened = select(func.count()).select_from(case_events).where(case_events.c.sequence == 1)
        with reading(self._engine) as connection:
            return (connection.scalar(opened) or 0) == count_lines(connection)

    def rebuild(self) -> int:
        """Make all lines anew from the events, by the rules of today; how many there are."""
        with writing(self._engine) as connection:
            forget_lines(connection)
            last = func.max(case_events.c.audit_sequence)
            chosen = select(case_events.c.case_id, last).group_by(case_events.c.case_id)
            ends = [(str(case_id), int(position)) for case_id, position in connection.execute(chosen)]
            for start in range(0, len(ends), _PAGE):
                positions = dict(ends[start : start + _PAGE])
                for events in _threads(connection, list(positions)):
                    put_lines(connection, (derive(events),), self._rules, positions[events[0].case_id])
        return len(ends)


def _threads(connection: Connection, case_ids: list[str]) -> list[list[CaseEvent]]:
    chosen = select(case_events.c.body).where(case_events.c.case_id.in_(case_ids)).order_by(case_events.c.sequence)
    threads: defaultdict[str, list[CaseEvent]] = defaultdict(list)
    for body in connection.scalars(chosen):
        event = CaseEvent.model_validate_json(body)
        threads[event.case_id].append(event)
    return [threads[case_id] for case_id in case_ids]


def _no_case(case_id: str) -> NotFound:
    return NotFound(f"There is no case {case_id!r}. `hcp cases list` shows those there are.")
