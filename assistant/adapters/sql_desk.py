"""Cases in SQL: threads of events, each with its audit entry; what a case is gets derived on reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Engine, select

from assistant.adapters.engine import reading, writing
from assistant.adapters.sql_writes import ChainWriter, append_case_events, put_signals, thread
from assistant.adapters.tables import case_events
from assistant.cases.state import derive
from assistant.errors import NotFound
from assistant.ports import Clock
from assistant.records import Case, CaseEvent, CaseEventKind, CaseKind, Signal

_PAGE = 200


class SqlDesk:
    """Cases as threads of events (port `Desk`)."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def append(self, event: CaseEvent, signals: Sequence[Signal] = ()) -> None:
        """Add the next event of a case, with its audit entry.

        Raises NotFound when the case was never opened, Conflict when the sequence is taken or the step
        is not possible now.
        """
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            if event.kind is not CaseEventKind.OPENED and not thread(connection, event.case_id):
                raise _no_case(event.case_id)
            append_case_events(connection, chain, (event,))
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
        found: list[Case] = []
        with reading(self._engine) as connection:
            for case_ids in _pages(connection, kind, min(limit, _PAGE) if status is None else _PAGE):
                cases = [derive(events) for events in _threads(connection, case_ids)]
                found.extend(c for c in cases if status is None or c.status == status)
                if len(found) >= limit:
                    break
        return tuple(found[:limit])


def _pages(connection: Connection, kind: CaseKind | None, size: int) -> Iterator[list[str]]:
    """Case ids by their opening, newest first; the status is derived, so the database cannot filter by it."""
    chosen = select(case_events.c.case_id).where(case_events.c.sequence == 1)
    if kind is not None:
        chosen = chosen.where(case_events.c.case_kind == kind.value)
    chosen = chosen.order_by(case_events.c.at.desc(), case_events.c.audit_sequence.desc())
    offset = 0
    while page := list(connection.scalars(chosen.offset(offset).limit(size))):
        yield page
        offset += len(page)


def _threads(connection: Connection, case_ids: list[str]) -> list[list[CaseEvent]]:
    chosen = select(case_events.c.body).where(case_events.c.case_id.in_(case_ids)).order_by(case_events.c.sequence)
    threads: defaultdict[str, list[CaseEvent]] = defaultdict(list)
    for body in connection.scalars(chosen):
        event = CaseEvent.model_validate_json(body)
        threads[event.case_id].append(event)
    return [threads[case_id] for case_id in case_ids]


def _no_case(case_id: str) -> NotFound:
    return NotFound(f"There is no case {case_id!r}. `hcp cases list` shows those there are.")
