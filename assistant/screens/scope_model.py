"""How much a message sounds like another subject than medicines: one fitted line through the encoder's space.

Word lists know subjects somebody thought of; this hears the rest ("weather in X?"). The weights stand in
`scope_line.npz`, made by `python -m evals.fit_scope --write`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.ports import Vectors

DEFAULT = Path(__file__).with_name("scope_line.npz")
# Log-odds from which a message is about another subject. Above the first lay none of 528 label questions and 0.2 % of
# the public ones, above the second nothing at all (`python -m evals.fit_scope`).
OPEN, SCOPED = 2.0, 2.5


@dataclass(frozen=True)
class ScopeModel:
    """Log-odds that a message is about another subject, by its vector."""

    weights: Vectors  # (dimensions,)
    bias: float

    @classmethod
    def load(cls, path: Path = DEFAULT) -> ScopeModel:
        """Read the model. Raises ValueError naming the file when it is not of the expected form."""
        try:
            with np.load(path, allow_pickle=False) as held:
                weights = held["weights"].astype(np.float32)
                return cls(weights, float(held["bias"]))
        except (KeyError, TypeError, ValueError, OSError, EOFError) as error:
            raise ValueError(f"{path}: not a scope model ({error}); fit it anew, see evals/fit_scope.py.") from error

    def is_elsewhere(self, vector: Vectors, *, scoped: bool) -> bool:
        """Whether a message with this vector, shape (dimensions,), is about another subject.

        `scoped`: it is asked where a product is in view, so that it is likely to be about that.
        """
        return float(self.weights @ vector) + self.bias >= (SCOPED if scoped else OPEN)


@cache
def scope_model() -> ScopeModel:
    """The model that comes with the package, read once."""
    return ScopeModel.load()
