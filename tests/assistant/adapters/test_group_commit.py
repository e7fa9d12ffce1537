"""Writes of several threads in one transaction, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from assistant.adapters.engine import reading, writing
from assistant.adapters.group_commit import GroupCommit
from assistant.errors import Conflict, TransientError


@pytest.fixture
def notes(engine: Engine) -> Engine:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE notes (name VARCHAR(20) PRIMARY KEY)"))
    return engine


def note(name: str, then: Exception | None = None) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO notes VALUES (:name)"), {"name": name})
        if then is not None:
            raise then

    return work


def together(commits: GroupCommit, works: list[Callable[[Connection], None]]) -> list[Exception | None]:
    """Write a first note, and all works while it is under way: they meet in the transaction after it."""
    started, go = threading.Event(), threading.Event()

    def first(connection: Connection) -> None:
        note("first")(connection)
        started.set()
        go.wait(10)

    told: list[Exception | None] = [None] * len(works)

    def write(place: int) -> None:
        try:
            commits.write(works[place])
        except Exception as error:  # noqa: BLE001 (given back)
            told[place] = error

    leader = threading.Thread(target=commits.write, args=(first,))
    leader.start()
    started.wait(10)
    others = [threading.Thread(target=write, args=(place,)) for place in range(len(works))]
    for thread in others:
        thread.start()
    while len(commits._waiting) < len(works):
        threading.Event().wait(0.01)
    go.set()
    for thread in (leader, *others):
        thread.join()
    return told


def names(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(text("SELECT name FROM notes")))


def test_what_gathers_during_a_commit_is_written_in_the_next(notes):
    assert together(GroupCommit(notes), [note(f"n{n}") for n in range(5)]) == [None] * 5
    assert names(notes) == {"first", *(f"n{n}" for n in range(5))}


def test_a_write_that_is_refused_is_undone_alone(notes):
    told = together(GroupCommit(notes), [note("a"), note("b", then=Conflict("taken")), note("first"), note("c")])
    assert [type(error).__name__ for error in told] == ["NoneType", "Conflict", "IntegrityError", "NoneType"]
    assert names(notes) == {"first", "a", "c"}


def test_trouble_with_the_database_undoes_all_and_tells_all(notes):
    trouble = OperationalError("INSERT", {}, Exception("disk is full"))
    told = together(GroupCommit(notes), [note("a"), note("b", then=trouble), note("c")])
    assert all(isinstance(error, TransientError) for error in told)
    assert names(notes) == {"first"}
