"""What goes out about cases, in SQL: claimed under a lease, never doubled, each step one transaction with its case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.adapters.engine import reading, writing
from assistant.adapters.sql_writes import ChainWriter, append_case_events, thread
from assistant.adapters.tables import case_events, dispatch_progress, dispatches
from assistant.cases.routing import RoutingRules, read_rules
from assistant.cases.state import next_event
from assistant.errors import Conflict, NotFound
from assistant.outgoing import Channel, Dispatch, DispatchState, Happening, Plan
from assistant.ports import Clock
from assistant.records import CaseEvent, CaseEventKind

_S = DispatchState
_ERROR_CHARACTERS = 500
_FIELDS = [dispatches.c[name] for name in Dispatch.model_fields]
_CARRIED = (_S.CLAIMED.value, _S.SENDING.value)


class SqlDispatches:
    """All that goes out, with the state of each (port `Dispatches`)."""

    def __init__(
        self, engine: Engine, clock: Clock, rules: RoutingRules | None = None, *, resend_uncertain: bool = False
    ) -> None:
        """`resend_uncertain`: a mail cut off while its text went out is sent again, at the risk of a second copy."""
        self._engine = engine
        self._clock = clock
        self._rules = rules or read_rules()
        self._cut_off = _S.WAITING if resend_uncertain else _S.UNCERTAIN

    def plan(self, plan: Plan, limit: int = 500) -> int:
        """Look at the case events not looked at yet, in order, and keep what `plan` makes of each; how many events.

        Every writer of the record waits for the end of the audit chain before it takes a number, so events become
        visible in the order of their numbers: none can turn up behind the place reached (both databases).
        """
        through = select(dispatch_progress.c.through)
        later = select(case_events.c.audit_sequence, case_events.c.body).order_by(case_events.c.audit_sequence)
        with reading(self._engine) as connection:
            if not connection.execute(
                later.where(case_events.c.audit_sequence > through.scalar_subquery()).limit(1)
            ).first():
                return 0
        with writing(self._engine) as connection:
            reached = connection.execute(through.with_for_update()).scalar_one()
            rows = connection.execute(later.where(case_events.c.audit_sequence > reached).limit(limit)).all()
            if not rows:
                return 0
            planned = [d for row in rows for d in plan(CaseEvent.model_validate_json(row.body))]
            _keep(connection, planned)
            connection.execute(update(dispatch_progress).values(through=rows[-1].audit_sequence))
        return len(rows)

    def add(self, new: Sequence[Dispatch]) -> int:
        """Keep dispatches that are not there yet; how many were new."""
        ids = [d.dispatch_id for d in new]
        with reading(self._engine) as connection:
            known = set(connection.scalars(select(dispatches.c.dispatch_id).where(dispatches.c.dispatch_id.in_(ids))))
        if known.issuperset(ids):
            return 0
        with writing(self._engine) as connection:
            return _keep(connection, new)

    def claim(self, channel: Channel, owner: str, limit: int, lease_seconds: float) -> tuple[Dispatch, ...]:
        """Take up to `limit` due ones; nobody else sees them until the lease ends. A claim is an attempt."""
        now = self._clock.now()
        ours = dispatches.c.channel == channel.value
        due = ours & dispatches.c.state.in_((_S.WAITING.value, _S.CLAIMED.value)) & (dispatches.c.due_at <= now)
        cut_off = ours & (dispatches.c.state == _S.SENDING.value) & (dispatches.c.due_at <= now)
        with reading(self._engine) as connection:  # an idle loop should not keep taking the write lock
            if connection.scalar(select(dispatches.c.dispatch_id).where(due | cut_off).limit(1)) is None:
                return ()
        with writing(self._engine) as connection:
            self._set_cut_off(connection, cut_off)
            chosen = (
                select(dispatches.c.dispatch_id)
                .where(due)
                .order_by(dispatches.c.due_at, dispatches.c.created_at, dispatches.c.dispatch_id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            ids = list(connection.scalars(chosen))
            if not ids:
                return ()
            lease_end = now + timedelta(seconds=lease_seconds)
            taken = update(dispatches).where(dispatches.c.dispatch_id.in_(ids))
            connection.execute(
                taken.values(state=_S.CLAIMED.value, owner=owner, attempts=dispatches.c.attempts + 1, due_at=lease_end)
            )
            found = {d.dispatch_id: d for d in _read(connection, dispatches.c.dispatch_id.in_(ids))}
        return tuple(found[name] for name in ids)

    def _set_cut_off(self, connection: Connection, cut_off: Any) -> None:
        """Mails whose sender was cut off while the text went out: nobody knows whether they arrived."""
        connection.execute(
            update(dispatches)
            .where(cut_off)
            .values(state=self._cut_off.value, owner=None, last_error="its sender stopped while the text went out")
        )

    def sending(self, owner: str, dispatch_id: str) -> None:
        """The text is about to go out: from here on nobody else takes it up. Raises Conflict (lease lost)."""
        with writing(self._engine) as connection:
            held = _held(connection, owner, dispatch_id)
            if held.due_at is None or held.due_at <= self._clock.now():
                raise Conflict(f"The lease of {owner} on {dispatch_id} ended.")
            _set(connection, dispatch_id, state=_S.SENDING.value)

    def finish(
        self, owner: str, dispatch_id: str, state: DispatchState, *, note: str = "", happened: Sequence[Happening] = ()
    ) -> None:
        """Put a claimed one into its next state, with what it adds to the case, as one. Raises Conflict."""
        with writing(self._engine) as connection:
            chain = ChainWriter(connection) if happened else None  # locked first, as every writer of the record does
            held = _held(connection, owner, dispatch_id)
            self._settle(connection, held, state, note)
            if chain is not None:
                self._happen(connection, chain, held.case_id, happened)

    def retry(self, owner: str, dispatch_id: str, error: str, at: datetime) -> None:
        """Give a claimed one back for another attempt at that time. Raises Conflict."""
        with writing(self._engine) as connection:
            _held(connection, owner, dispatch_id)
            _set(
                connection,
                dispatch_id,
                state=_S.WAITING.value,
                owner=None,
                due_at=at,
                last_error=error[:_ERROR_CHARACTERS],
            )

    def acknowledge(self, dispatch_id: str, reference: str) -> bool:
        """The safety system took a report; False when that was known. Raises NotFound, Conflict (never handed over)."""
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            held = _locked(connection, dispatch_id)
            if held is None or held.channel is not Channel.TRANSFER:
                raise NotFound(f"There is no transfer {dispatch_id!r}.")
            if held.state is _S.DONE:
                return False
            if held.attempts == 0:
                raise Conflict(f"{dispatch_id} was never handed over: it cannot be acknowledged.")
            self._settle(connection, held, _S.DONE, reference)
            happened = Happening(kind=CaseEventKind.ACKNOWLEDGED, text=reference, actor="safety-system")
            self._happen(connection, chain, held.case_id, (happened,))
        return True

    def refuse(self, dispatch_id: str, reason: str) -> None:
        """The safety system refused a report it had been handed. Raises NotFound, Conflict (known to be done)."""
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            held = _locked(connection, dispatch_id)
            if held is None or held.channel is not Channel.TRANSFER:
                raise NotFound(f"There is no transfer {dispatch_id!r}.")
            if held.state is not _S.SENT:
                raise Conflict(f"{dispatch_id} is {held.state.value}: it cannot be refused now.")
            self._settle(connection, held, _S.DEAD, reason)
            happened = Happening(kind=CaseEventKind.FAILED, text=reason, actor="safety-system")
            self._happen(connection, chain, held.case_id, (happened,))

    def unacknowledged(self, limit: int) -> tuple[Dispatch, ...]:
        """Reports handed over and not acknowledged, oldest first."""
        return self.in_state(Channel.TRANSFER, (_S.SENT,), limit)

    def revive(self, channel: Channel, dispatch_ids: Sequence[str] = ()) -> int:
        """Give dead ones (all of the channel, or these) a new first attempt; how many. Named ones may be uncertain."""
        given_up = [_S.DEAD.value, _S.UNCERTAIN.value] if dispatch_ids else [_S.DEAD.value]
        wanted = (dispatches.c.channel == channel.value) & dispatches.c.state.in_(given_up)
        if dispatch_ids:
            wanted &= dispatches.c.dispatch_id.in_(dispatch_ids)
        now = self._clock.now()
        with writing(self._engine) as connection:
            return connection.execute(
                update(dispatches).where(wanted).values(state=_S.WAITING.value, attempts=0, due_at=now)
            ).rowcount

    def of_case(self, case_id: str) -> tuple[Dispatch, ...]:
        """All about one case, oldest first."""
        with reading(self._engine) as connection:
            return _read(connection, dispatches.c.case_id == case_id)

    def in_state(self, channel: Channel, states: Sequence[DispatchState], limit: int = 100) -> tuple[Dispatch, ...]:
        """Those of a channel in these states, oldest first."""
        wanted = (dispatches.c.channel == channel.value) & dispatches.c.state.in_([s.value for s in states])
        with reading(self._engine) as connection:
            return _read(connection, wanted, limit)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many there are, by channel and state."""
        found: dict[str, dict[str, int]] = {c.value: {s.value: 0 for s in _S} for c in Channel}
        chosen = select(dispatches.c.channel, dispatches.c.state, func.count()).group_by(
            dispatches.c.channel, dispatches.c.state
        )
        with reading(self._engine) as connection:
            for channel, state, count in connection.execute(chosen):
                found[channel][state] = count
        return found

    def _settle(self, connection: Connection, held: Dispatch, state: DispatchState, note: str) -> None:
        now = self._clock.now()
        went_well = state in (_S.SENT, _S.DONE)
        _set(
            connection,
            held.dispatch_id,
            state=state.value,
            owner=None,
            due_at=None,
            receipt=note[:_ERROR_CHARACTERS] if went_well else held.receipt,
            last_error="" if went_well else note[:_ERROR_CHARACTERS],
            sent_at=held.sent_at or now if went_well else held.sent_at,
            done_at=now if state is _S.DONE else None,
        )

    def _happen(self, connection: Connection, chain: ChainWriter, case_id: str, happened: Sequence[Happening]) -> None:
        """Add to the case's thread; what its state has no place for is noted all the same."""
        now = self._clock.now()
        for one in happened:
            events = thread(connection, case_id)
            try:
                event = next_event(events, one.kind, one.actor, now, one.text)
            except Conflict:
                event = next_event(events, CaseEventKind.NOTED, one.actor, now, f"{one.kind.value}: {one.text}")
            append_case_events(connection, chain, (event,), self._rules)
        chain.close()


