"""How likely a composed answer answers the question: a small logistic model over evidence, stored as data."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.composing.complete import Excerpt
from assistant.composing.forms import STORY
from assistant.composing.label_words import label_words
from assistant.composing.rank import Asked, Candidate, share_stated
from assistant.composing.reading import Reading
from assistant.composing.terms import stem
from assistant.composing.traits import traits
from assistant.understanding.medicines import medicines

SHORTEST = 3  # letters from which a word that the label does not know speaks against an answer
NEAR = 3  # best candidates looked at
FEW = 2  # words of labels that a question may lack; more say no more
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
        """What speaks for an answer and against it: words shown, left out, unknown to the label; similarity; kinds."""
        reading = ranked[0].reading
        shown = frozenset[str]().union(
            *(e.reading.unit_stems[i] | e.reading.context_stems[i] for e in excerpts for i in e.units)
        )
        lists = label_words()
        known = {s for s in asked.original if _known(s, asked, reading) and not s[0].isdigit()}
        strange = asked.original - known
        named = known | {s for s in strange if len(s) >= SHORTEST and s not in STORY and lists.tells(s)}
        weights = {s: reading.rarity.weight(s) for s in named}
        total = math.fsum(weights.values()) or 1.0
        classed = {s for s in named if any(name <= shown for name in asked.classes.get(s, ()))}
        held = classed | {s for s in named if s in shown or asked.meant.get(s, frozenset()) & shown}
        unknown = named - known - classed
        return {
            "margin": ranked[0].score - (ranked[5].score if len(ranked) > 5 else 0.0),  # noqa: PLR2004 - the sixth best
            "dense": max((c.features["dense"] for c in ranked[:NEAR]), default=0.0),
            "coverage": math.fsum(weights[s] for s in held) / total if weights else 1.0,  # "What is it used for?"
            "coverage_best": ranked[0].features["coverage"],
            "context_best": ranked[0].features["context"],
            "coverage_near": max(c.features["coverage"] for c in ranked[:NEAR]),
            "unknown_words": math.fsum(weights[s] for s in unknown) / total,
            "unknown_medicine": float(any(s in _medicine_stems() for s in unknown)),
            "unknown_terms": _few(unknown & lists.own),
            "terms_left_out": _few((named - unknown - held) & lists.own),
            "kind": _kinds_shown(asked, excerpts),
            "row": ranked[0].features["row"],
        }


def _few(found: Collection[str]) -> float:
    return min(len(found), FEW) / FEW


def _kinds_shown(asked: Asked, excerpts: Sequence[Excerpt]) -> float:
    """Which share of the kinds of quantity asked for the answer states; 0 where none is asked for."""
    texts = (e.reading.text_of(e.reading.document.units[i]) for e in excerpts for i in e.units)
    return share_stated(asked, frozenset[str]().union(*(traits(text).kinds for text in texts)))


def _known(found: str, asked: Asked, reading: Reading) -> bool:
    """Whether the document uses a word of the question, what its shorthand stands for, or a medicine's generic name."""
    knows = reading.rarity.knows
    is_meant = any(knows(s) for s in asked.meant.get(found, frozenset()))
    return knows(found) or is_meant or any(all(map(knows, name)) for name in asked.classes.get(found, ())[:1])


@cache
def _medicine_stems() -> frozenset[str]:
    """Stems of the medicine names known without the library: one the label never mentions says it is silent."""
    return frozenset(stem(name) for name in medicines().generic_of if " " not in name)
