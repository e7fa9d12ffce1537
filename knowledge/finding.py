"""One search: what is effective, both arms, what of it may be shown, fused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine

from knowledge.errors import IndexUnavailable
from knowledge.passages import PassageShelf
from knowledge.ports import Embedder, Vectors
from knowledge.questions import ApprovedQuestion, Questions
from knowledge.recent import Recent
from knowledge.search import Arm, fuse
from knowledge.serving import Serving
from knowledge.shelf import Snapshot
from knowledge.types import DocumentKind, Partition, Passage, Query, SearchResult

PASSAGES_IN_MEMORY = 50_000
RACES = 3  # how often a search begins again because a rebuild has switched generations under it
VECTORS_IN_MEMORY = 16  # of questions: one is looked for among passages and among approved questions
WIDER = 4  # how much further both arms look when ineffective passages crowd out effective ones


log = logging.getLogger(__name__)


def other_model(built_with: str, configured: str) -> str:
    """What to say when the index holds vectors of another model than the one configured."""
    return (
        f"the configured embedder ({configured}) differs from the one the index was built with ({built_with}). "
        "Run `hcp knowledge rebuild`, or set the embedder back."
    )


class Finder:
    """Finds passages of effective documents. Safe between threads."""

    def __init__(
        self,
        engine: Engine,
        serving: Serving,
        embedder: Embedder,
        snapshot: Callable[[], Snapshot],
        candidates: tuple[int, int],
        questions: Questions,
    ) -> None:
        self._serving = serving
        self._embedder = embedder
        self._snapshot = snapshot
        self._dense_candidates, self._lexical_candidates = candidates
        self._questions = questions
        self._vectors: Recent[str, Vectors] = Recent(VECTORS_IN_MEMORY)
        self._passages = PassageShelf(engine, PASSAGES_IN_MEMORY)

    def find(self, query: Query) -> SearchResult:
        """See `Library.search`."""
        for _ in range(RACES - 1):
            snapshot = self._snapshot()
            try:
                result = self._find(snapshot, query)
            except IndexUnavailable:
                if self._snapshot().generation == snapshot.generation:
                    raise
                continue
            if not result.degraded or self._snapshot().generation == snapshot.generation:
                return result
        return self._find(self._snapshot(), query)

    def approved_questions(self, query: Query) -> tuple[ApprovedQuestion, ...]:
        """See `Library.approved_questions`."""
        snapshot = self._snapshot()
        pairs = [
            standing
            for partition in query.partitions
            for standing in snapshot.effective(partition, query.at)
            if standing.kind is DocumentKind.APPROVED_QA
        ]
        vector = self._vector(query.heard or query.text, self._embedder.name) if pairs else None
        return () if vector is None else self._questions.near(pairs, vector, query.limit)

    def read_ahead(self, partition: Partition, at: datetime) -> None:
        """Keep the passages of a partition's effective documents in memory, as a question on it would."""
        for standing in self._snapshot().effective(partition, at):
            self._passages.read_ahead(standing.document_id, standing.version, partition)

    def forget(self) -> None:
        """Drop what is kept in memory: a rebuild may have cut passages anew."""
        self._passages.clear()

    def _find(self, snapshot: Snapshot, query: Query) -> SearchResult:
        effective = {p: standings for p in query.partitions if (standings := snapshot.effective(p, query.at))}
        if not effective or snapshot.generation == 0:
            return SearchResult(query=query, index_release=snapshot.release, passages=())
        partitions = tuple(effective)
        allowed = {
            (p.product, p.market, p.audience, standing.document_id, standing.version)
            for p, standings in effective.items()
            for standing in standings
        }
        vector = self._vector(query.heard or query.text, snapshot.model)
        usable: dict[str, Passage] = {}
        for wider in (1, WIDER):
            dense = None
            if vector is not None:
                dense = self._serving.dense(snapshot, partitions, vector, self._dense_candidates * wider)
            lexical = self._lexical(snapshot, partitions, query.text, wider, alone=dense is None)
            hits = (*(dense.hits if dense is not None else ()), *lexical.hits)
            found = self._passages.get(dict.fromkeys(name for name, _ in hits))
            usable = {name: passage for name, passage in found.items() if _place(passage) in allowed}
            if len(usable) >= query.limit or len(usable) == len(found):
                break
        return SearchResult(
            query=query,
            index_release=snapshot.release,
            passages=fuse(query, usable, dense or Arm(), lexical),
            degraded=dense is None,
        )

    def _vector(self, text: str, model: str) -> Vectors | None:
        """The text's vector; None when the embedder is away, or is not the one asked for: lexical search is left."""
        if model != self._embedder.name:
            log.warning("dense search is off: %s", other_model(model, self._embedder.name))
            return None
        vector = self._vectors.get(text)
        if vector is None:
            try:
                vector = self._embedder.embed_query(text)
            except IndexUnavailable as error:
                log.warning("dense search is off: %s", error)
                return None
            self._vectors.put(text, vector)
        return vector

    def _lexical(
        self, snapshot: Snapshot, partitions: Sequence[Partition], text: str, wider: int, *, alone: bool
    ) -> Arm:
        try:
            return self._serving.lexical(snapshot, partitions, text, self._lexical_candidates * wider)
        except IndexUnavailable:
            if alone:
                raise
            return Arm()


def _place(passage: Passage) -> tuple[str, str, str, str, str]:
    """Where a passage stands: its partition (whose own hash is slow) and its document version."""
    partition = passage.partition
    return partition.product, partition.market, partition.audience, passage.document_id, passage.version
