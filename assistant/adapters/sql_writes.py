"""What every write to the record has in common: its place in the audit chain, case events and signals beside it.

All functions work inside the caller's transaction and commit nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.adapters.sql_case_lines import put_lines
from assistant.adapters.tables import audit_entries, audit_head, case_events, outbox
from assistant.audit import content_hash, link
from assistant.cases.routing import RoutingRules
from assistant.cases.state import derive, event_id
from assistant.errors import Conflict
from assistant.records import AuditEntry, Case, CaseEvent, CaseEventKind, Signal

# Made once: building a statement costs as much as running it.
_HEAD = select(audit_head).with_for_update()
_MOVE_HEAD = update(audit_head).values(sequence=bindparam("sequence"), hash=bindparam("hash"))
_INSERT_ENTRIES = insert(audit_entries)
_INSERT_EVENTS = insert(case_events)
_INSERT_SIGNALS = insert(outbox)


class ChainWriter:
    """Adds entries to the audit chain in one transaction; `close` writes them.

    Reading the head locks it (PostgreSQL; SQLite's transaction holds the lock already), so that two
    writers never follow the same entry.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        head = connection.execute(_HEAD).one()
        self._hash: str = head.hash
        self.sequence: int = head.sequence
        self._entries: list[AuditEntry] = []

    def add(self, at: datetime, actor: str, action: str, subject: str, content: bytes) -> int:
        """Link one entry for `content` as it is stored; its sequence."""
        entry = link(self._hash, at, actor, action, subject, content_hash(content), self.sequence + 1)
        self._entries.append(entry)
        self._hash, self.sequence = entry.hash, entry.sequence
        return entry.sequence

    def close(self) -> None:
        """Write the entries and the new head."""
        self._connection.execute(_INSERT_ENTRIES, [dict(e) for e in self._entries])
        self._connection.execute(_MOVE_HEAD, {"sequence": self.sequence, "hash": self._hash})


def append_case_events(
    connection: Connection, chain: ChainWriter, events: Sequence[CaseEvent], rules: RoutingRules
) -> None:
    """Write case events with their audit entries, and the lines of their cases.

    Raises Conflict when a thread does not allow one now.
    """
    if not events:
        return
    cases = _checked_cases(connection, events)
    try:
        connection.execute(_INSERT_EVENTS, [_case_row(chain, e) for e in events])
    except IntegrityError as error:
        raise Conflict(f"{events[0].case_id} already has event {events[0].sequence}: read it again.") from error
    put_lines(connection, cases, rules, chain.sequence)


def append_follow_ups(
    connection: Connection, chain: ChainWriter, events: Sequence[CaseEvent], rules: RoutingRules
) -> None:
    """Write events that take the next place in the thread of a case there is, whatever number they come with.

    Raises Conflict when there is no such case.
    """
    for event in events:
        place = len(thread(connection, event.case_id)) + 1
        if place == 1:
            raise Conflict(f"{event.case_id} was never opened: nothing can be added to it.")
        placed = event.model_copy(update={"sequence": place, "event_id": event_id(event.case_id, place)})
        append_case_events(connection, chain, (placed,), rules)


def thread(connection: Connection, case_id: str) -> tuple[CaseEvent, ...]:
    """A case's events in order; empty when there is no such case."""
    chosen = select(case_events.c.body).where(case_events.c.case_id == case_id).order_by(case_events.c.sequence)
    return tuple(CaseEvent.model_validate_json(body) for body in connection.scalars(chosen))


def put_signals(connection: Connection, position: int, signals: Iterable[Signal], now: datetime) -> None:
    """Put signals into the outbox, due at once."""
    rows = [
        {
            "signal_id": signal.signal_id,
            "position": position,
            "type": signal.type,
            "purpose": signal.purpose.value,
            "body": signal.model_dump_json(),
            "state": "waiting",
            "attempts": 0,
            "due_at": now,
            "changed_at": now,
        }
        for signal in signals
    ]
    if rows:
        connection.execute(_INSERT_SIGNALS, rows)


def audit_entry(row: Row[Any, Any]) -> AuditEntry:
    """An audit entry as stored."""
    return AuditEntry(**row._asdict())


def _checked_cases(connection: Connection, events: Sequence[CaseEvent]) -> list[Case]:
    """The cases as they are with these events."""
    cases = []
    for case_id in dict.fromkeys(e.case_id for e in events):
        added = tuple(e for e in events if e.case_id == case_id)
        opens = added[0].kind is CaseEventKind.OPENED  # then there is no thread to read; its key is unique
        present = () if opens else thread(connection, case_id)
        if present and added[0].sequence <= len(present):
            raise Conflict(f"{case_id} already has event {added[0].sequence}: someone was first. Read it again.")
        cases.append(derive((*present, *added)))
    return cases


def _case_row(chain: ChainWriter, event: CaseEvent) -> dict[str, object]:
    body = event.model_dump_json()
    return {
        "event_id": event.event_id,
        "audit_sequence": chain.add(event.at, event.actor, "case.event", event.event_id, body.encode()),
        "case_id": event.case_id,
        "case_kind": event.case_kind.value,
        "sequence": event.sequence,
        "kind": event.kind.value,
        "at": event.at,
        "interaction_id": event.interaction_id,
        "body": body,
    }
