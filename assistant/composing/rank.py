"""Which sentences, items and rows of the passages found speak to the question: a score a unit, with its reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.composing.quantities import has_amount, intervals, values
from assistant.composing.reading import Reading
from assistant.composing.terms import stems
from knowledge.types import ScoredPassage, Unit, UnitKind

# What each feature adds to a unit's score. Set by hand on the dev bench; every feature lies in 0..1.
WEIGHTS: Mapping[str, float] = {
    "coverage": 1.2,  # of the question's words, by rarity, in the unit itself
    "context": 0.5,  # … that stand only in its headings, lead-in, caption or header
    "dense": 0.9,  # cosine similarity of its passage
    "fused": 0.3,  # rank of its passage
    "prior": 0.5,  # probability of its section for this topic
    "amount": 0.15,  # states an amount, where an amount is asked for
    "value": 0.5,  # states a range that holds a value asked about
    "highlight": -0.3,  # a highlight repeats what the full section says better
}
_WANTS_AMOUNT = re.compile(
    r"\b(dos\w*|mg|mcg|how (?:much|long|many|often)|max\w*|min\w*|rate\w*|incidence|percent\w*|half-?life|interval|"
    r"frequency|duration|days?|weeks?|cut-?offs?|threshold|level\w*|temp\w*|median|schedule|load\w*|maintenance|"
    r"start\w*|titrat\w*|apart|spacing)\b|%|½|/kg",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """A question's words as compared: `original` carry the weight, `expanded` count for less."""

    original: frozenset[str]
    expanded: frozenset[str]
    values: tuple[float, ...]
    wants_amount: bool
    fields: Mapping[str, float]

    @classmethod
    def of(cls, text: str, expanded: str, ignore: frozenset[str], fields: Mapping[str, float]) -> Asked:
        """Read a question; `ignore` are stems that tell nothing here (the product's own names)."""
        original = stems(text) - ignore
        return cls(
            original=original,
            expanded=stems(expanded) - original - ignore,
            values=values(text),
            wants_amount=_WANTS_AMOUNT.search(text) is not None,
            fields=fields,
        )


@dataclass(frozen=True)
class Candidate:
    """A unit that may be quoted, with its score and what the score was made of."""

    reading: Reading
    unit: Unit
    score: float
    features: Mapping[str, float]
    matched: frozenset[str]  # stems of the question found in the unit or its context


def rank(asked: Asked, found: Sequence[ScoredPassage], readings: Mapping[tuple[str, str], Reading]) -> list[Candidate]:
    """Score every unit of the passages found, best first. `readings` by (document_id, version)."""
    best = max((passage.score for passage in found), default=0.0) or 1.0
    candidates: dict[tuple[str, str, int], Candidate] = {}
    for scored in found:
        key = (scored.passage.document_id, scored.passage.version)
        for index in scored.passage.units:
            if (*key, index) in candidates:
                continue
            reading = readings[key]
            candidates[(*key, index)] = score(asked, reading, reading.document.units[index], scored, best)
    return sorted(candidates.values(), key=lambda c: (-c.score, c.unit.index))


def score(asked: Asked, reading: Reading, unit: Unit, scored: ScoredPassage, best: float) -> Candidate:
    """Score one unit of one passage."""
    own, context = reading.unit_stems[unit.index], reading.context_stems[unit.index]
    total = sum(reading.rarity.weight(s) for s in asked.original) or 1.0
    in_unit = _weight(reading, asked, own)
    in_context = _weight(reading, asked, context - own)
    text = reading.row_text(unit) if unit.kind is UnitKind.TABLE_ROW else reading.text_of(unit)
    features = {
        "coverage": min(1.0, in_unit / total),
        "context": min(1.0, in_context / total),
        "dense": max(0.0, scored.dense or 0.0),
        "fused": scored.score / best,
        "prior": max((asked.fields.get(f, 0.0) for f in reading.families(unit.section)), default=0.0),
        "amount": float(asked.wants_amount and (has_amount(text) or unit.kind is UnitKind.TABLE_ROW)),
        "value": float(_holds_a_value(asked, text)),
        "highlight": float(unit.is_highlight),
    }
    return Candidate(
        reading=reading,
        unit=unit,
        score=sum(WEIGHTS[name] * value for name, value in features.items()),
        features=features,
        matched=(asked.original | asked.expanded) & (own | context),
    )


def _weight(reading: Reading, asked: Asked, found: frozenset[str]) -> float:
    weight = reading.rarity.weight
    return sum(weight(s) for s in asked.original & found) + 0.6 * sum(weight(s) for s in asked.expanded & found)


def _holds_a_value(asked: Asked, text: str) -> bool:
    if not asked.values:
        return False
    ranges = intervals(text)
    return any(interval.holds(value) for interval in ranges for value in asked.values)
