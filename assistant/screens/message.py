"""What a screen is given, and what a screen is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from assistant.types import Finding, Scope
from knowledge.ports import Vectors
from knowledge.types import Value


@dataclass(frozen=True)
class TokenReading:
    """A text as the encoder reads it: one vector a token, shape (tokens, 384), and each token's offsets."""

    vectors: Vectors
    spans: tuple[tuple[int, int], ...]

    @cached_property
    def mean(self) -> Vectors:
        """The mean of all tokens at unit length, shape (384,)."""
        return _unit(self.vectors)


_MARK = re.compile(r"\[[a-z_]+\]")  # what personal_data.mask leaves: "[person]"


def said(text: str) -> str:
    """The text without the marks of masked personal data: they are ours, and say nothing of what was asked."""
    return _MARK.sub(" ", text) if "[" in text else text


def mean_said(text: str, reading: TokenReading) -> Vectors:
    """The mean of the tokens at unit length, shape (384,); tokens within a mark are left out, unless all are."""
    marks = [match.span() for match in _MARK.finditer(text)] if "[" in text else []
    if not marks:
        return reading.mean
    kept = [not any(start < end and a <= start and end <= b for a, b in marks) for start, end in reading.spans]
    return _unit(reading.vectors[np.array(kept)]) if any(kept) else reading.mean


def _unit(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0)
    unit: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return unit


class Reader(Protocol):
    """Reads a text token by token; the encoder that retrieval uses, so that one pass serves both."""

    def read(self, text: str) -> TokenReading:
        """The tokens of a text with their vectors; what lies behind 256 tokens is not read."""
        ...


class ScreenInput(Value):
    """A message as screens see it: personal data already masked."""

    text: str
    scope: Scope
    product_names: tuple[str, ...]  # lower-case brand and generic names in the library for that market
    spelled: str = ""  # the text as the encoder hears it (understanding/spelled.py); empty: as it is written

    @property
    def heard(self) -> str:
        """What a fitted model reads. Offsets are never into this."""
        return self.spelled or self.text


class Screen(Protocol):
    """Looks at a message for one kind of thing. Never changes it, never blocks it."""

    name: str

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """What this screen finds, with offsets into `message.text`."""
        ...
