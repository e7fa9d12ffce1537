"""Weighs whether a clause tells of something that happened to a patient, or only asks about it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.screens.clauses import Clause, split_clauses
from assistant.screens.critical_values import has_critical_value
from assistant.screens.patterns import read_patterns
from assistant.screens.vocabulary import Token, tokenise, vocabulary

# Weights were set by hand: a patient plus a time, an onset or an action makes a report; one of them alone does not.
_CUES = {"patient": 0.5, "someone": 0.3, "time": 0.6, "onset": 0.6, "has": 0.2, "action": 0.6, "report": 0.8}
_EXPOSURE = 0.2
_NEIGHBOUR = 0.5  # a cue in another clause of the message counts half
_EVENTS = {"outcome": 0.8, "reaction": 0.9, "illness": 0.5}
_LABORATORY = {"multiple": 0.8, "change": 0.7, "value": 0.5}
_CRITICAL = 1.3  # a value no one has without being ill
_FURTHER_EVENT = 0.15
_QUESTION, _RATE, _CONDITION, _GENERAL, _ASKS_LABEL = -0.5, -2.5, -1.8, -1.2, -0.3
_HAPPENED = frozenset({"time", "onset", "action", "report"})
_STARTING_POINT = -0.8
_HISTORY, _TREATED = -0.7, -1.0
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
    return tuple(Cued(clause, _cues(clause.text, own)) for clause in split_clauses(text))


def _cues(text: str, own: Collection[str]) -> frozenset[str]:
    patterns = read_patterns("narrative")
    cues = {name for name in (*_CUES, "exposure") if patterns[name].search(text)}
    if any(token.word in own for token in tokenise(text)):
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
    if not one.cues & _HAPPENED and any(other.clause.asks_eligibility for other in cued):
        weight += _STARTING_POINT
    return Told(one.clause, weight)


def event_weight(clause: Clause, own_names: Collection[str] = ()) -> float:
    """The weight of the events in a clause: the heaviest, and a little for each further one."""
    tokens = tokenise(clause.text)
    weights = sorted((*_named_events(clause.text, tokens, own_names), *_values(clause.text)), reverse=True)
    if not weights or weights[0] <= 0:
        return 0.0
    return weights[0] + _FURTHER_EVENT * min(2, sum(w > 0 for w in weights[1:]))


def _named_events(text: str, tokens: Sequence[Token], own_names: Collection[str]) -> Iterator[float]:
    patterns = read_patterns("narrative")
    for hit in vocabulary("events").find(tokens):
        before = text[max(0, hit.start - 60) : hit.start]
        if patterns["negation"].search(before):
            continue
        weight = _EVENTS[hit.group]
        if patterns["treatment"].search(before):
            weight += _TREATED
        if patterns["history"].search(before):
            weight += _HISTORY
        if _blames_another(tokens[hit.last : hit.last + 4], own_names):
            weight += _HISTORY
        yield weight


def _blames_another(after: Sequence[Token], own_names: Collection[str]) -> bool:
    """Whether the event is laid to a medicine that is not ours ("anaphylaxis to penicillin")."""
    if not after or after[0].word not in {"to", "from", "on"}:
        return False
    hits = vocabulary("medicines").find(after)
    return bool(hits) and not any(after[h.first].word in own_names for h in hits)


def _values(text: str) -> Iterator[float]:
    patterns = read_patterns("laboratory")
    for name, weight in _LABORATORY.items():
        if patterns[name].search(text):
            yield weight
    if has_critical_value(text):
        yield _CRITICAL
