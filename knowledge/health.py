"""Whether an index finds what is known to be in it. Counts are never asked: a torn index still counts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from knowledge.index import Entry, Generation
from knowledge.passages import read_passages_of, read_vectors
from knowledge.reports import PartitionHealth
from knowledge.types import Partition, Passage

NEIGHBOURS = 20
SAME = 0.995  # cosine of a vector with itself, after float16 and Chroma's own arithmetic, is above this


def check_partition(
    engine: Engine,
    generation: Generation,
    model: str,
    partition: Partition,
    entries: Sequence[Entry],
    *,
    lexical: bool = True,
) -> PartitionHealth:
    """Ask for the first, middle and last passage of each document. Raises IndexUnavailable."""
    asked = found = 0
    for entry in entries:
        for passage in _known(read_passages_of(engine, entry.document_id, entry.version, partition)):
            vector = read_vectors(engine, model, [passage.content_hash])[0]
            near = generation.dense.search(partition, vector, NEIGHBOURS)
            asked += 1
            found += _is_among(passage, near) or (len(near) == NEIGHBOURS and near[-1][1] >= SAME)
            if lexical:
                asked += 1
                found += _is_among(passage, generation.lexical.search([partition], passage.embedded_text, NEIGHBOURS))
    return PartitionHealth(
        product=partition.product,
        market=partition.market,
        audience=partition.audience,
        asked=asked,
        found=found,
    )


def _known(passages: Sequence[Passage]) -> list[Passage]:
    places = {0, len(passages) // 2, len(passages) - 1} if passages else set()
    return [passages[place] for place in sorted(places)]


def _is_among(passage: Passage, hits: Sequence[tuple[str, float]]) -> bool:
    return any(name == passage.passage_id for name, _ in hits)
