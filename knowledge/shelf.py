"""Documents and approvals in the database: rows in, values out. Knows no index."""

from __future__ import annotations

import hashlib
import json
import threading
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, and_, desc, insert, select

from knowledge.errors import DocumentError, KnowledgeError, UnknownDocument
from knowledge.standing import Standing, status
from knowledge.store import (
    REVISION,
    approvals,
    documents,
    index_releases,
    raise_revision,
    read_number,
    reading,
    state,
    withdrawals,
)
from knowledge.types import Approval, DocumentKind, DocumentStatus, ParsedDocument, Partition, ProductNames

EMPTY_RELEASE = "release_empty"

K = TypeVar("K")


@dataclass(frozen=True)
class Snapshot:
    """All approvals and the release now serving, as of one revision of the catalog."""

    revision: int
    standings: tuple[Standing, ...]
    release: str
    generation: int  # 0: nothing was ever indexed
    model: str = ""  # the embedder whose vectors the generation holds

    @cached_property
    def by_document(self) -> dict[str, tuple[Standing, ...]]:
        """The approvals of each document, all versions."""
        return _grouped(self.standings, lambda standing: standing.document_id)

    @cached_property
    def by_partition(self) -> dict[Partition, tuple[Standing, ...]]:
        """The approvals in each partition."""
        return _grouped(self.standings, lambda standing: standing.partition)

    def status(self, standing: Standing, at: datetime) -> DocumentStatus:
        """What an approved version is at a moment."""
        return status(standing, self.by_document[standing.document_id], at)

    @cached_property
    def _moments(self) -> list[datetime]:
        """When an approval begins or ends: between two of these moments no status changes."""
        approved = [standing.approval for standing in self.standings]
        return sorted({a.valid_from for a in approved} | {a.valid_until for a in approved if a.valid_until is not None})

    @cached_property
    def _effective(self) -> dict[tuple[Partition, int], tuple[Standing, ...]]:
        return {}

    def era(self, at: datetime) -> int:
        """The stretch of time a moment lies in; what is effective is the same all through it."""
        return bisect_right(self._moments, at)

    def effective(self, partition: Partition, at: datetime) -> tuple[Standing, ...]:
        """The approvals that may be used there at that moment."""
        here = self.by_partition.get(partition, ())
        if not here:
            return ()
        key = (partition, self.era(at))
        found = self._effective.get(key)
        if found is None:
            found = tuple(standing for standing in here if self.status(standing, at) is DocumentStatus.EFFECTIVE)
            self._effective[key] = found
        return found


def _grouped(standings: Iterable[Standing], key: Callable[[Standing], K]) -> dict[K, tuple[Standing, ...]]:
    groups: dict[K, list[Standing]] = {}
    for standing in standings:
        groups.setdefault(key(standing), []).append(standing)
    return {name: tuple(members) for name, members in groups.items()}


def add_document(connection: Connection, document: ParsedDocument, submitted_at: datetime) -> bool:
    """Write a document version; False when its bytes are there already.

    Raises DocumentError when the version is there with other bytes: approved text is never changed in place.
    """
    found = connection.execute(
        select(documents.c.source_sha256, documents.c.source_name).where(
            documents.c.document_id == document.document_id, documents.c.version == document.version
        )
    ).one_or_none()
    if found is not None:
        if found.source_sha256 == document.source_sha256:
            return False
        raise DocumentError(
            f"{document.source_name}: {document.document_id} version {document.version} is in the library already, "
            f"from other bytes ({found.source_name}). Give the changed text a version of its own."
        )
    connection.execute(insert(documents).values(**_document_row(document), submitted_at=submitted_at))
    return True


def read_document(engine: Engine, document_id: str, version: str) -> ParsedDocument:
    """One document version as it was submitted. Raises UnknownDocument; KnowledgeError when the text was altered."""
    with reading(engine) as connection:
        row = connection.execute(
            select(documents.c.text, documents.c.text_sha256, documents.c.structure).where(
                documents.c.document_id == document_id, documents.c.version == version
            )
        ).one_or_none()
    if row is None:
        raise UnknownDocument(
            f"No document {document_id!r} version {version!r}. `hcp knowledge list` shows what is there."
        )
    if _sha256(row.text) != row.text_sha256:
        raise KnowledgeError(
            f"{document_id} version {version}: the stored text no longer has the hash it was submitted with. "
            "Restore the database from a backup."
        )
    structure = zlib.decompress(row.structure).removesuffix(b"}")
    try:  # as one JSON text, which is read at once: a label has ten thousand values
        return ParsedDocument.model_validate_json(b'%s,"text":%s}' % (structure, json.dumps(row.text).encode()))
    except ValidationError as error:
        raise KnowledgeError(
            f"{document_id} version {version} was stored in another form: {error.error_count()} values do not fit. "
            "Run the migrations, or add the file to a new library."
        ) from error


def add_approval(connection: Connection, document_id: str, version: str, approval: Approval) -> None:
    """Write an approval; rows are only ever added."""
    values = approval.model_dump(exclude={"withdrawn_at", "withdrawn_by", "withdrawn_reason"})
    connection.execute(insert(approvals).values(document_id=document_id, version=version, **values))
    raise_revision(connection)


