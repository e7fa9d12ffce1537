"""The lexical arm: tantivy (BM25), one index on disk a generation, one writer. Derived; rebuild at will.

Queries are put together from analysed terms, never parsed: a user's quotes, colons and brackets mean nothing.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Filter, Occur, Query, TextAnalyzerBuilder, Tokenizer

from knowledge.errors import IndexUnavailable
from knowledge.recent import Recent
from knowledge.store import partition_key
from knowledge.types import Partition, Passage

ANALYZER = "label_english"
HEADING_BOOST = 0.5  # of a term found in a heading, beside the same term in the text
WRITER_BYTES = 64_000_000
MAX_TERMS = 64  # of one query; a pasted page would otherwise become thousands of clauses
COUNTS_IN_MEMORY = 100_000
_CONTENTS = "contents.json"


class Lexical:
    """One generation of the lexical index, in a folder of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._analyzer = _analyzer()
        self._schema = _schema()
        self._index: tantivy.Index | None = None
        self._opening = threading.Lock()
        self._counts: Recent[tuple[tuple[str, ...], str | None], int] = Recent(COUNTS_IN_MEMORY)

    def open(self) -> None:
        """Open for reading. Raises IndexUnavailable when it is not there or cannot be read."""
        with self._opening:
            if self._index is not None:
                return
            try:
                index = tantivy.Index.open(str(self._directory))
                index.register_tokenizer(ANALYZER, self._analyzer)
                index.config_reader("commit")
            except (ValueError, OSError) as error:
                raise IndexUnavailable(
                    f"The lexical index in {self._directory} cannot be opened: {error}. Run `hcp knowledge rebuild`."
                ) from error
            self._index = index

    def exists(self) -> bool:
        """Whether it was ever committed here."""
        return (self._directory / _CONTENTS).is_file()

    def contents(self) -> frozenset[str]:
        """The keys of the documents it holds, as of the last commit."""
        path = self._directory / _CONTENTS
        try:
            return frozenset(json.loads(path.read_text()))
        except (OSError, ValueError):
            return frozenset()  # never committed, or torn: what is missing is added again, which is idempotent

    def search(self, partitions: Sequence[Partition], text: str, limit: int) -> list[tuple[str, float]]:
        """The best passages by BM25: (passage_id, score), best first, equal ones by id; none without a term."""
        self.open()
        assert self._index is not None
        terms = list(dict.fromkeys(self._analyzer.analyze(text)))[:MAX_TERMS]
        if not terms or not partitions:
            return []
        try:
            searcher = self._index.searcher()
            weights = self._weights(searcher, tuple(sorted(partition_key(p) for p in partitions)), terms)
            hits = searcher.search(self._query(partitions, weights), limit, count=False).hits
            named = [(searcher.doc(address)["passage_id"][0], score) for score, address in hits]
        except (ValueError, OSError) as error:
            raise IndexUnavailable(f"The lexical index cannot be searched: {error}.") from error
        return sorted(named, key=lambda hit: (-hit[1], hit[0]))

    def write(self, added: Mapping[str, Iterable[Passage]], removed: Iterable[str] = ()) -> None:
        """Add documents (key to passages; what stood under the key goes) and remove others, in one commit.

        Raises IndexUnavailable when another process is writing.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        removed = frozenset(removed)
        try:
            index = tantivy.Index(self._schema, path=str(self._directory), reuse=True)
            index.register_tokenizer(ANALYZER, self._analyzer)
            writer = index.writer(heap_size=WRITER_BYTES, num_threads=1)
            for key in (*removed, *added):
                writer.delete_documents_by_term("key", key)
            for key, passages in added.items():
                for passage in passages:
                    writer.add_document(_document(key, passage))
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise IndexUnavailable(
                f"The lexical index in {self._directory} cannot be written: {error}. "
                "Stop the other process that writes to it, or run `hcp knowledge rebuild`."
            ) from error
        self._tell_contents((self.contents() - removed) | frozenset(added))
        self.open()
        assert self._index is not None
        self._index.reload()
        self._counts.clear()

    def drop(self) -> None:
        """Remove its folder."""
        self._index = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def _tell_contents(self, keys: frozenset[str]) -> None:
        path = self._directory / _CONTENTS
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(sorted(keys)))
        beside.replace(path)

    def _query(self, partitions: Sequence[Partition], weights: Sequence[tuple[str, str, float]]) -> Query:
        wanted = [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, field, term, "freq"), weight))
            for field, term, weight in weights
        ]
        within = Query.const_score_query(self._within([partition_key(p) for p in partitions]), 0.0)
        return Query.boolean_query([(Occur.Must, within), (Occur.Must, Query.boolean_query(wanted))])

    def _within(self, keys: Sequence[str]) -> Query:
        return Query.term_set_query(self._schema, "partition", list(keys))

    def _weights(
        self, searcher: tantivy.Searcher, keys: tuple[str, ...], terms: Sequence[str]
    ) -> list[tuple[str, str, float]]:
        """Each field and term with what makes tantivy's rarity, over the whole index, rarity among these partitions.

        A product's own name is rare in the library and says nothing among its passages.
        """
        every = searcher.num_docs
        weights = []
        for term in terms:
            rarity = _rarity(self._counted(searcher, keys, None), self._counted(searcher, keys, term))
            for field, boost in (("body", 1.0), ("heading", HEADING_BOOST)):
                weights.append((field, term, boost * rarity / _rarity(every, searcher.doc_freq(field, term))))
        return weights

    def _counted(self, searcher: tantivy.Searcher, keys: tuple[str, ...], term: str | None) -> int:
        """How many passages of these partitions hold a term (None: how many there are); kept until the next write."""
        counts = self._counts
        known = counts.get((keys, term))
        if known is None:
            query = self._within(keys)
            if term is not None:
                query = Query.boolean_query(
                    [(Occur.Must, query), (Occur.Must, Query.term_query(self._schema, "body", term, "freq"))]
                )
            found: Any = searcher.search(query, 1)  # tantivy's type stub leaves `count` out
            known = int(found.count)
            counts.put((keys, term), known)
        return known


def _rarity(every: int, holding: int) -> float:
    """BM25's inverse document frequency, as tantivy reckons it."""
    return math.log(1 + (max(every - holding, 0) + 0.5) / (holding + 0.5))


def _document(key: str, passage: Passage) -> tantivy.Document:
    told = passage.embedded_text
    has_all = " ".join(passage.text.split()) in told
    return tantivy.Document(
        passage_id=passage.passage_id,
        key=key,
        partition=partition_key(passage.partition),
        heading=" ".join(passage.heading_path[-3:]),
        body=told if has_all else f"{told}\n{passage.text}",
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("passage_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("partition", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("heading", tokenizer_name=ANALYZER, index_option="freq")
    builder.add_text_field("body", tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(60))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stemmer("english"))
        .build()
    )
