"""How much a message looks like an order to the machine, or like a request to do harm: two small fitted models.

Each is a logistic regression on the vector of the message (MiniLM, 384 numbers); the first also sees a few counted
cues. Weights stand in `misuse_model.json` with the command that made them: `python -m evals.fit_misuse --write`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.ports import Vectors

DEFAULT = Path(__file__).with_name("misuse_model.json")
INJECTION, HARM = "injection", "harm"
_MOST = 4  # a cue counts up to this often
_STEEPEST = 30.0

# Cues: words that speak to a machine, of its output, its rules and the parts it might play.
_CUES: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
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
    """One logistic regression, with the probability from which it speaks up."""

    weights: Vectors
    bias: float
    threshold: float

    def probability(self, features: Vectors) -> float:
        """The probability for these features: the vector, then the cues, which a shorter head does not see."""
        total = self.bias + float(self.weights @ features[: len(self.weights)])
        return 1.0 / (1.0 + math.exp(-max(-_STEEPEST, min(_STEEPEST, total))))


@dataclass(frozen=True)
class MisuseModel:
    """Both heads, by the kind of misuse they see."""

    heads: Mapping[str, Head]

    @classmethod
    def load(cls, path: Path = DEFAULT) -> MisuseModel:
        """Read the model. Raises ValueError naming the file when it is not of the expected form."""
        try:
            held = json.loads(path.read_text(encoding="utf-8"))["heads"]
            return cls({name: _head(held[name]) for name in (INJECTION, HARM)})
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a misuse model ({error}); fit it anew, see evals/fit_misuse.py.") from error

    def kind(self, text: str, vector: Vectors) -> tuple[str, float]:
        """The kind a message is taken for, with its probability; ("", 0) for none."""
        features = np.concatenate([vector, np.asarray(cues(text), dtype=np.float32)])
        for name, head in self.heads.items():
            probability = head.probability(features)
            if probability >= head.threshold:
                return name, probability
        return "", 0.0


def _head(held: Mapping[str, Any]) -> Head:
    return Head(np.asarray(held["weights"], dtype=np.float32), float(held["bias"]), float(held["threshold"]))


@cache
def misuse_model() -> MisuseModel:
    """The model that comes with the package, read once."""
    return MisuseModel.load()
