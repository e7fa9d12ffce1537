"""What the library needs from outside: something that turns text into vectors, and the time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

OnProgress = Callable[[int, int], None]
"""Told how many are done, and of how many."""


class Embedder(Protocol):
    """Turns text into unit vectors; texts that mean the same lie close together."""

    @property
    def name(self) -> str:
        """Which model made a vector; vectors of different names are never compared."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """One vector of shape (dimensions,)."""
        ...

    def embed_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Vectors:
        """One vector a text, in the order given: shape (len(texts), dimensions)."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, timezone-aware UTC."""
        ...
