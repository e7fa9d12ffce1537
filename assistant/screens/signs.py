"""What the rule layer saw in a message, in numbers: the fitted net weighs them beside the words themselves."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.screens.clinical_events import event_weight
from assistant.screens.narrative import CUES, Cued, Told
from assistant.screens.patterns import read_patterns
from assistant.types import SafetyKind

_LEAST, _MOST = -1.0, 3.0  # weights of rules are cut to this range
_NOTABLE_EVENT = 0.6  # an event's own weight from which it counts as named


@dataclass(frozen=True)
class Read:
    """A message as the rules read it: its clauses with their cues, and each kind weighed in each clause."""

    cued: tuple[Cued, ...]
    told: tuple[tuple[SafetyKind, Told], ...]
    own: Collection[str]  # words of product names


def signs(read: Read, kinds: Sequence[SafetyKind]) -> npt.NDArray[np.float32]:
    """The heaviest rule of each kind, then cues, frames and weak signs of what is told and of what is asked."""
    heaviest = dict.fromkeys(kinds, _LEAST)
    for kind, one in read.told:
        heaviest[kind] = max(heaviest[kind], min(_MOST, one.weight))
    values = [heaviest[kind] for kind in kinds]
    for is_asked in (False, True):
        clauses = [one for one in read.cued if one.clause.is_question == is_asked]
        values += [*_cues(clauses), *_frames(clauses, read.own), *_weak(clauses)]
    return np.array(values, dtype=np.float32)


def _cues(clauses: Sequence[Cued]) -> list[float]:
    found = {cue for one in clauses for cue in one.cues}
    words = sum(len(one.clause.tokens) for one in clauses)
    return [float(bool(clauses)), math.log1p(words) / 3, *(float(cue in found) for cue in CUES)]


def _frames(clauses: Sequence[Cued], own: Collection[str]) -> list[float]:
    these = [one.clause for one in clauses]
    events = max((event_weight(clause, own) for clause in these), default=0.0)
    return [
        events,
        float(events > _NOTABLE_EVENT),
        float(any(clause.is_condition for clause in these)),
        float(any(clause.is_general for clause in these)),
        float(any(clause.asks_rate for clause in these)),
        float(any(clause.asks_dose or clause.asks_eligibility for clause in these)),
        float(any(clause.asks_label for clause in these)),
    ]


def _weak(clauses: Sequence[Cued]) -> list[float]:
    text = "\n".join(one.clause.text for one in clauses)
    return [float(bool(text) and pattern.search(text) is not None) for pattern in read_patterns("weak").values()]
