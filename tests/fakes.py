"""In-memory ports for tests. Ledger, desk and outbox share one FakeStore and pass the adapters' contract tests."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from assistant.audit import EMPTY, Head, content_hash, head_of, link
from assistant.cases.lines import CaseLine, CasePage, CaseQuery, Tally, line_of
from assistant.cases.routing import read_rules
from assistant.cases.state import derive, event_id
from assistant.errors import AssistantError, Conflict, NotFound, NotRecorded
from assistant.ports import Clock
from assistant.records import (
    AuditEntry,
    Case,
    CaseEvent,
    CaseEventKind,
    CaseKind,
    Feedback,
    Interaction,
    Signal,
    TurnRecord,
    VaultEntry,
)

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until told to go on."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def go_on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Waiting:
    """A signal in the fake outbox."""

    signal: Signal
    due_at: datetime
    state: str = "waiting"
    attempts: int = 0
    owner: str | None = None
    last_error: str = ""


@dataclass
class Shelf:
    """All that is stored."""

    interactions: dict[str, Interaction] = field(default_factory=dict)
    threads: dict[str, tuple[CaseEvent, ...]] = field(default_factory=dict)
    feedback: dict[str, Feedback] = field(default_factory=dict)
    vault: dict[str, VaultEntry] = field(default_factory=dict)
    outbox: dict[str, Waiting] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    contents: dict[int, bytes] = field(default_factory=dict)


class FakeStore:
    """What a database is to the adapters: one writer at a time, all of it or nothing."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.shelf = Shelf()
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Shelf]:
        with self._lock:
            draft = copy.deepcopy(self.shelf)
            yield draft
            self.shelf = draft


def _audit(shelf: Shelf, at: datetime, actor: str, action: str, subject: str, content: bytes) -> None:
    head = head_of(shelf.audit)
    shelf.audit.append(link(head.hash, at, actor, action, subject, content_hash(content), head.sequence + 1))
    shelf.contents[head.sequence + 1] = content


def _append(shelf: Shelf, events: Sequence[CaseEvent]) -> None:
    for event in events:
        present = shelf.threads.get(event.case_id, ())
        if event.sequence <= len(present):
            raise Conflict(f"{event.case_id} already has event {event.sequence}.")
        derive((*present, event))
        shelf.threads[event.case_id] = (*present, event)
        _audit(shelf, event.at, event.actor, "case.event", event.event_id, event.model_dump_json().encode())


def _put(shelf: Shelf, signals: Sequence[Signal], now: datetime) -> None:
    for signal in signals:
        if signal.signal_id in shelf.outbox:
            raise Conflict(f"{signal.signal_id} is in the outbox already.")
        shelf.outbox[signal.signal_id] = Waiting(signal, now)


