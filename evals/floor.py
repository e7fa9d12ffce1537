"""The least a recorded answer could cost: encode the question, ask both indexes, commit one record. Done bare."""

from __future__ import annotations

import re
import sqlite3
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import tantivy

from knowledge.dense import Dense, EmbeddedChroma
from knowledge.embed import MiniLMEmbedder
from knowledge.store import partition_key
from knowledge.types import Partition

STAGES = ("encode", "chroma", "tantivy", "commit")
NEAREST = 40


@dataclass
class Floor:
    """Bare handles on the same files the library uses, and a database of its own for the commit."""

    embedder: MiniLMEmbedder
    collections: dict[Partition, Any]
    index: tantivy.Index
    database: sqlite3.Connection

    def measure(self, text: str, partition: Partition, record: bytes) -> dict[str, float]:
        """Seconds of each stage for one question, the record being as large as a turn's."""
        marks = [time.perf_counter()]
        vector = self.embedder.embed_query(text)
        marks.append(time.perf_counter())
        self.collections[partition].query(query_embeddings=[vector], n_results=NEAREST, include=["distances"])
        marks.append(time.perf_counter())
        self._lexical(text, partition)
        marks.append(time.perf_counter())
        self.database.execute("BEGIN IMMEDIATE")
        self.database.execute("INSERT INTO record (body) VALUES (?)", (record,))
        self.database.execute("COMMIT")
        marks.append(time.perf_counter())
        return {name: end - start for name, (start, end) in zip(STAGES, pairwise(marks), strict=True)}

    def close(self) -> None:
        """Close the floor's own database; the indexes are the library's."""
        self.database.close()

    def _lexical(self, text: str, partition: Partition) -> None:
        words = " ".join(re.findall(r"[^\W_]+", text.lower())) or "dose"
        within = tantivy.Query.term_query(self.index.schema, "partition", partition_key(partition))
        wanted = self.index.parse_query(words, ["body", "heading"])
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, within), (tantivy.Occur.Must, wanted)])
        searcher = self.index.searcher()
        for _, address in searcher.search(query, NEAREST, count=False).hits:
            searcher.doc(address)["passage_id"]


def open_floor(storage: Path, partitions: list[Partition], where: Path) -> Floor:
    """Open the floor over a library's storage folder; `where` is a folder for its own database.

    The library stays the one owner: Chroma shares its system between clients of one path and process.
    """
    import chromadb
    from chromadb.config import Settings

    generation = max((storage / "index").glob("[0-9]*"), key=lambda path: int(path.name))
    client = chromadb.PersistentClient(generation / "chroma", settings=Settings(anonymized_telemetry=False))
    names = Dense(EmbeddedChroma(storage / "index"), int(generation.name))  # for its names alone
    collections = {p: client.get_collection(names.collection_name(p), embedding_function=None) for p in partitions}
    index = tantivy.Index.open(str(generation / "lexical"))
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    index.register_tokenizer("label_english", words.filter(tantivy.Filter.stemmer("english")).build())
    index.reload()
    database = sqlite3.connect(where / "floor.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    embedder = MiniLMEmbedder(threads=1, workers=1)
    return Floor(embedder=embedder, collections=collections, index=index, database=database)
