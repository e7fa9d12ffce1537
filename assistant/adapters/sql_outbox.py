"""The outbox in SQL: signals claimed under a lease, delivered at least once, buried when they cannot be."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, update

from assistant.adapters.engine import reading, writing
from assistant.adapters.tables import outbox
from assistant.errors import Conflict, NotFound
from assistant.ports import Clock
from assistant.records import Signal

STATES = ("waiting", "claimed", "delivered", "dead")
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 600.0
_ERROR_CHARACTERS = 500


class SqlOutbox:
    """Signals waiting to be delivered (port `Outbox`)."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        max_attempts: int,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`jitter` gives a number in 0..1 that spreads the waits of signals that failed together."""
        self._engine = engine
        self._clock = clock
        self._max_attempts = max_attempts
        self._jitter = jitter

    def claim(self, owner: str, limit: int, lease_seconds: float) -> tuple[Signal, ...]:
        """Take up to `limit` due signals for this owner; others do not see them until the lease ends.

        A claim counts as an attempt, so that a signal that kills its deliverer does not come back for ever.
        """
        now = self._clock.now()
        due = outbox.c.state.in_(("waiting", "claimed")) & (outbox.c.due_at <= now)
        with reading(self._engine) as connection:  # an idle loop should not keep taking the write lock
            if connection.scalar(select(outbox.c.signal_id).where(due).limit(1)) is None:
                return ()
        with writing(self._engine) as connection:
            self._bury_exhausted(connection, now)
            chosen = (
                select(outbox.c.signal_id, outbox.c.body)
                .where(due)
                .order_by(outbox.c.due_at, outbox.c.position, outbox.c.signal_id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            rows = connection.execute(chosen).all()
            if rows:
                connection.execute(
                    update(outbox)
                    .where(outbox.c.signal_id.in_([r.signal_id for r in rows]))
                    .values(
                        state="claimed",
                        owner=owner,
                        attempts=outbox.c.attempts + 1,
                        due_at=now + timedelta(seconds=lease_seconds),
                        changed_at=now,
                    )
                )
        return tuple(Signal.model_validate_json(r.body) for r in rows)

    def delivered(self, owner: str, signal_id: str) -> None:
        """Mark a claimed signal as delivered. Raises Conflict when the lease was lost."""
        self._release(owner, signal_id, state="delivered", last_error=None)

    def failed(self, owner: str, signal_id: str, error: str) -> None:
        """Give a claimed signal back for a later try, or to the dead letters after the last one.

        Raises Conflict when the lease was lost.
        """
        with reading(self._engine) as connection:
            attempts = connection.scalar(select(outbox.c.attempts).where(outbox.c.signal_id == signal_id)) or 0
        if attempts >= self._max_attempts:
            self.bury(owner, signal_id, error)
            return
        due_at = self._clock.now() + timedelta(seconds=self._wait_seconds(attempts))
        self._release(owner, signal_id, state="waiting", last_error=error[:_ERROR_CHARACTERS], due_at=due_at)

    def bury(self, owner: str, signal_id: str, error: str) -> None:
        """Give a claimed signal to the dead letters: trying again will not help. Raises Conflict like `failed`."""
        self._release(owner, signal_id, state="dead", last_error=error[:_ERROR_CHARACTERS])

    def counts(self) -> dict[str, int]:
        """How many signals are waiting, claimed, delivered, dead."""
        chosen = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        with reading(self._engine) as connection:
            counted = {row[0]: row[1] for row in connection.execute(chosen)}
        return {state: counted.get(state, 0) for state in STATES}

    def revive(self) -> int:
        """Give every dead letter a new first attempt, once what stopped it is mended; how many there were."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            revived = connection.execute(
                update(outbox)
                .where(outbox.c.state == "dead")
                .values(state="waiting", attempts=0, due_at=now, changed_at=now)
            )
        return revived.rowcount

    def _wait_seconds(self, attempts: int) -> float:
        """Doubles with every attempt up to a ceiling; the upper half of it is chance."""
        ceiling = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(attempts - 1, 30))
        return ceiling * (0.5 + self._jitter() / 2)

    def _bury_exhausted(self, connection: Connection, now: datetime) -> None:
        connection.execute(
            update(outbox)
            .where(outbox.c.state == "claimed", outbox.c.due_at <= now, outbox.c.attempts >= self._max_attempts)
            .values(
                state="dead",
                owner=None,
                changed_at=now,
                last_error=func.coalesce(outbox.c.last_error, "its deliverer stopped each time before it could answer"),
            )
        )

    def _release(self, owner: str, signal_id: str, **values: Any) -> None:
        held = (outbox.c.signal_id == signal_id) & (outbox.c.state == "claimed") & (outbox.c.owner == owner)
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(outbox).where(held).values(owner=None, changed_at=self._clock.now(), **values)
            )
            if changed.rowcount == 1:
                return
            row = connection.execute(
                select(outbox.c.state, outbox.c.owner).where(outbox.c.signal_id == signal_id)
            ).one_or_none()
        raise _not_held(owner, signal_id, row)


def _not_held(owner: str, signal_id: str, row: Row[Any, Any] | None) -> NotFound | Conflict:
    if row is None:
        return NotFound(f"There is no signal {signal_id!r} in the outbox.")
    holder = f" by {row.owner}" if row.owner else ""
    return Conflict(f"{owner} no longer holds {signal_id}: it is {row.state}{holder}. Its lease ended; leave it.")