class FakeLedger:
    """The record, in memory."""

    def __init__(self, store: FakeStore | None = None) -> None:
        self._store = store or FakeStore()

    def record(self, record: TurnRecord) -> None:
        turn = record.interaction
        try:
            with self._store.transaction() as shelf:
                if turn.interaction_id in shelf.interactions:
                    raise Conflict(f"{turn.interaction_id} is recorded already.")
                shelf.interactions[turn.interaction_id] = turn
                _audit(
                    shelf,
                    turn.finished_at,
                    "assistant",
                    "turn.recorded",
                    turn.interaction_id,
                    turn.model_dump_json().encode(),
                )
                for found in turn.screening.findings:
                    content = found.model_dump_json().encode()
                    _audit(shelf, turn.finished_at, "assistant", f"finding.{found.kind}", turn.interaction_id, content)
                    del shelf.contents[head_of(shelf.audit).sequence]  # the turn holds it, no row of its own
                _append(shelf, record.case_events)
                for event in record.follow_ups:
                    place = len(shelf.threads.get(event.case_id, ())) + 1
                    placed = {"sequence": place, "event_id": event_id(event.case_id, place)}
                    _append(shelf, [event.model_copy(update=placed)])
                for entry in record.vault:
                    shelf.vault[entry.reference] = entry
                    _audit(shelf, entry.received_at, "assistant", "vault.sealed", entry.reference, b"sealed")
                _put(shelf, record.signals, self._store.clock.now())
        except AssistantError as error:
            raise NotRecorded(f"{turn.interaction_id} could not be written: {error}") from error

    def interaction(self, interaction_id: str) -> Interaction:
        try:
            return self._store.shelf.interactions[interaction_id]
        except KeyError:
            raise NotFound(f"There is no interaction {interaction_id!r}.") from None

    def conversation(self, conversation_id: str, last: int = 10) -> tuple[Interaction, ...]:
        turns = self._store.shelf.interactions.values()
        return tuple(t for t in turns if t.question.conversation_id == conversation_id)[-last:]

    def add_feedback(
        self, feedback: Feedback, case_events: Sequence[CaseEvent] = (), signals: Sequence[Signal] = ()
    ) -> None:
        asker = self.interaction(feedback.interaction_id).question.asker.pseudonym
        with self._store.transaction() as shelf:
            shelf.feedback[feedback.feedback_id] = feedback
            content = feedback.model_dump_json().encode()
            _audit(shelf, feedback.given_at, asker, "feedback.given", feedback.feedback_id, content)
            _append(shelf, case_events)
            _put(shelf, signals, self._store.clock.now())

    def feedback(self, interaction_id: str) -> tuple[Feedback, ...]:
        return tuple(f for f in self._store.shelf.feedback.values() if f.interaction_id == interaction_id)

    def audit(self, after: int = 0, limit: int = 1000) -> tuple[AuditEntry, ...]:
        return tuple(e for e in self._store.shelf.audit if e.sequence > after)[:limit]

    def audit_head(self) -> Head:
        return head_of(self._store.shelf.audit, EMPTY)

    def stored_sha256(self, first: int, last: int) -> dict[int, str]:
        return {n: content_hash(c) for n, c in self._store.shelf.contents.items() if first <= n <= last}

    def read_vault(self, case_id: str, actor: str) -> tuple[VaultEntry, ...]:
        with self._store.transaction() as shelf:
            _audit(shelf, self._store.clock.now(), actor, "vault.read", case_id, b"")
            return tuple(e for e in shelf.vault.values() if e.case_id == case_id)


class FakeDesk:
    """Cases, in memory."""

    def __init__(self, store: FakeStore | None = None) -> None:
        self._store = store or FakeStore()

    def append(self, event: CaseEvent, signals: Sequence[Signal] = ()) -> None:
        with self._store.transaction() as shelf:
            if event.kind is not CaseEventKind.OPENED and event.case_id not in shelf.threads:
                raise NotFound(f"There is no case {event.case_id!r}.")
            _append(shelf, (event,))
            _put(shelf, signals, self._store.clock.now())

    def case(self, case_id: str) -> Case:
        try:
            return derive(self._store.shelf.threads[case_id])
        except KeyError:
            raise NotFound(f"There is no case {case_id!r}.") from None

    def cases(self, kind: CaseKind | None = None, status: str | None = None, limit: int = 100) -> tuple[Case, ...]:
        cases = [derive(thread) for thread in reversed(self._store.shelf.threads.values())]
        wanted = [c for c in cases if kind in (None, c.kind) and status in (None, c.status)]
        return tuple(sorted(wanted, key=lambda c: c.opened_at, reverse=True)[:limit])

    def lines(self, query: CaseQuery) -> CasePage:
        found = self._found(query)
        if query.order == "due":
            ranks = {"urgent": 0, "high": 1}
            far = datetime.max.replace(tzinfo=UTC)
            found.sort(key=lambda n: (n.due_at or far, ranks.get(n.priority, 2), -n.opened_at.timestamp(), n.case_id))
        else:
            found.sort(key=lambda n: n.opened_at if query.order == "newest" else n.changed_at, reverse=True)
        return CasePage(lines=tuple(found[query.offset : query.offset + query.limit]), total=len(found))

    def tallies(self, query: CaseQuery) -> tuple[Tally, ...]:
        by_what = Counter((n.kind, n.status, n.product, n.market, n.reason, n.assignee) for n in self._found(query))
        names = ("kind", "status", "product", "market", "reason", "assignee")
        return tuple(Tally(**dict(zip(names, what, strict=True)), count=n) for what, n in by_what.items())

    def position(self, kinds: Sequence[CaseKind]) -> int:
        threads = self._store.shelf.threads.values()
        return sum(len(thread) for thread in threads if thread[0].case_kind in kinds)

    def rebuild(self) -> int:
        return len(self._store.shelf.threads)

    def _found(self, query: CaseQuery) -> list[CaseLine]:
        lines = [line_of(derive(t), read_rules()) for t in reversed(self._store.shelf.threads.values())]
        return [n for n in lines if self._fits(n, query)]

    def _fits(self, n: CaseLine, query: CaseQuery) -> bool:
        lists = ("kinds", "statuses", "products", "markets", "priorities", "interaction_ids")
        singles = ("kind", "status", "product", "market", "priority", "interaction_id")
        equals = ("team", "therapeutic_area", "territory", "language", "reason")
        return (
            all(getattr(n, s) in (getattr(query, m) or (getattr(n, s),)) for m, s in zip(lists, singles, strict=True))
            and all(getattr(query, name) in ("", getattr(n, name)) for name in equals)
            and (query.assignee is None or (n.assignee or "") == query.assignee)
            and (query.due_before is None or (n.due_at is not None and n.due_at < query.due_before))
            and (query.due_after is None or (n.due_at is not None and n.due_at >= query.due_after))
            and all(w.lower() in f"{n.text} {n.product}".lower() or w == n.case_id for w in query.words.split())
        )


