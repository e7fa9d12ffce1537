"""Weighs whether a clause tells of something that happened to a patient, or only asks about it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.screens.clauses import Clause, split_clauses
from assistant.screens.clinical_events import event_weight
from assistant.screens.patterns import read_patterns
from assistant.screens.vocabulary import tokenise

# Weights were set by hand: a patient plus a time, an onset or an action makes a report; one of them alone does not.
_CUES = {"patient": 0.5, "someone": 0.3, "time": 0.6, "onset": 0.6, "has": 0.2, "action": 0.6, "report": 0.8}
_EXPOSURE = 0.2
_NEIGHBOUR = 0.5  # a cue in another clause of the message counts half
_QUESTION, _DOSE, _RATE, _CONDITION, _GENERAL, _ASKS_LABEL = -0.5, -0.5, -2.5, -1.8, -1.2, -0.3
CUES = (*_CUES, "exposure")
_HAPPENED = frozenset({"time", "onset", "report"})
_TOPIC = -0.8  # "rash on it - how common?", "platelets 40k - can I start?"
_HALF = 1.45  # the sum at which a report is as likely as not
_STEEPNESS = 3.0


@dataclass(frozen=True)
class Told:
    """A clause with the weight of what it tells."""

    clause: Clause
    weight: float

    @property
    def confidence(self) -> float:
        """How surely this is a report, 0..1."""
        return 1 / (1 + math.exp(-_STEEPNESS * (self.weight - _HALF)))


@dataclass(frozen=True)
class Cued:
    """A clause and the narrative cues in it."""

    clause: Clause
    cues: frozenset[str]


@lru_cache(maxsize=64)
def own_words(product_names: tuple[str, ...]) -> frozenset[str]:
    """The single words of product names, as tokens are compared."""
    return frozenset(token.word for name in product_names for token in tokenise(name))


def read_cues(text: str, own: Collection[str] = ()) -> tuple[Cued, ...]:
    """The clauses of a message with the cues found in each; a product's own word counts as exposure."""
    return tuple(Cued(clause, _cues(clause, own)) for clause in split_clauses(text))


def _cues(clause: Clause, own: Collection[str]) -> frozenset[str]:
    patterns = read_patterns("narrative")
    cues = {name for name in CUES if patterns[name].search(clause.text)}
    if any(token.word in own for token in clause.tokens):
        cues.add("exposure")
    return frozenset(cues)


def cue_weight(cued: Cued, others: Sequence[Cued]) -> float:
    """What the cues of a clause, and half of those of the telling clauses beside it, weigh."""
    cues = set(cued.cues)
    if "patient" in cues:
        cues.discard("someone")
    if "onset" in cues:
        cues.discard("has")
    weight = sum(_CUES[c] for c in cues if c in _CUES) + (_EXPOSURE if "exposure" in cues else 0)
    told = (
        {c for o in others if o is not cued and not o.clause.is_question for c in o.cues} - cued.cues - {"has", "onset"}
    )
    if "patient" in told or "patient" in cues:
        told.discard("someone")
    return weight + _NEIGHBOUR * sum(_CUES.get(c, 0) for c in told)


def frame_weight(clause: Clause) -> float:
    """What speaks against a report: questions, conditions, statements about patients at large (0 or less)."""
    weight = 0.0
    if clause.is_question:
        weight += _QUESTION
    if clause.asks_label:
        weight += _ASKS_LABEL
    if clause.asks_dose:
        weight += _DOSE
    if clause.asks_rate:
        weight += _RATE
    if clause.is_condition:
        weight += _CONDITION
    if clause.is_general:
        weight += _GENERAL
    return weight


def tell_event(one: Cued, cued: Sequence[Cued], own: Collection[str] = ()) -> Told:
    """Weigh a clause as the report of an adverse event; nothing when it names no event, value or outcome."""
    events = event_weight(one.clause, own)
    if events <= 0:
        return Told(one.clause, 0.0)
    weight = events + cue_weight(one, cued) + frame_weight(one.clause)
    if not one.cues & _HAPPENED and any(_asks_about(other.clause) for other in cued if other is not one):
        weight += _TOPIC
    return Told(one.clause, weight)


def _asks_about(clause: Clause) -> bool:
    """Whether a question takes what was told before as its topic or as a patient's starting point."""
    if clause.asks_dose:
        return True
    return clause.is_question and (clause.asks_eligibility or clause.asks_rate or clause.is_condition)
