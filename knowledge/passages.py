"""Passages and their vectors in the database. A vector is made once per model and content hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, select

from knowledge.ports import Embedder, OnProgress, Vectors
from knowledge.recent import Recent
from knowledge.store import embeddings, insert_missing, passages, reading
from knowledge.types import Partition, Passage

EMBED_BLOCK = 512  # texts embedded between two commits: what a kill can cost
LOOKUP_BLOCK = 500  # keys of one IN (…)
AHEAD = 1000  # passages of one document; a long label has some 400

T = TypeVar("T")


def write_passages(connection: Connection, cut: Sequence[Passage]) -> None:
    """Write passages, replacing what stood under their ids."""
    rows = [_row(passage) for passage in cut]
    for block in blocks([row["passage_id"] for row in rows], LOOKUP_BLOCK):
        connection.execute(delete(passages).where(passages.c.passage_id.in_(block)))
    if rows:
        connection.execute(insert(passages), rows)


def remove_others(connection: Connection, document_id: str, version: str, partition: Partition, kept: set[str]) -> None:
    """Remove a document's passages that an older cutting left behind."""
    of_document = _of(document_id, version, partition)
    ids = connection.execute(select(passages.c.passage_id).where(of_document)).scalars().all()
    for block in blocks([name for name in ids if name not in kept], LOOKUP_BLOCK):
        connection.execute(delete(passages).where(passages.c.passage_id.in_(block)))


def read_passages_of(
    engine: Engine, document_id: str, version: str, partition: Partition, most: int | None = None
) -> tuple[Passage, ...]:
    """A document's passages in reading order, the first `most` of them."""
    query = select(passages.c.value).where(_of(document_id, version, partition))
    with reading(engine) as connection:
        values = connection.execute(query.order_by(passages.c.start, passages.c.end).limit(most)).scalars()
        return tuple(Passage.model_validate_json(value) for value in values)


class PassageShelf:
    """Passages by id, the ones last used kept in memory."""

    def __init__(self, engine: Engine, size: int) -> None:
        self._engine = engine
        self._recent: Recent[str, Passage] = Recent(size)

    def get(self, ids: Iterable[str]) -> dict[str, Passage]:
        """The passages there are under these ids."""
        found: dict[str, Passage] = {}
        missing: list[str] = []
        for name in ids:
            passage = self._recent.get(name)
            if passage is None:
                missing.append(name)
            else:
                found[name] = passage
        for passage in self._read(missing):
            found[passage.passage_id] = passage
            self._recent.put(passage.passage_id, passage)
        return found

    def read_ahead(self, document_id: str, version: str, partition: Partition) -> None:
        """Keep a document's passages, the first AHEAD of them."""
        for passage in read_passages_of(self._engine, document_id, version, partition, AHEAD):
            self._recent.put(passage.passage_id, passage)

    def clear(self) -> None:
        """Forget what is kept."""
        self._recent.clear()

    def _read(self, ids: Sequence[str]) -> Iterator[Passage]:
        if not ids:
            return
        with reading(self._engine) as connection:
            for block in blocks(ids, LOOKUP_BLOCK):
                query = select(passages.c.value).where(passages.c.passage_id.in_(block))
                for value in connection.execute(query).scalars():
                    yield Passage.model_validate_json(value)


def embed_missing(
    engine: Engine, embedder: Embedder, cut: Sequence[Passage], on_progress: OnProgress | None = None
) -> int:
    """Embed the texts that no vector is kept for, a block a commit; how many those were."""
    texts = {passage.content_hash: passage.embedded_text for passage in cut}
    known = known_hashes(engine, embedder.name, texts)
    missing = sorted((key for key in texts if key not in known), key=lambda key: len(texts[key]))
    done = 0
    for block in blocks(missing, EMBED_BLOCK):
        before = done

        def tell(made: int, _: int, before: int = before) -> None:
            if on_progress is not None:
                on_progress(before + made, len(missing))

        vectors = embedder.embed_passages([texts[key] for key in block], tell)
        keep_vectors(engine, embedder.name, block, vectors)
        done += len(block)
    return len(missing)


def keep_vectors(engine: Engine, model: str, hashes: Sequence[str], vectors: Vectors) -> None:
    """Write vectors under their content hashes, as float16."""
    small = vectors.astype("<f2")
    rows = [
        {"model": model, "content_hash": key, "vector": vector.tobytes()}
        for key, vector in zip(hashes, small, strict=True)
    ]
    with engine.begin() as connection:
        insert_missing(connection, embeddings, rows)


def known_hashes(engine: Engine, model: str, hashes: Iterable[str]) -> set[str]:
    """Those content hashes that a vector of this model is kept for."""
    known: set[str] = set()
    with reading(engine) as connection:
        for block in blocks(list(hashes), LOOKUP_BLOCK):
            query = select(embeddings.c.content_hash).where(
                embeddings.c.model == model, embeddings.c.content_hash.in_(block)
            )
            known.update(connection.execute(query).scalars())
    return known


def read_vectors(engine: Engine, model: str, hashes: Sequence[str]) -> Vectors:
    """The vectors kept under these hashes, in order: shape (len(hashes), dimensions). KeyError when one is missing."""
    found: dict[str, Vectors] = {}
    with reading(engine) as connection:
        for block in blocks(list(dict.fromkeys(hashes)), LOOKUP_BLOCK):
            query = select(embeddings.c.content_hash, embeddings.c.vector).where(
                embeddings.c.model == model, embeddings.c.content_hash.in_(block)
            )
            for key, vector in connection.execute(query):
                found[key] = np.frombuffer(vector, dtype="<f2").astype(np.float32)
    return np.stack([found[key] for key in hashes])


def digest(cut: Iterable[Passage]) -> str:
    """What the passages are, in one hash."""
    told = "\n".join(f"{passage.passage_id} {passage.content_hash}" for passage in cut)
    return hashlib.sha256(told.encode()).hexdigest()


def blocks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in runs of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _row(passage: Passage) -> dict[str, object]:
    return {
        "passage_id": passage.passage_id,
        "document_id": passage.document_id,
        "version": passage.version,
        "product": passage.partition.product,
        "market": passage.partition.market,
        "audience": passage.partition.audience,
        "content_hash": passage.content_hash,
        "start": passage.start,
        "end": passage.end,
        "value": passage.model_dump_json(),
    }


def _of(document_id: str, version: str, partition: Partition) -> ColumnElement[bool]:
    return and_(
        passages.c.document_id == document_id,
        passages.c.version == version,
        passages.c.market == partition.market,
        passages.c.audience == partition.audience,
    )
