"""Which sentences, items and rows of the passages found speak to the question: a score a unit, with its reasons."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.composing.forms import TALK, meant_in
from assistant.composing.kinds import kinds_asked
from assistant.composing.quantities import Value, asked_values, intervals
from assistant.composing.reading import Reading
from assistant.composing.terms import Rarity, stem, stems
from assistant.composing.together import asks_together, held_together
from assistant.composing.traits import traits
from assistant.types import Part
from assistant.understanding.shorthand import expand
from knowledge.types import ScoredPassage, Unit, UnitKind

DEFAULT = Path(__file__).with_name("ranking.json")
_WANTS_AMOUNT = re.compile(
    r"\b(dos\w*|mg|mcg|how (?:much|long|many|often)|max\w*|min\w*|rate\w*|incidence|percent\w*|half-?life|interval|"
    r"frequency|duration|days?|weeks?|cut-?offs?|threshold|level\w*|temp\w*|median|schedule|load\w*|maintenance|"
    r"start\w*|titrat\w*|apart|spacing)\b|%|½|/kg",
    re.IGNORECASE,
)


# Asks whether a dose changes, not how much it is: "no adjustment is needed" answers it without a number.
_WHETHER = re.compile(
    r"\b(?:adjust\w*|reduc\w*|lower(?:ed)?|chang\w+|modif\w*|different)\b[^?]{0,25}\bdos\w*|"
    r"\bdos\w*\s+(?:adjust\w*|reduc\w*|chang\w+|modif\w*)",
    re.IGNORECASE,
)
_NONCLINICAL = re.compile(
    r"\b(?:(?:pre|non)-?clinical|carcinogen\w*|mutagen\w*|genotox\w*|teratogen\w*|tox(?:icology)?|species)\b",
    re.IGNORECASE,
)
EXPANDED = 0.6  # what a word the question only implies (shorthand spelled out) counts, of one it says
MANY = 4  # words of the question in one unit: more is no better
# Features compared with those of the best unit found: how high they run differs from question to question.
COMPARED = (
    "coverage",
    "context",
    "precision",
    "heading",
    "row_label",
    "dense",
    "fused",
    "prior",
    "prior_above",
    "among",
    "named",
)


@dataclass(frozen=True)
class RankingModel:
    """Weights of a linear score, fitted; `made_by` says from what and how."""

    weights: Mapping[str, float]
    made_by: str

    @classmethod
    def load(cls, path: Path = DEFAULT) -> RankingModel:
        """Read the model. Raises ValueError naming the file when it is not of the expected form."""
        try:
            held = json.loads(path.read_text())
            return cls(weights={str(k): float(v) for k, v in held["weights"].items()}, made_by=str(held["made_by"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a ranking model ({error})") from error


MODEL = RankingModel.load()
_WEIGHTS = tuple((name, weight) for name, weight in MODEL.weights.items() if weight)


@dataclass(frozen=True)
class Asked:
    """A question's words as compared: `original` carry the weight, `expanded` count for less."""

    original: frozenset[str]
    expanded: frozenset[str]
    meant: Mapping[str, frozenset[str]]  # each original stem → the stems its shorthand stands for
    values: tuple[Value, ...]
    wants_amount: bool
    kinds: tuple[str, ...]  # of quantities it is after
    asks_whether: bool
    wants_nonclinical: bool
    fields: Mapping[str, float]
    classes: Mapping[
        str, tuple[frozenset[str], ...]
    ]  # stem of another medicine → stems of each name labels have for it
    together: bool  # with that other medicine
    product: frozenset[str] = frozenset()  # the stems of the product's own names

    @cached_property
    def stems(self) -> frozenset[str]:
        """All that is looked for."""
        return self.original | self.expanded

    @classmethod
    def of(cls, part: Part, ignore: frozenset[str], readings: Iterable[Reading] = ()) -> Asked:
        """Read a question; `ignore` are stems that tell nothing here (the product's own names).

        What it takes over from an earlier turn only counts as implied: what is new is what is asked. In the documents
        of `readings` a word may stand in another form.
        """
        text = part.standalone
        carried = stems(" ".join(part.carried)) - stems(part.text)
        original = stems(text) - ignore - carried - TALK
        meant = meant_in(text, [reading.vocabulary for reading in readings])
        classes = {stem(word): tuple(stems(name) for name in called) for word, called in part.companions.items()}
        implied = stems(expand(text)).union(*meant.values(), *(found for names in classes.values() for found in names))
        return cls(
            original=original,
            meant={s: meant[s] - {s} for s in original if s in meant},
            expanded=implied - original - ignore,
            values=asked_values(text),
            wants_amount=_WANTS_AMOUNT.search(text) is not None,
            kinds=kinds_asked(text),
            asks_whether=_WHETHER.search(text) is not None,
            wants_nonclinical=traits(text).nonclinical or _NONCLINICAL.search(text) is not None,
            fields=part.fields,
            classes=classes,
            together=asks_together(part.text, part.companions),  # "same, but with X" of what was asked alone
            product=ignore,
        )


