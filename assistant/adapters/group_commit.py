"""Writes of several threads in one transaction: they wait for one commit, not each for one after the other.

A commit waits for the disk. While one is on its way, what other threads want written gathers; whoever is next writes
it all and commits once. Each caller returns only after the commit that holds its write.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from assistant.adapters.engine import writing
from assistant.errors import AssistantError, TransientError

MOST = 16  # writes in one transaction

Work = Callable[[Connection], None]


@dataclass(eq=False)
class _Write:
    work: Work
    is_done: bool = False
    error: BaseException | None = None


class GroupCommit:
    """Carries out writes to one database, whole or not at all, each as if it were alone. Safe between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Write] = deque()
        self._turn = threading.Lock()

    def write(self, work: Work) -> None:
        """Do `work` in a transaction and return when it is committed. Raises what `work` or the commit raised.

        `work` may run in another caller's thread, and beside other works in one transaction; one that may not be
        written is rolled back alone.
        """
        mine = _Write(work)
        self._waiting.append(mine)
        while not mine.is_done:
            with self._turn:
                if not mine.is_done:
                    self._carry_out([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])
        if mine.error is not None:
            raise mine.error

    def _carry_out(self, writes: list[_Write]) -> None:
        interrupted = TransientError("The write was interrupted before it was committed.")
        failed: BaseException | None = interrupted
        try:
            with writing(self._engine) as connection:
                if len(writes) == 1:
                    writes[0].work(connection)
                else:
                    for one in writes:
                        _apart(one, connection)
            failed = None
        except Exception as error:  # noqa: BLE001 - told to every caller whose write it undid
            failed = error
        finally:
            for one in writes:
                one.error = one.error or failed
                one.is_done = True


def _apart(one: _Write, connection: Connection) -> None:
    """One write of several: what it may not write undoes it alone.

    Trouble with the database itself is left to undo them all: SQLite answers a full disk by rolling back everything.
    """
    try:
        with connection.begin_nested():
            one.work(connection)
    except (AssistantError, IntegrityError, ValueError) as error:
        one.error = error