class FakeOutbox:
    """Signals waiting, in memory."""

    def __init__(self, store: FakeStore | None = None, max_attempts: int = 3) -> None:
        self._store = store or FakeStore()
        self._max_attempts = max_attempts

    def claim(self, owner: str, limit: int, lease_seconds: float) -> tuple[Signal, ...]:
        now = self._store.clock.now()
        with self._store.transaction() as shelf:
            due = [w for w in shelf.outbox.values() if w.state in ("waiting", "claimed") and w.due_at <= now]
            for w in [w for w in due if w.state == "claimed" and w.attempts >= self._max_attempts]:
                w.state, w.owner = "dead", None
            taken = sorted((w for w in due if w.state != "dead"), key=lambda w: w.due_at)[:limit]
            for w in taken:
                w.state, w.owner, w.attempts = "claimed", owner, w.attempts + 1
                w.due_at = now + timedelta(seconds=lease_seconds)
            return tuple(w.signal for w in taken)

    def delivered(self, owner: str, signal_id: str) -> None:
        with self._store.transaction() as shelf:
            held = self._held(shelf, owner, signal_id)
            held.state, held.owner = "delivered", None

    def failed(self, owner: str, signal_id: str, error: str) -> None:
        with self._store.transaction() as shelf:
            held = self._held(shelf, owner, signal_id)
            dead = held.attempts >= self._max_attempts
            held.state, held.owner, held.last_error = "dead" if dead else "waiting", None, error
            held.due_at = self._store.clock.now() + timedelta(seconds=2.0 ** (held.attempts - 1))

    def bury(self, owner: str, signal_id: str, error: str) -> None:
        with self._store.transaction() as shelf:
            held = self._held(shelf, owner, signal_id)
            held.state, held.owner, held.last_error = "dead", None, error

    def counts(self) -> dict[str, int]:
        states = [w.state for w in self._store.shelf.outbox.values()]
        return {state: states.count(state) for state in ("waiting", "claimed", "delivered", "dead")}

    def revive(self) -> int:
        with self._store.transaction() as shelf:
            dead = [w for w in shelf.outbox.values() if w.state == "dead"]
            for w in dead:
                w.state, w.attempts, w.due_at = "waiting", 0, self._store.clock.now()
            return len(dead)

    def _held(self, shelf: Shelf, owner: str, signal_id: str) -> Waiting:
        if signal_id not in shelf.outbox:
            raise NotFound(f"There is no signal {signal_id!r} in the outbox.")
        held = shelf.outbox[signal_id]
        if held.state != "claimed" or held.owner != owner:
            raise Conflict(f"{owner} no longer holds {signal_id}.")
        return held


class FakeDelivery:
    """Keeps what it was sent; raises what it was told to, by signal id."""

    def __init__(self, errors: dict[str, Exception] | None = None) -> None:
        self.errors = errors or {}
        self.sent: list[Signal] = []

    def send(self, signal: Signal) -> None:
        if signal.signal_id in self.errors:
            raise self.errors[signal.signal_id]
        self.sent.append(signal)
