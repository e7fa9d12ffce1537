"""A small fitted model: does a message report what happened, and of which kind.

It weighs three things: the signs of the rule layer (signs.py), the message's sentence vector, and its words
(told_words.py). Whether the message is a report is said by its nearness to the messages the model was fitted to (a
support vector machine: a Gaussian kernel over signs and vector, since a word that tells of harm weighs otherwise in a
question than in a story, plus a straight one over the words, which is kept summed up as one weight a word). Of which
kind, by one straight line a kind. Weights: `told_report.npz`; thresholds: `told_model.json`; made by
`python -m evals.fit_safety --write`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.screens.message import TokenReading, mean_said
from assistant.screens.told_words import Buckets, word_buckets

DEFAULT = Path(__file__).with_name("told_model.json")
WEIGHTS = Path(__file__).with_name("told_report.npz")
REPORT = "report"
ENOUGH = 0.5  # how sure a rule must be to speak
SURE = 0.9  # and how sure to be believed unless the model is surer of the opposite
UNIT_SCALE = 2.0  # brings the unit vector to the size of the signs, so that one decay suits both when fitting
_BEYOND = 30.0  # logits are cut here: exp stays finite

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Thresholds:
    """The frozen decision points, 0..1; how they were chosen stands in evals/fit_safety.py."""

    report: float  # from here a message is a report, whatever the rules say
    doubt: float  # below it a rule is not believed
    veto: float  # nor below this one that is sure
    kind: float  # from here a kind is named beside the likeliest

    def needed(self, rule: float) -> float:
        """The least probability of a report that the model must see, where the surest rule is that sure."""
        if rule >= SURE:
            return self.veto
        return self.doubt if rule >= ENOUGH else self.report


@dataclass(frozen=True)
class Nearness:
    """How near a message is to reports and to what is none: sum of weight * exp(-gamma * distance^2), words, a bias."""

    messages: Floats  # (messages, signs + dimensions), as `heard` gives them
    weights: Floats  # (messages,): above 0 a report, below 0 none
    squares: Floats  # (messages,): squared length of each
    words: Floats  # (BUCKETS,)
    gamma: float
    bias: float
    slope: float  # the sum times slope and plus shift is the logit of the probability
    shift: float

    def logit(self, message: Floats, said: Buckets) -> float:
        """The logit of the probability that this is a report."""
        apart = self.squares + float(message @ message) - 2 * (self.messages @ message)
        near = float(self.weights @ np.exp(-self.gamma * np.maximum(apart, 0))) + self.bias
        return self.slope * (near + float(_of_words(self.words, said))) + self.shift


@dataclass(frozen=True)
class Kinds:
    """One straight line a kind, fitted to reports alone: near 1 where the kind is told, near 0 where not."""

    names: tuple[str, ...]
    weights: Floats  # (kinds, signs + dimensions)
    words: Floats  # (kinds, BUCKETS)
    biases: Floats

    def weigh(self, message: Floats, said: Buckets) -> Mapping[str, float]:
        """How surely each kind is told, about 0..1, by name."""
        weighed = self.weights @ message + _of_words(self.words, said) + self.biases
        return {name: float(value) for name, value in zip(self.names, weighed, strict=True)}


@dataclass(frozen=True)
class ToldModel:
    """The fitted weights; they fit the vectors of the packaged MiniLM alone."""

    near: Nearness
    kinds: Kinds
    thresholds: Thresholds

    def weigh(self, signs: Floats, text: str, reading: TokenReading, own: Collection[str] = ()) -> Mapping[str, float]:
        """The probability that this is a report (REPORT), and how surely it is one of each kind, by name.

        `own` are the words of product names, which the model must not tell apart.
        """
        message, said = heard(signs, text, reading), word_buckets(text, own)
        return {REPORT: _chance(self.near.logit(message, said)), **self.kinds.weigh(message, said)}


def heard(signs: Floats, text: str, reading: TokenReading) -> Floats:
    """What is weighed beside the words, shape (signs + dimensions,): the signs, and the mean token at unit length."""
    both: Floats = np.concatenate([signs, mean_said(text, reading) * UNIT_SCALE]).astype(np.float32)
    return both


def _of_words(weights: Floats, said: Buckets) -> Floats:
    """The weights of the words said, over the root of how many there are: shape () or (kinds,)."""
    summed: Floats = weights[..., said].sum(axis=-1) / math.sqrt(max(1, len(said)))
    return summed


def _chance(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-_BEYOND, min(_BEYOND, logit))))


def read_weights(path: Path = WEIGHTS) -> tuple[Nearness, Kinds]:
    """The fitted weights. Raises ValueError naming the file when it is not of the expected form."""
    try:
        with np.load(path, allow_pickle=False) as held:
            messages, words = held["messages"].astype(np.float32), held["words"].astype(np.float32)
            numbers = {name: float(held[name]) for name in ("gamma", "bias", "slope", "shift")}
            squares = (messages**2).sum(axis=1)
            by_column = np.asfortranarray(messages)  # read from memory in one stream: half the time
            near = Nearness(by_column, held["weights"].astype(np.float32), squares, words, **numbers)
            names = tuple(str(name) for name in held["kinds"])
            lines = (held[f"kind_{part}"].astype(np.float32) for part in ("weights", "words", "biases"))
            return near, Kinds(names, *lines)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{path}: not a model of reports ({error}); fit it anew, see evals/fit_safety.py.") from error


@cache
def load_told_model() -> ToldModel:
    """The weights beside this file."""
    near, kinds = read_weights()
    content = json.loads(DEFAULT.read_text(encoding="utf-8"))
    return ToldModel(near=near, kinds=kinds, thresholds=Thresholds(**content["thresholds"]))
