"""Database engines: SQLite made durable and safe for several writers, or PostgreSQL; and the schema's upgrade."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from assistant.errors import PermanentError, SettingsError, TransientError
from knowledge import store

MIGRATIONS = Path(__file__).parent / "migrations"
_locks: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
_locks_guard = threading.Lock()
_MIGRATION_LOCK = 4_839_201_177  # any number, the same in every process


def make_engine(url: str) -> Engine:
    """An engine for `url` (SQLite or PostgreSQL).

    On SQLite a transaction takes the write lock at its start (BEGIN IMMEDIATE), so that a
    read-then-write never fails half-way, and a commit is on disk when it returns (WAL,
    synchronous=FULL). Reads use `reading`, which takes no lock.
    Raises SettingsError when the URL is none of these or its folder cannot be made.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return store.connect(_written(parsed.set(drivername="postgresql+psycopg")))
    raise SettingsError(
        f"storage.database_url: {parsed.get_backend_name()} is not supported; give sqlite:///… or postgresql://…."
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads: no write lock is taken. Raises TransientError, PermanentError."""
    try:
        with store.reading(engine) as connection:
            yield connection
    except DBAPIError as error:
        raise _ours(error) from error


def quick_rows(engine: Engine, sql: str, values: Mapping[str, object]) -> list[Any]:
    """The rows of a small reading that every turn makes; `sql` names its values ":name".

    On SQLite past SQLAlchemy's connection and statement, which cost five times as much as the reading; what goes
    wrong there is told by the usual way. Raises TransientError, PermanentError.
    """
    if engine.dialect.name == "sqlite":
        with suppress(engine.dialect.loaded_dbapi.Error), closing(engine.raw_connection()) as connection:
            return list(connection.cursor().execute(sql, values).fetchall())
    with reading(engine) as opened:
        return list(opened.execute(text(sql), values).all())


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it, or nothing. Raises TransientError, PermanentError."""
    try:
        with _turn_of(engine), engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise _ours(error) from error


def _turn_of(engine: Engine) -> AbstractContextManager[object]:
    """This process's turn to write.

    SQLite has one writer at a time, and one that waits only looks again every so often: among threads
    that write all the time one would be passed over for half a second and more. A lock queues them.
    """
    if engine.dialect.name != "sqlite":
        return nullcontext()
    with _locks_guard:
        return _locks.setdefault(engine, threading.Lock())


def _ours(error: DBAPIError) -> TransientError | PermanentError:
    """The same trouble in our words; the statement and the values in it stay out of the message."""
    said = str(error.orig).strip().partition("\n")[0]
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return TransientError(f"The database cannot be reached or is busy ({said}).")
    return PermanentError(f"The database refused it ({said}).")


def migrate(engine: Engine) -> None:
    """Bring the database's schema to this version; does nothing when it is there already.

    Raises SettingsError when the database was made by a newer version, TransientError when it is away.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":  # SQLite's write lock already keeps others out
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise SettingsError(
                f"This database was made by another version of the software ({error}). Install that version, "
                "or point HCP_STORAGE__DATABASE_URL (or HCP_STORAGE__DIRECTORY) elsewhere."
            ) from error


def pending_migrations(engine: Engine) -> tuple[str, ...]:
    """The schema versions `migrate` would bring, oldest first; nothing is changed.

    Raises SettingsError when the database was made by a newer version, TransientError when it is away.
    """
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with reading(engine) as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    newest_first = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    if not current <= set(newest_first):
        raise SettingsError(
            f"This database was made by another version of the software (its schema: {', '.join(sorted(current))}). "
            "Install that version, or point HCP_STORAGE__DATABASE_URL (or HCP_STORAGE__DIRECTORY) elsewhere."
        )
    place = min((newest_first.index(revision) for revision in current), default=len(newest_first))
    return tuple(reversed(newest_first[:place]))


def _parse(url: str) -> URL:
    try:
        return make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):
        # The value itself may hold a password, so it is not repeated.
        raise SettingsError("storage.database_url cannot be read; give sqlite:///… or postgresql://….") from None


def _sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise SettingsError("storage.database_url: the record must outlive the process; give sqlite:///PATH.")
    try:
        return store.connect(_written(url))
    except OSError as error:
        raise SettingsError(
            f"{Path(str(url.database)).parent} cannot be made ({error.strerror}): set HCP_STORAGE__DIRECTORY."
        ) from error


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)