@dataclass(frozen=True)
class Candidate:
    """A unit that may be quoted, with its score and what the score was made of."""

    reading: Reading
    unit: Unit
    score: float
    features: Mapping[str, float]
    matched: frozenset[str]  # stems of the question, said or implied, found in the unit or its context
    said: frozenset[str] = frozenset()  # all stems that the question itself says


@dataclass(frozen=True)
class Weighed:
    """A unit of the passages found, and what speaks for it."""

    reading: Reading
    unit: Unit
    features: Mapping[str, float]
    matched: frozenset[str]  # stems of the question found in the unit or its context


@dataclass(frozen=True)
class Sought:
    """What a question looks for in one document: each stem's weight there, one that is only implied counting less."""

    weights: Mapping[str, float]
    stems: frozenset[str]
    said: float  # the weight of all the words it says itself; never 0

    @classmethod
    def of(cls, asked: Asked, rarity: Rarity) -> Sought:
        """Weigh the stems of a question by how rare they are in the document."""
        implied = {name: EXPANDED * rarity.weight(name) for name in asked.expanded}
        said = {name: rarity.weight(name) for name in asked.original}
        return cls(implied | said, asked.stems, math.fsum(said.values()) or 1.0)

    def weight(self, found: frozenset[str]) -> float:
        """The weight of those that stand among these stems."""
        named = self.stems & found
        return math.fsum([self.weights[name] for name in named]) if named else 0.0

    def share_of(self, stretch: frozenset[str], rarity: Rarity) -> float:
        """Which share of a stretch of the document, by rarity, the question names."""
        named = self.weight(stretch)
        return named / rarity.whole_of(stretch) if named else 0.0


def rank(asked: Asked, found: Sequence[ScoredPassage], readings: Mapping[tuple[str, str], Reading]) -> list[Candidate]:
    """Score every unit of the passages found, best first. `readings` by (document_id, version)."""
    candidates = [_scored(asked, weighed) for weighed in weigh(asked, found, readings)]
    return sorted(held_together(asked, candidates), key=lambda c: (-c.score, c.unit.index))


def weigh(asked: Asked, found: Sequence[ScoredPassage], readings: Mapping[tuple[str, str], Reading]) -> list[Weighed]:
    """Every unit of the passages found once, with its features: its own, and how near each comes to the best one's."""
    best = max((passage.score for passage in found), default=0.0) or 1.0
    held: dict[tuple[str, str, int], tuple[Reading, Unit, dict[str, float]]] = {}
    keys = dict.fromkeys((scored.passage.document_id, scored.passage.version) for scored in found)
    sought = {key: Sought.of(asked, readings[key].rarity) for key in keys}
    for scored in found:
        key = (scored.passage.document_id, scored.passage.version)
        reading = readings[key]
        for index in scored.passage.units:
            if (*key, index) not in held:
                unit = reading.document.units[index]
                held[(*key, index)] = reading, unit, features(asked, sought[key], reading, unit, scored, best)
    units = list(held.values())
    hits = [asked.stems & (r.unit_stems[u.index] | r.context_stems[u.index]) for r, u, _ in units]
    for (_, _, own), among in zip(units, _among(asked, hits), strict=True):
        own["among"] = among
    peaks = [(name, f"{name}_share", max((own[name] for _, _, own in units), default=0.0)) for name in COMPARED]
    for _, _, own in units:
        for name, share, peak in peaks:
            own[share] = own[name] / peak if peak else 0.0
    return [Weighed(*unit, matched) for unit, matched in zip(units, hits, strict=True)]


