"""How likely a composed answer answers the question: a small logistic model over evidence, stored as data."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.composing.complete import Excerpt
from assistant.composing.rank import Asked, Candidate

DEFAULT = Path(__file__).with_name("confidence.json")


@dataclass(frozen=True)
class ConfidenceModel:
    """Weights and bias of a logistic regression; `made_by` says how they came about."""

    weights: dict[str, float]
    bias: float
    made_by: str

    @classmethod
    def load(cls, path: Path = DEFAULT) -> ConfidenceModel:
        """Read the model. Raises ValueError naming the file when it is not of the expected form."""
        try:
            held = json.loads(path.read_text())
            return cls(weights=dict(held["weights"]), bias=float(held["bias"]), made_by=str(held["made_by"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a confidence model ({error})") from error

    def probability(self, features: dict[str, float]) -> float:
        """The calibrated probability that an answer with these features is right."""
        total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    @staticmethod
    def features(asked: Asked, ranked: Sequence[Candidate], excerpts: Sequence[Excerpt]) -> dict[str, float]:
        """What speaks for an answer: coverage of the question's words, similarity, agreement of the arms, topic."""
        best = ranked[0]
        reading = best.reading
        shown = frozenset[str]().union(
            *(e.reading.unit_stems[i] | e.reading.context_stems[i] for e in excerpts for i in e.units)
        )
        weights = {s: reading.rarity.weight(s) for s in asked.original}
        total = sum(weights.values()) or 1.0
        rarest = max(weights, key=lambda s: weights[s], default="")
        return {
            "best_score": best.score,
            "margin": best.score - (ranked[5].score if len(ranked) > 5 else 0.0),  # noqa: PLR2004 - the sixth best
            "dense": max((c.features["dense"] for c in ranked[:3]), default=0.0),
            "coverage": sum(weights[s] for s in asked.original & shown) / total,
            "coverage_best": best.features["coverage"],
            "unknown_words": sum(w for s, w in weights.items() if not reading.rarity.knows(s)) / total,
            "rarest_shown": float(rarest in shown or not rarest),
            "prior": best.features["prior"],
            "words_asked": min(len(asked.original), 12) / 12,
        }
