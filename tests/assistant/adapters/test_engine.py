"""The engine is durable and safe for several writers; the schema is the migrations' and nobody else's."""

from __future__ import annotations

import threading
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from assistant.adapters.engine import make_engine, migrate, reading, writing
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.tables import metadata
from assistant.errors import PermanentError, SettingsError, TransientError
from knowledge import store
from tests.fakes import FakeClock
from tests.turns import turn_record


@pytest.fixture
def sqlite(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'deeper' / 'hcp.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


def test_sqlite_is_durable_and_waits_for_other_writers(sqlite):
    with sqlite.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]
    assert found == ["wal", 2, 5000, 1]


def test_a_read_does_not_wait_for_a_writer(sqlite):
    with writing(sqlite) as writer:
        writer.execute(text("UPDATE audit_head SET sequence = 7"))
        began = time.monotonic()
        with reading(sqlite) as reader:
            assert reader.execute(text("SELECT sequence FROM audit_head")).scalar() == 0
        assert time.monotonic() - began < 1


def test_a_writer_that_reads_first_waits_instead_of_failing(sqlite):
    errors = []

    def count_up():
        try:
            for _ in range(20):
                with writing(sqlite) as connection:
                    now = connection.execute(text("SELECT sequence FROM audit_head")).scalar()
                    connection.execute(text("UPDATE audit_head SET sequence = :next"), {"next": now + 1})
        except TransientError as error:
            errors.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with reading(sqlite) as connection:
        assert connection.execute(text("SELECT sequence FROM audit_head")).scalar() == 60


def test_a_transaction_that_fails_leaves_nothing(engine):
    def change_then_fail():
        with writing(engine) as connection:
            connection.execute(text("UPDATE audit_head SET sequence = 7"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_then_fail()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT sequence FROM audit_head")).scalar() == 0


def test_the_migrated_schema_is_what_the_code_says(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, [metadata, store.metadata])
    assert differences == []


def test_migrating_again_changes_nothing(engine):
    with writing(engine) as connection:
        connection.execute(text("UPDATE audit_head SET sequence = 7"))
    migrate(engine)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT sequence FROM audit_head")).scalar() == 7


def test_processes_that_start_together_migrate_once(postgres_url, tmp_path):
    for url in (postgres_url, f"sqlite:///{tmp_path / 'hcp.sqlite'}"):
        engines = [make_engine(url) for _ in range(3)]
        errors = []

        def start(engine, errors=errors):
            try:
                migrate(engine)
            except Exception as error:  # noqa: BLE001 (shown by the assertion below)
                errors.append(error)

        threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        for engine in engines:
            engine.dispose()


def test_a_database_of_a_newer_version_is_refused_with_the_way_out(sqlite):
    with writing(sqlite) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match=r"another version.*HCP_STORAGE__DATABASE_URL"):
        migrate(sqlite)


@pytest.mark.parametrize("table", ["audit_entries", "case_events"])
@pytest.mark.parametrize("change", ["UPDATE {} SET audit_sequence = 99", "DELETE FROM {}"])
def test_the_record_refuses_to_be_changed_in_place(engine, vault, table, change):
    statement = change.format(table).replace("audit_sequence", "sequence")
    SqlLedger(engine, FakeClock(), vault).record(turn_record(1))
    with pytest.raises(PermanentError, match="append-only"), writing(engine) as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "postgresql://u:secret@h:port/d"]
)
def test_a_url_that_cannot_hold_the_record_is_refused_without_its_password(url):
    with pytest.raises(SettingsError, match=r"storage\.database_url") as refused:
        make_engine(url)
    assert "secret" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="HCP_STORAGE__DIRECTORY"):
        make_engine(f"sqlite:///{tmp_path / 'file' / 'hcp.sqlite'}")


def test_an_old_style_postgres_address_is_understood():
    assert make_engine("postgres://u@h/d").url.drivername == "postgresql+psycopg"


def test_a_server_that_is_away_is_a_passing_trouble():
    engine = make_engine("postgresql://u:secret@127.0.0.1:1/d?connect_timeout=2")
    with pytest.raises(TransientError) as refused, reading(engine):
        pass
    assert "secret" not in str(refused.value)
    assert isinstance(refused.value.__cause__, OperationalError)