def add_withdrawals(connection: Connection, ids: Sequence[str], at: datetime, by: str, reason: str) -> None:
    """Write that approvals are withdrawn."""
    rows = [{"approval_id": name, "withdrawn_at": at, "withdrawn_by": by, "reason": reason} for name in ids]
    connection.execute(insert(withdrawals), rows)
    raise_revision(connection)


def read_catalog(engine: Engine, only: tuple[str, str] | None = None) -> tuple[Row[Any], ...]:
    """Every document version (or only one id and version), oldest submission first, without text and structure."""
    columns = [column for column in documents.c if column.name not in {"text", "structure"}]
    query = select(*columns).order_by(documents.c.submitted_at, documents.c.document_id, documents.c.version)
    if only is not None:
        query = query.where(documents.c.document_id == only[0], documents.c.version == only[1])
    with reading(engine) as connection:
        return tuple(connection.execute(query))


class Revision:
    """How often the catalog has changed, read from the database each time. Safe between threads.

    Every question asks several times, so that a withdrawal holds at once in every process. On SQLite one connection
    is kept for it alone, past SQLAlchemy's pool and statements, which cost ten times as much as the reading; what
    goes wrong there is told by the usual way.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Any = None  # a connection of the driver's
        self._lock = threading.Lock()

    def read(self) -> int:
        """The number now. Raises OperationalError when the database cannot be read."""
        if self._engine.dialect.name == "sqlite":
            with self._lock, suppress(self._engine.dialect.loaded_dbapi.Error):
                rows = self._connection().execute(_REVISION).fetchall()  # all: a statement left open keeps its snapshot
                return int(rows[0][0]) if rows else 0
            self.close()
        with reading(self._engine) as connection:
            return read_number(connection, REVISION)

    def close(self) -> None:
        """Let go of the connection; the next reading opens another."""
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None

    def _connection(self) -> Any:
        if self._kept is None:
            self._kept = self._engine.raw_connection()
            self._kept.detach()
        return self._kept.dbapi_connection


_REVISION = str(select(state.c.number).where(state.c.name == REVISION).compile(compile_kwargs={"literal_binds": True}))


def read_snapshot(engine: Engine) -> Snapshot:
    """All approvals with what decides over them, and the newest release."""
    query = (
        select(
            approvals,
            documents.c.kind,
            documents.c.names,
            documents.c.effective_on,
            withdrawals.c.withdrawn_at,
            withdrawals.c.withdrawn_by,
            withdrawals.c.reason,
        )
        .join(
            documents,
            and_(documents.c.document_id == approvals.c.document_id, documents.c.version == approvals.c.version),
        )
        .outerjoin(withdrawals, withdrawals.c.approval_id == approvals.c.approval_id)
    )
    newest = select(index_releases).order_by(desc(index_releases.c.sequence)).limit(1)
    with reading(engine) as connection:
        revision = read_number(connection, REVISION)  # first: what is read later can only be newer
        standings = tuple(_standing(row) for row in connection.execute(query))
        release = connection.execute(newest).one_or_none()
    if release is None:
        return Snapshot(revision, standings, EMPTY_RELEASE, 0)
    return Snapshot(revision, standings, release.release, release.generation, release.model)


class Snapshots:
    """The snapshot as of now: looks at the revision each time and reads the rest only when it moved."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._revision = Revision(engine)
        self._kept: Snapshot | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Snapshot:
        """The snapshot now. Raises OperationalError when the database cannot be read."""
        revision = self._revision.read()
        with self._lock:
            if self._kept is None or self._kept.revision != revision:
                self._kept = read_snapshot(self._engine)
            return self._kept

    def close(self) -> None:
        """Let go of the database."""
        self._revision.close()


def _standing(row: Row[Any]) -> Standing:
    fields = row._mapping  # noqa: SLF001  SQLAlchemy's public name for it
    approval = Approval(
        **{name: fields[name] for name in Approval.model_fields if not name.startswith("withdrawn_")},
        withdrawn_at=fields["withdrawn_at"],
        withdrawn_by=fields["withdrawn_by"] or "",
        withdrawn_reason=fields["reason"] or "",
    )
    return Standing(
        approval=approval,
        document_id=fields["document_id"],
        version=fields["version"],
        kind=DocumentKind(fields["kind"]),
        names=ProductNames.model_validate_json(fields["names"]),
        effective_on=fields["effective_on"],
    )


def _document_row(document: ParsedDocument) -> dict[str, object]:
    structure = document.model_dump_json(exclude={"text"}, exclude_defaults=True)
    return {
        "document_id": document.document_id,
        "version": document.version,
        "source_sha256": document.source_sha256,
        "source_name": document.source_name,
        "source_format": document.source_format,
        "kind": document.kind,
        "title": document.title,
        "names": document.names.model_dump_json(),
        "effective_on": document.effective_on,
        "market": document.market,
        "text_sha256": _sha256(document.text),
        "text": document.text,
        "structure": zlib.compress(structure.encode()),
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
