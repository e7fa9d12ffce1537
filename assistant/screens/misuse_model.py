"""How much a message looks like an order to the machine, or like a request to do harm: two small fitted models.

Each says how near a message is to the messages it was fitted to (a support vector machine with a Gaussian kernel on
the MiniLM vector, 384 numbers; the first also sees a few counted cues): "ignore" weighs otherwise beside "rules" than
beside "a raised ALT", which no straight line can say. What they hold stands in `misuse_near.npz`, made by
`python -m evals.fit_misuse --write`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.screens.patterns import Folded
from knowledge.ports import Vectors

DEFAULT = Path(__file__).with_name("misuse_near.npz")
INJECTION, HARM = "injection", "harm"
CUE_SCALE = 1.5  # brings a cue, 0..1, to the weight in the distance at which cross-validation was best
_MOST = 4  # a cue counts up to this often
_STEEPNESS = 3.0  # of the probability around the threshold, where it is one half
_STEEPEST = 30.0

# Cues: words that speak to a machine, of its output, its rules and the parts it might play.
_CUES: Mapping[str, Folded] = {
    name: Folded(pattern)
    for name, pattern in {
        "told_what_it_is": r"\byou\s*(?:are|'re|will|must|shall|have\s+to)\b",
        "its_output": r"\byour?\s+(?:response|answer|reply|output|elucidation|explanation|solution|code\w*|"
        r"implementation|instructions?|prompt|rules|guidelines)\b",
        "code": r"```|\bimport\s+\w+|\(\)",
        "machine": r"\b(?:ai|gpt|chat-?gpt|llm|language\s+model|openai|chatbot|bot|assistant)\b",
        "role": r"\b(?:pretend|act\s+as|role-?play|character|persona|imagine|simulat\w+)\b",
        "limits": r"\b(?:restrict\w*|unrestricted|uncensored|filter\w*|guidelines?|polic\w+|rules?|ethic\w*|moral\w*|"
        r"illegal|limits?|refus\w*|comply)\b",
        "prompt": r"\b(?:system\s*prompt|prompt|instructions?|initiali[sz]ation|configuration)\b",
        "forget": r"\b(?:ignore|forget|disregard|override|bypass|forgotten)\b",
        "brackets": r"[\[\]{}<>]",
    }.items()
}


def cues(text: str) -> tuple[float, ...]:
    """How often each cue occurs, 0..1."""
    return tuple(min(sum(1 for _ in pattern.finditer(text)), _MOST) / _MOST for pattern in _CUES.values())


@dataclass(frozen=True)
class Head:
    """Nearness to misuse and to what is none: the sum of weight * exp(-gamma * distance^2), and a bias."""

    messages: Vectors  # (messages, features)
    weights: Vectors  # (messages,): above 0 misuse, below 0 none
    squares: Vectors  # (messages,): squared length of each
    gamma: float
    bias: float
    threshold: float  # of the sum, from which it speaks up

    def nearness(self, features: Vectors) -> float:
        """The sum for these features: the vector, then the cues, which a shorter head does not see."""
        seen = features[: self.messages.shape[1]]
        apart = self.squares + float(seen @ seen) - 2 * (self.messages @ seen)
        return float(self.weights @ np.exp(-self.gamma * np.maximum(apart, 0))) + self.bias

    def probability(self, features: Vectors) -> float:
        """The confidence that it is misuse: one half at the threshold."""
        over = _STEEPNESS * (self.nearness(features) - self.threshold)
        return 1.0 / (1.0 + math.exp(-max(-_STEEPEST, min(_STEEPEST, over))))


@dataclass(frozen=True)
class MisuseModel:
    """Both heads, by the kind of misuse they see."""

    heads: Mapping[str, Head]

    @classmethod
    def load(cls, path: Path = DEFAULT) -> MisuseModel:
        """Read the model. Raises ValueError naming the file when it is not of the expected form."""
        try:
            with np.load(path, allow_pickle=False) as held:
                return cls({name: _head(name, held) for name in (INJECTION, HARM)})
        except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
            raise ValueError(f"{path}: not a misuse model ({error}); fit it anew, see evals/fit_misuse.py.") from error

    def kind(self, text: str, vector: Vectors) -> tuple[str, float]:
        """The kind a message is taken for, with its probability; ("", 0) for none."""
        features = seen_as(text, vector)
        for name, head in self.heads.items():
            probability = head.probability(features)
            if probability >= 0.5:  # noqa: PLR2004 - the threshold, see Head.probability
                return name, probability
        return "", 0.0


def seen_as(text: str, vector: Vectors) -> Vectors:
    """What is weighed of a message: its vector, then its cues, shape (dimensions + cues,)."""
    features: Vectors = np.concatenate([vector, CUE_SCALE * np.asarray(cues(text), dtype=np.float32)])
    return features.astype(np.float32)


def _head(name: str, held: Mapping[str, Vectors]) -> Head:
    messages = held[f"{name}_messages"].astype(np.float32)
    weights = held[f"{name}_weights"].astype(np.float32)
    numbers = {key: float(held[f"{name}_{key}"]) for key in ("gamma", "bias", "threshold")}
    # By column: read from memory in one stream, which takes half the time.
    return Head(np.asfortranarray(messages), weights, (messages**2).sum(axis=1), **numbers)


@cache
def misuse_model() -> MisuseModel:
    """The model that comes with the package, read once."""
    return MisuseModel.load()
