from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from knowledge import store
from tests.knowledge.documents import NOW


@pytest.fixture
def engine(tmp_path):
    made = store.connect(f"sqlite:///{tmp_path / 'deep' / 'hcp.sqlite'}")
    store.create_tables(made)
    yield made
    made.dispose()


def a_release(published_at):
    return {"release": "r", "generation": 1, "model": "m", "chunker": "c", "passages": 1, "published_at": published_at}


def test_a_commit_is_on_disk_when_it_returns(engine):
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1}


def test_a_moment_comes_back_as_the_same_moment_in_utc(engine):
    there = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    with engine.begin() as connection:
        connection.execute(insert(store.index_releases).values(**a_release(there)))
        read = connection.execute(select(store.index_releases.c.published_at)).scalar_one()
    assert read == NOW
    assert read.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(engine):
    with pytest.raises(StatementError, match="no time zone"), engine.begin() as connection:
        connection.execute(insert(store.index_releases).values(**a_release(datetime(2026, 1, 1))))  # noqa: DTZ001 - the case


def test_a_reader_does_not_wait_for_a_writer(engine):
    with engine.begin() as writer:
        store.set_number(writer, "revision", 7)
        with store.reading(engine) as reader:
            assert store.read_number(reader, "revision") == 0
    with store.reading(engine) as reader:
        assert store.read_number(reader, "revision") == 7


def test_what_is_there_already_is_not_overwritten(engine):
    with engine.begin() as connection:
        store.insert_missing(connection, store.state, [{"name": "a", "number": 1}])
        store.insert_missing(connection, store.state, [{"name": "a", "number": 2}, {"name": "b", "number": 3}])
        assert dict(connection.execute(select(store.state)).all()) == {"a": 1, "b": 3}


def test_postgresql_is_spoken_to_through_psycopg_three():
    assert store.connect("postgresql://nobody@127.0.0.1:1/none").url.drivername == "postgresql+psycopg"