def _keep(connection: Connection, new: Iterable[Dispatch]) -> int:
    """Insert what is not there yet."""
    made: Insert | Any
    is_sqlite = connection.dialect.name == "sqlite"
    made = sqlite.insert(dispatches) if is_sqlite else postgresql.insert(dispatches)
    statement = made.on_conflict_do_nothing(index_elements=["dispatch_id"]).returning(dispatches.c.dispatch_id)
    kept = 0
    for one in new:
        row = {**one.model_dump(), "channel": one.channel.value, "state": one.state.value}
        row["due_at"] = one.due_at or one.created_at
        kept += connection.scalar(statement, row) is not None
    return kept


def _read(connection: Connection, wanted: Any, limit: int | None = None) -> tuple[Dispatch, ...]:
    chosen = select(*_FIELDS).where(wanted).order_by(dispatches.c.created_at, dispatches.c.dispatch_id).limit(limit)
    return tuple(_dispatch(row) for row in connection.execute(chosen))


def _dispatch(row: Row[Any]) -> Dispatch:
    return Dispatch(**row._asdict())


def _locked(connection: Connection, dispatch_id: str) -> Dispatch | None:
    chosen = select(*_FIELDS).where(dispatches.c.dispatch_id == dispatch_id).with_for_update()
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _dispatch(row)


def _held(connection: Connection, owner: str, dispatch_id: str) -> Dispatch:
    held = _locked(connection, dispatch_id)
    if held is None:
        raise NotFound(f"There is no dispatch {dispatch_id!r}.")
    holder = connection.scalar(select(dispatches.c.owner).where(dispatches.c.dispatch_id == dispatch_id))
    if held.state.value not in _CARRIED or holder != owner:
        raise Conflict(f"{owner} no longer holds {dispatch_id}: it is {held.state.value}. Its lease ended; leave it.")
    return held


def _set(connection: Connection, dispatch_id: str, **values: Any) -> None:
    connection.execute(update(dispatches).where(dispatches.c.dispatch_id == dispatch_id).values(**values))
