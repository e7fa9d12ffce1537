"""A small fitted model: does a message report what happened, and of which kind.

Logistic regressions ("heads") over the signs of the rule layer (signs.py) and the message's sentence vector. One head
says whether the message is a report, one a kind says of which, and one, fitted to public sentences alone, whether a
sentence tells an adverse reaction at all (it is measured, and decides nothing). Weights and thresholds:
`told_model.json`, made by `python -m evals.fit_safety --write`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.screens.message import TokenReading

DEFAULT = Path(__file__).with_name("told_model.json")
REPORT, EVENT = "report", "event"
UNIT_SCALE = 2.0  # brings the unit vector to the size of the signs, so that one decay suits both when fitting
_BEYOND = 30.0  # logits are cut here: exp stays finite

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Thresholds:
    """The frozen decision points, 0..1; how they were chosen stands in evals/fit_safety.py."""

    event: float  # the event head alone, on public sentences
    report: float  # from here a message is a report, whatever the rules say
    veto: float  # below it a rule that is not sure is not believed


@dataclass(frozen=True)
class ToldModel:
    """The fitted weights; they fit the vectors of the packaged MiniLM alone."""

    names: tuple[str, ...]  # of the heads
    weights: Floats  # (heads, signs + dimensions)
    biases: Floats
    thresholds: Thresholds

    def weigh(self, signs: Floats, reading: TokenReading) -> Mapping[str, float]:
        """The probability each head gives, by name."""
        logits = self.weights @ heard(signs, reading) + self.biases
        return {name: _chance(float(logit)) for name, logit in zip(self.names, logits, strict=True)}


def heard(signs: Floats, reading: TokenReading) -> Floats:
    """What the heads weigh, shape (signs + dimensions,): the signs, and the mean of the tokens at unit length."""
    mean = reading.vectors.mean(axis=0)
    unit = mean / max(float(np.linalg.norm(mean)), 1e-12)
    both: Floats = np.concatenate([signs, unit * UNIT_SCALE]).astype(np.float32)
    return both


def _chance(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-_BEYOND, min(_BEYOND, logit))))


@cache
def load_told_model() -> ToldModel:
    """The weights beside this file."""
    content = json.loads(DEFAULT.read_text(encoding="utf-8"))
    heads = content["heads"]
    return ToldModel(
        names=tuple(heads),
        weights=np.array([head["weights"] for head in heads.values()], dtype=np.float32),
        biases=np.array([head["bias"] for head in heads.values()], dtype=np.float32),
        thresholds=Thresholds(**content["thresholds"]),
    )
