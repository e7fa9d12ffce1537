"""Finds passages: nearest vectors and BM25, fused by rank, with the question's section prior.

Constants were measured on real labels with real questions (see knowledge/README.md, "Search").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from knowledge.types import Passage, Query, ScoredPassage

RANK_CONSTANT = 20.0  # of reciprocal-rank fusion: smaller trusts each arm's first places more
DENSE_WEIGHT = 1.0
LEXICAL_WEIGHT = 1.0
PRIOR_WEIGHT = 0.6  # a section family with prior 1 has its score raised by this share

Hits = Sequence[tuple[str, float]]
"""(passage_id, the arm's score), best first."""


def fuse(query: Query, passages: Mapping[str, Passage], dense: Hits, lexical: Hits) -> tuple[ScoredPassage, ...]:
    """Join both arms by reciprocal rank, raise by the section prior, best first; at most `query.limit`.

    score = (w_dense / (k + rank_dense) + w_lexical / (k + rank_lexical)) * (1 + PRIOR_WEIGHT * prior[field]).
    Hits whose passage is not given are left out, and do not count as a rank. Equal scores are ordered by id.
    """
    by_dense = _ranked(passages, dense)
    by_lexical = _ranked(passages, lexical)
    found = [_scored(query, passages[name], by_dense.get(name), by_lexical.get(name)) for name in by_dense | by_lexical]
    found.sort(key=lambda scored: (-scored.score, scored.passage.passage_id))
    return tuple(found[: query.limit])


def _ranked(passages: Mapping[str, Passage], hits: Hits) -> dict[str, tuple[int, float]]:
    allowed = [(name, score) for name, score in hits if name in passages]
    return {name: (rank, score) for rank, (name, score) in enumerate(allowed, start=1)}


def _scored(
    query: Query, passage: Passage, dense: tuple[int, float] | None, lexical: tuple[int, float] | None
) -> ScoredPassage:
    score = 0.0
    if dense is not None:
        score += DENSE_WEIGHT / (RANK_CONSTANT + dense[0])
    if lexical is not None:
        score += LEXICAL_WEIGHT / (RANK_CONSTANT + lexical[0])
    score *= 1 + PRIOR_WEIGHT * query.fields.get(passage.field, 0.0)
    return ScoredPassage(
        passage=passage,
        score=score,
        dense=dense[1] if dense is not None else None,
        dense_rank=dense[0] if dense is not None else None,
        lexical=lexical[1] if lexical is not None else None,
        lexical_rank=lexical[0] if lexical is not None else None,
    )
