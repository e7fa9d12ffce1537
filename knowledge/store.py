"""The library's tables and how the database is opened. The database is the truth; every index is derived.

SQLite (WAL, synchronous=FULL, BEGIN IMMEDIATE, busy_timeout) by default, PostgreSQL by URL. Approvals and
withdrawals are append-only rows of their own (21 CFR Part 11: nothing is changed in place).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

from knowledge.types import Partition

BUSY_TIMEOUT_MILLISECONDS = 5000
READ_ONLY = "hcp_read_only"  # execution option: begin without taking SQLite's write lock


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC moment, on databases that keep no zone too. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database keeps."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; pass an aware UTC datetime.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Turn what the database kept into an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

documents = Table(
    "knowledge_documents",
    metadata,
    Column("document_id", String(200), primary_key=True),
    Column("version", String(100), primary_key=True),
    Column("source_sha256", String(64), nullable=False, index=True),
    Column("source_name", Text, nullable=False),
    Column("source_format", String(20), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("names", Text, nullable=False),  # ProductNames as JSON
    Column("effective_on", Date),
    Column("market", String(10)),
    Column("text_sha256", String(64), nullable=False),  # of the canonical text
    Column("text", Text, nullable=False),
    Column("structure", LargeBinary, nullable=False),  # the rest of ParsedDocument: JSON, zlib
    Column("submitted_at", UtcDateTime, nullable=False),
)

approvals = Table(
    "knowledge_approvals",
    metadata,
    Column("approval_id", String(60), primary_key=True),
    Column("document_id", String(200), nullable=False),
    Column("version", String(100), nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("approver", Text, nullable=False),
    Column("mlr_id", Text, nullable=False),
    Column("market", String(10), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("valid_from", UtcDateTime, nullable=False),
    Column("valid_until", UtcDateTime),
    Column("approved_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(
        ["document_id", "version"], ["knowledge_documents.document_id", "knowledge_documents.version"]
    ),
    Index("ix_knowledge_approvals_document", "document_id", "version"),
)

withdrawals = Table(
    "knowledge_withdrawals",
    metadata,
    Column("approval_id", String(60), ForeignKey("knowledge_approvals.approval_id"), primary_key=True),
    Column("withdrawn_at", UtcDateTime, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

passages = Table(
    "knowledge_passages",
    metadata,
    Column("passage_id", String(60), primary_key=True),
    Column("document_id", String(200), nullable=False),
    Column("version", String(100), nullable=False),
    Column("product", Text, nullable=False),
    Column("market", String(10), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("value", Text, nullable=False),  # Passage as JSON
    Index("ix_knowledge_passages_document", "document_id", "version", "market", "audience"),
)

embeddings = Table(
    "knowledge_embeddings",
    metadata,
    Column("model", String(120), primary_key=True),
    Column("content_hash", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # float16, little-endian
)

index_entries = Table(
    "knowledge_index_entries",
    metadata,
    Column("generation", Integer, primary_key=True),
    Column("document_id", String(200), primary_key=True),
    Column("version", String(100), primary_key=True),
    Column("market", String(10), primary_key=True),
    Column("audience", String(10), primary_key=True),
    Column("product", Text, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("digest", String(64), nullable=False),  # of its passages' ids and content hashes
)

index_releases = Table(
    "knowledge_index_releases",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("release", String(60), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("model", String(120), nullable=False),
    Column("chunker", String(60), nullable=False),
    Column("passages", Integer, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
)

state = Table(
    "knowledge_state",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("number", Integer, nullable=False),
)

REVISION = "revision"  # counts every change that a reader's cache must notice
UNFINISHED = "unfinished"  # generation being written to; 0 when none. Set while an index is being changed


def connect(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL; SQLite gets its folder, its pragmas and immediate writes."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MILLISECONDS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001  SQLAlchemy's signature
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a later upgrade fails instead of waiting."""
    read_only = connection.get_execution_options().get(READ_ONLY)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads, and so never waits for a writer."""
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        yield connection


def create_tables(engine: Engine) -> None:
    """Make the library's tables where they are missing. For tests and throwaway libraries; else: migrations."""
    metadata.create_all(engine)


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet; the others stay as they are."""
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(table).on_conflict_do_nothing(), list(rows))


def read_number(connection: Connection, name: str) -> int:
    """One counter of the library's state; 0 when it was never set."""
    return connection.execute(select(state.c.number).where(state.c.name == name)).scalar_one_or_none() or 0


def set_number(connection: Connection, name: str, number: int) -> None:
    """Set one counter of the library's state."""
    insert_missing(connection, state, [{"name": name, "number": number}])
    connection.execute(update(state).where(state.c.name == name).values(number=number))


def raise_revision(connection: Connection) -> None:
    """Tell every reader, in every process, that what it has cached may be out of date."""
    insert_missing(connection, state, [{"name": REVISION, "number": 0}])
    connection.execute(update(state).where(state.c.name == REVISION).values(number=state.c.number + 1))


def partition_key(partition: Partition) -> str:
    """A partition as one exact term."""
    return f"{partition.product}\x1f{partition.market}\x1f{partition.audience}"
