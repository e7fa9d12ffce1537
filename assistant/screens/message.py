"""What a screen is given, and what a screen is."""

from __future__ import annotations

from typing import Protocol

from assistant.types import Finding, Scope
from knowledge.types import Value


class ScreenInput(Value):
    """A message as screens see it: personal data already masked."""

    text: str
    scope: Scope
    product_names: tuple[str, ...]  # lower-case brand and generic names in the library for that market


class Screen(Protocol):
    """Looks at a message for one kind of thing. Never changes it, never blocks it."""

    name: str

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """What this screen finds, with offsets into `message.text`."""
        ...
