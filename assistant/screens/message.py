"""What a screen is given, and what a screen is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.types import Finding, Scope
from knowledge.ports import Vectors
from knowledge.types import Value


@dataclass(frozen=True)
class TokenReading:
    """A text as the encoder reads it: one vector a token, shape (tokens, 384), and each token's offsets."""

    vectors: Vectors
    spans: tuple[tuple[int, int], ...]


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
    vector: tuple[float, ...] = ()  # of the masked text, unit length, by the embedder of retrieval; empty: none made


class Screen(Protocol):
    """Looks at a message for one kind of thing. Never changes it, never blocks it."""

    name: str

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """What this screen finds, with offsets into `message.text`."""
        ...