def _among(asked: Asked, hits: Sequence[frozenset[str]]) -> list[float]:
    """Which share of the question's words each unit and its context hold, by how few of the other units hold them.

    A word that every unit found shares ("dose", in a question on a dose) tells nothing between them, however rare it
    is in the document.
    """
    counts = Counter(name for found in hits for name in found)
    weights = {name: math.log(1 + (len(hits) - n + 0.5) / (n + 0.5)) for name, n in counts.items()}
    counted = {name: weight * (1.0 if name in asked.original else EXPANDED) for name, weight in weights.items()}
    whole = math.fsum(weights.values()) or 1.0
    return [math.fsum([counted[name] for name in found]) / whole for found in hits]


def _scored(asked: Asked, weighed: Weighed) -> Candidate:
    held = weighed.features
    score = sum([weight * held[name] for name, weight in _WEIGHTS])
    return Candidate(weighed.reading, weighed.unit, score, held, weighed.matched, asked.original)


def features(
    asked: Asked, sought: Sought, reading: Reading, unit: Unit, scored: ScoredPassage, best: float
) -> dict[str, float]:
    """What speaks for a unit by itself; every feature lies in 0..1."""
    own, context = reading.unit_stems[unit.index], reading.context_stems[unit.index]
    is_row = unit.kind is UnitKind.TABLE_ROW
    text = reading.row_text(unit) if is_row else reading.text_of(unit)
    families = reading.families(unit.section)
    prior = asked.fields.get(families[0], 0.0) if families else 0.0
    is_what = traits(text)
    amount = float(asked.wants_amount and is_what.has_amount)
    states = float(is_what.states)
    wants_no_amount = 1.0 if asked.asks_whether else 1.0 - float(asked.wants_amount)
    value = float(_holds_a_value(asked, text))
    opening = reading.openings.get(unit.index, 0.0)
    return {
        "coverage": min(1.0, sought.weight(own) / sought.said),
        "context": min(1.0, sought.weight(context - own) / sought.said),
        "precision": sought.share_of(own, reading.rarity),
        "named": min(1.0, len(asked.original & own) / MANY),
        "heading": sought.share_of(reading.heading_stems[unit.section], reading.rarity),
        "row_label": sought.share_of(reading.label_stems[unit.index], reading.rarity),
        "dense": max(0.0, scored.dense or 0.0),
        "dense_rank": 1.0 / scored.dense_rank if scored.dense_rank else 0.0,
        "lexical_rank": 1.0 / scored.lexical_rank if scored.lexical_rank else 0.0,
        "fused": scored.score / best,
        "prior": prior,
        "prior_above": max((asked.fields.get(f, 0.0) for f in families), default=0.0),
        "amount": amount,
        "prior_amount": prior * amount,
        "prior_opening": prior * opening,
        "prior_states": prior * states * max(amount, wants_no_amount),
        "row": float(is_row),
        "row_amount": float(is_row and asked.wants_amount),
        "value": value,
        "kind": share_stated(asked, is_what.kinds),
        "row_value": float(is_row) * value,
        "highlight": float(unit.is_highlight),
        "opening": opening,
        "statement": states,
        "reference": float(is_what.refers),
        "short": 1.0 / (1.0 + len(own)),
        "nonclinical": float(is_what.nonclinical and not asked.wants_nonclinical),
    }


def share_stated(asked: Asked, kinds: frozenset[str]) -> float:
    """Which share of the kinds of quantity asked for a text states."""
    return sum(kind in kinds for kind in asked.kinds) / len(asked.kinds) if asked.kinds else 0.0


def _holds_a_value(asked: Asked, text: str) -> bool:
    if not asked.values:
        return False
    ranges = intervals(text)
    return any(interval.holds(value) for interval in ranges for value in asked.values)
