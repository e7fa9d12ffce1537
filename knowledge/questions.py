"""The questions that approved question-and-answer pairs answer, and which of them lie near a question asked.

A set of pairs is small, so its questions are compared exactly, in memory, and never enter the passage indexes: an
approved answer is given whole or not at all. Vectors are made once and kept beside those of passages. Whether a pair
may be used is asked of the catalog each time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sqlalchemy import Engine

from knowledge.parse.qa import answer_span, questions_of
from knowledge.passages import keep_vectors, known_hashes, read_vectors
from knowledge.ports import Embedder, Vectors
from knowledge.recent import Recent
from knowledge.standing import Standing
from knowledge.types import ApprovedDocument, DocumentKind, ParsedDocument, Partition, ProductNames, Span, Value

DOCUMENTS_IN_MEMORY = 256


class ApprovedQuestion(Value):
    """A question of an approved pair, with where its answer stands and how near it lies to the question asked."""

    document_id: str
    version: str
    partition: Partition
    section: int  # of the pair, in `ParsedDocument.sections`
    question: str
    phrasings: tuple[str, ...]  # all questions of the pair, this one included
    answer: Span
    similarity: float  # cosine of the two questions, -1..1


@dataclass(frozen=True)
class _Pairs:
    """One document's questions, one line a phrasing."""

    document: ParsedDocument
    lines: tuple[tuple[int, str, tuple[str, ...]], ...]  # section, question, all phrasings of its pair
    vectors: Vectors  # shape (len(lines), dimensions)


class Questions:
    """Finds approved questions near a question asked. Safe between threads."""

    def __init__(self, engine: Engine, embedder: Embedder, load: Callable[[Standing], ApprovedDocument]) -> None:
        self._engine = engine
        self._embedder = embedder
        self._load = load
        self._held: Recent[tuple[str, str], _Pairs] = Recent(DOCUMENTS_IN_MEMORY)

    def near(self, standings: Iterable[Standing], vector: Vectors, limit: int) -> tuple[ApprovedQuestion, ...]:
        """The nearest questions of these approved documents, best first; other kinds of document have none."""
        found = [
            (float(similarity), standing, pairs, line)
            for standing in standings
            if standing.kind is DocumentKind.APPROVED_QA
            for pairs in (self._pairs(standing),)
            for similarity, line in zip(pairs.vectors @ vector, pairs.lines, strict=True)
        ]
        found.sort(key=lambda hit: (-hit[0], hit[1].document_id, hit[3][0]))
        return tuple(_question(*hit) for hit in found[:limit])

    def prepare(self, standings: Iterable[Standing]) -> None:
        """Make and keep the vectors of these documents' questions, so that no turn has to."""
        for standing in standings:
            if standing.kind is DocumentKind.APPROVED_QA:
                self._pairs(standing)

    def _pairs(self, standing: Standing) -> _Pairs:
        key = (standing.document_id, standing.version)  # a version's bytes never change
        pairs = self._held.get(key)
        if pairs is None:
            document = self._load(standing).document
            lines = tuple(_lines(document))
            plain = [without_names(question, document.names) for _, question, _ in lines]
            pairs = _Pairs(document, lines, self._vectors(plain))
            self._held.put(key, pairs)
        return pairs

    def _vectors(self, questions: Sequence[str]) -> Vectors:
        """Embedded as questions, not as passages: some models tell the two apart."""
        model = self._embedder.name
        hashes = [hashlib.sha256(f"question\x1f{question}".encode()).hexdigest() for question in questions]
        known = known_hashes(self._engine, model, hashes)
        missing = {key: text for key, text in zip(hashes, questions, strict=True) if key not in known}
        if missing:
            made = np.stack([self._embedder.embed_query(text) for text in missing.values()])
            keep_vectors(self._engine, model, list(missing), made)
        return read_vectors(self._engine, model, hashes)


def _lines(document: ParsedDocument) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for section, phrasings in questions_of(document):
        for question in phrasings:
            yield section.index, question, phrasings


def _question(
    similarity: float, standing: Standing, pairs: _Pairs, line: tuple[int, str, tuple[str, ...]]
) -> ApprovedQuestion:
    section, question, phrasings = line
    return ApprovedQuestion(
        document_id=standing.document_id,
        version=standing.version,
        partition=standing.partition,
        section=section,
        question=question,
        phrasings=phrasings,
        answer=answer_span(pairs.document, section),
        similarity=similarity,
    )


def without_names(text: str, names: ProductNames, instead: str = "") -> str:
    """The text with another word (or none) for the product's own names: in its partition they tell nothing."""
    stripped = " ".join(_own_names(names).sub(f" {instead} ", text).split())
    return stripped or text


@lru_cache(maxsize=1024)
def _own_names(names: ProductNames) -> re.Pattern[str]:
    own = sorted((name for name in (names.product, names.generic, *names.substances) if name), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in own), re.IGNORECASE)
