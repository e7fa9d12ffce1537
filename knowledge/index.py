"""Keeps the derived indexes in step with what is approved, and names each state of them as a release.

A generation is one pair of indexes. What is newly approved goes into the serving generation; a rebuild fills the
next one beside it and then switches. Whatever was interrupted is done again: every step may be repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select

from knowledge.chunk import CHUNKER_VERSION, chunk
from knowledge.dense import Chroma, Dense
from knowledge.lexical import Lexical
from knowledge.passages import (
    digest,
    embed_missing,
    read_passages_of,
    read_vectors,
    remove_others,
    write_passages,
)
from knowledge.ports import Embedder, OnProgress
from knowledge.store import (
    UNFINISHED,
    index_entries,
    index_releases,
    insert_missing,
    raise_revision,
    reading,
    set_number,
)
from knowledge.types import ApprovedDocument, Partition, Passage


@dataclass(frozen=True)
class Entry:
    """A document version that stands in a generation, under one approval's market and audience."""

    document_id: str
    version: str
    partition: Partition

    @property
    def key(self) -> str:
        """The entry as one exact term."""
        partition = self.partition
        return (
            f"{self.document_id}\x1f{self.version}\x1f{partition.product}\x1f{partition.market}\x1f{partition.audience}"
        )


@dataclass(frozen=True)
class Cut:
    """A document's passages, as they go into an index."""

    entry: Entry
    passages: tuple[Passage, ...]


class Generation:
    """One pair of indexes: dense in Chroma, lexical in tantivy."""

    def __init__(self, number: int, chroma: Chroma, directory: Path) -> None:
        self.number = number
        self.dense = Dense(chroma, number)
        self.lexical = Lexical(directory / str(number) / "lexical")
        self._chroma = chroma

    def drop(self) -> None:
        """Remove both indexes."""
        self._chroma.drop(self.number)
        self.lexical.drop()


def read_entries(engine: Engine, generation: int) -> frozenset[Entry]:
    """What the database knows to be in a generation."""
    query = select(index_entries).where(index_entries.c.generation == generation)
    with reading(engine) as connection:
        return frozenset(
            Entry(
                row.document_id, row.version, Partition(product=row.product, market=row.market, audience=row.audience)
            )
            for row in connection.execute(query)
        )


def cut_documents(engine: Engine, wanted: Sequence[Entry], load: Callable[[Entry], ApprovedDocument]) -> list[Cut]:
    """Chunk documents and write their passages, a document a commit."""
    cuts: list[Cut] = []
    for entry in wanted:
        cut = Cut(entry, chunk(load(entry)))
        with engine.begin() as connection:
            remove_others(
                connection, entry.document_id, entry.version, entry.partition, {p.passage_id for p in cut.passages}
            )
            write_passages(connection, cut.passages)
        cuts.append(cut)
    return cuts


def fill(
    engine: Engine,
    embedder: Embedder,
    generation: Generation,
    cuts: Sequence[Cut],
    on_progress: OnProgress | None = None,
) -> int:
    """Embed what is new and put the passages into the dense index; how many texts were embedded.

    An entry is written only when Chroma has its passages, so that a kill leaves it pending.
    """
    every = [passage for cut in cuts for passage in cut.passages]
    embedded = embed_missing(engine, embedder, every, on_progress)
    with engine.begin() as connection:
        set_number(connection, UNFINISHED, generation.number)
    for cut in cuts:
        if cut.passages:
            vectors = read_vectors(engine, embedder.name, [passage.content_hash for passage in cut.passages])
            generation.dense.add(cut.entry.partition, [passage.passage_id for passage in cut.passages], vectors)
        with engine.begin() as connection:
            insert_missing(connection, index_entries, [_entry_row(generation.number, cut)])
    return embedded


def remove(engine: Engine, generation: Generation, gone: Iterable[Entry]) -> None:
    """Take documents out of the dense index, and out of what is known to be in it."""
    for entry in gone:
        ids = [p.passage_id for p in read_passages_of(engine, entry.document_id, entry.version, entry.partition)]
        generation.dense.remove(entry.partition, ids)
        forget(engine, generation.number, [entry])


def forget(engine: Engine, generation: int, gone: Iterable[Entry]) -> None:
    """Strike entries from what is known to be in a generation: they are pending again if still approved."""
    with engine.begin() as connection:
        for entry in gone:
            connection.execute(
                delete(index_entries).where(
                    index_entries.c.generation == generation,
                    index_entries.c.document_id == entry.document_id,
                    index_entries.c.version == entry.version,
                    index_entries.c.market == entry.partition.market,
                    index_entries.c.audience == entry.partition.audience,
                )
            )


def match_lexical(engine: Engine, generation: Generation, again: Collection[str] = ()) -> None:
    """Bring this machine's lexical index in step with the generation's entries; does nothing when it is.

    `again`: keys of entries to write anew although they are held.
    """
    entries = {entry.key: entry for entry in read_entries(engine, generation.number)}
    held = generation.lexical.contents() - frozenset(again)
    missing = [entry for key, entry in entries.items() if key not in held]
    gone = [key for key in held if key not in entries]
    if not missing and not gone and generation.lexical.exists():
        return
    added = {
        entry.key: read_passages_of(engine, entry.document_id, entry.version, entry.partition) for entry in missing
    }
    generation.lexical.write(added, gone)


def publish(engine: Engine, generation: int, model: str, at: datetime) -> str:
    """Name what the generation now holds, and let it serve; the release's name is made of its content."""
    with engine.begin() as connection:
        release, passages = _named(connection, generation, model)
        connection.execute(
            insert(index_releases).values(
                release=release,
                generation=generation,
                model=model,
                chunker=CHUNKER_VERSION,
                passages=passages,
                published_at=at,
            )
        )
        set_number(connection, UNFINISHED, 0)
        raise_revision(connection)
    return release


def _named(connection: Connection, generation: int, model: str) -> tuple[str, int]:
    query = select(index_entries).where(index_entries.c.generation == generation)
    rows = list(connection.execute(query))
    told = sorted(f"{row.document_id} {row.version} {row.market} {row.audience} {row.digest}" for row in rows)
    name = hashlib.sha256("\n".join((model, CHUNKER_VERSION, *told)).encode()).hexdigest()[:16]
    return f"release_{name}", sum(row.passages for row in rows)


def _entry_row(generation: int, cut: Cut) -> dict[str, object]:
    entry = cut.entry
    return {
        "generation": generation,
        "document_id": entry.document_id,
        "version": entry.version,
        "market": entry.partition.market,
        "audience": entry.partition.audience,
        "product": entry.partition.product,
        "passages": len(cut.passages),
        "digest": digest(cut.passages),
    }
