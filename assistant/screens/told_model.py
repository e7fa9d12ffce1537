"""A small fitted model: does a message report what happened, and of which kind.

It weighs the signs of the rule layer (signs.py) beside the message's sentence vector. Whether the message is a report
is said by its nearness to the messages the model was fitted to (a support vector machine with a Gaussian kernel: a
word that tells of harm weighs otherwise in a question than in a story, which no straight line can say); of which kind,
by one logistic regression ("head") a kind. Weights and thresholds: `told_model.json` and `told_report.npz`, made by
`python -m evals.fit_safety --write`.
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

from assistant.screens.message import TokenReading, mean_said

DEFAULT = Path(__file__).with_name("told_model.json")
NEAR = Path(__file__).with_name("told_report.npz")
REPORT = "report"
UNIT_SCALE = 2.0  # brings the unit vector to the size of the signs, so that one decay suits both when fitting
_BEYOND = 30.0  # logits are cut here: exp stays finite

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Thresholds:
    """The frozen decision points, 0..1; how they were chosen stands in evals/fit_safety.py."""

    report: float  # from here a message is a report, whatever the rules say
    veto: float  # below it a rule that is not sure is not believed


@dataclass(frozen=True)
class Nearness:
    """How near a message is to reports and to what is none: sum of weight * exp(-gamma * distance^2), and a bias."""

    messages: Floats  # (messages, signs + dimensions), as `heard` gives them
    weights: Floats  # (messages,): above 0 a report, below 0 none
    squares: Floats  # (messages,): squared length of each
    gamma: float
    bias: float
    slope: float  # the sum times slope and plus shift is the logit of the probability
    shift: float

    def logit(self, message: Floats) -> float:
        """The logit of the probability that this is a report."""
        apart = self.squares + float(message @ message) - 2 * (self.messages @ message)
        near = float(self.weights @ np.exp(-self.gamma * np.maximum(apart, 0))) + self.bias
        return self.slope * near + self.shift


@dataclass(frozen=True)
class ToldModel:
    """The fitted weights; they fit the vectors of the packaged MiniLM alone."""

    near: Nearness
    names: tuple[str, ...]  # of the heads
    weights: Floats  # (heads, signs + dimensions)
    biases: Floats
    thresholds: Thresholds

    def weigh(self, signs: Floats, text: str, reading: TokenReading) -> Mapping[str, float]:
        """The probability that this is a report (REPORT), and that it is one of each kind, by name."""
        message = heard(signs, text, reading)
        logits = self.weights @ message + self.biases
        kinds = {name: _chance(float(logit)) for name, logit in zip(self.names, logits, strict=True)}
        return {REPORT: _chance(self.near.logit(message)), **kinds}


def heard(signs: Floats, text: str, reading: TokenReading) -> Floats:
    """What is weighed, shape (signs + dimensions,): the signs, and the mean of the tokens at unit length."""
    both: Floats = np.concatenate([signs, mean_said(text, reading) * UNIT_SCALE]).astype(np.float32)
    return both


def _chance(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-_BEYOND, min(_BEYOND, logit))))


def read_nearness(path: Path = NEAR) -> Nearness:
    """The messages the model is held against. Raises ValueError naming the file when it is not of the expected form."""
    try:
        with np.load(path, allow_pickle=False) as held:
            messages = held["messages"].astype(np.float32)
            numbers = {name: float(held[name]) for name in ("gamma", "bias", "slope", "shift")}
            return Nearness(messages, held["weights"].astype(np.float32), (messages**2).sum(axis=1), **numbers)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{path}: not a model of reports ({error}); fit it anew, see evals/fit_safety.py.") from error


@cache
def load_told_model() -> ToldModel:
    """The weights beside this file."""
    content = json.loads(DEFAULT.read_text(encoding="utf-8"))
    heads = content["heads"]
    return ToldModel(
        near=read_nearness(),
        names=tuple(heads),
        weights=np.array([head["weights"] for head in heads.values()], dtype=np.float32),
        biases=np.array([head["bias"] for head in heads.values()], dtype=np.float32),
        thresholds=Thresholds(**content["thresholds"]),
    )
