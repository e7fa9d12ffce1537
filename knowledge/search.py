"""Finds passages: nearest vectors and BM25, fused by score, raised by the question's section prior.

Constants were measured on real labels with real questions. Fusing by share of the arm's best score found the right
passage among the first ten in 3 of 100 questions more than reciprocal ranks did (k = 10 to 60), at every weight tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.types import Passage, Query, ScoredPassage

LEXICAL_WEIGHT = 0.8  # beside the dense arm's 1
PRIOR_WEIGHT = 0.6  # a section family with prior 1 has its score raised by this share; from 0.65 on, first ranks suffer

Hits = Sequence[tuple[str, float]]
"""(passage_id, the arm's score), best first."""


@dataclass(frozen=True)
class Arm:
    """What one arm found: its hits, and for how many it was asked."""

    hits: Hits = ()
    limit: int = 0

    @property
    def missing(self) -> float:
        """The most that a passage it did not find can score: nothing, when it gave all it had."""
        return self.hits[-1][1] if self.hits and len(self.hits) >= self.limit else 0.0


def fuse(query: Query, passages: Mapping[str, Passage], dense: Arm, lexical: Arm) -> tuple[ScoredPassage, ...]:
    """Join both arms by score, raise by the section prior, best first; at most `query.limit`.

    score = (dense / best dense + LEXICAL_WEIGHT * lexical / best lexical) * (1 + PRIOR_WEIGHT * prior[field]).
    Hits whose passage is not given are left out, and do not count as a rank. Equal scores are ordered by id.
    """
    places = [_Places(arm, passages) for arm in (dense, lexical)]
    names = dict.fromkeys((*places[0].ranks, *places[1].ranks))
    priors = {field: 1 + PRIOR_WEIGHT * prior for field, prior in query.fields.items()}
    near, alike = (place.share for place in places)
    scores = {
        name: (near(name) + LEXICAL_WEIGHT * alike(name)) * priors.get(passages[name].field, 1.0) for name in names
    }
    best = sorted(names, key=lambda name: (-scores[name], name))[: query.limit]
    return tuple(_scored(passages[name], scores[name], *places) for name in best)


class _Places:
    """An arm's ranks, scores and shares of its best score, over the passages that may be shown."""

    def __init__(self, arm: Arm, passages: Mapping[str, Passage]) -> None:
        hits = [(name, score) for name, score in arm.hits if name in passages]
        self.ranks = {name: rank for rank, (name, _) in enumerate(hits, start=1)}
        self.scores = dict(hits)
        self._best = max((score for _, score in hits), default=0.0)
        self._missing = arm.missing

    def share(self, name: str) -> float:
        """How well it fits, as a share of the best; 0 where the arm has nothing to say."""
        return self.scores.get(name, self._missing) / self._best if self._best > 0 else 0.0


def _scored(passage: Passage, score: float, dense: _Places, lexical: _Places) -> ScoredPassage:
    name = passage.passage_id
    return ScoredPassage(
        passage=passage,
        score=score,
        dense=dense.scores.get(name),
        dense_rank=dense.ranks.get(name),
        lexical=lexical.scores.get(name),
        lexical_rank=lexical.ranks.get(name),
    )
