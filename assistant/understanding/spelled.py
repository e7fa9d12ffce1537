"""A text as the encoder hears it: one form for the screens and for retrieval, so that one pass serves both."""

from __future__ import annotations

from assistant.understanding.announcing import without_announcement
from assistant.understanding.shorthand import expand
from assistant.understanding.split import joined, segments, unmarked
from knowledge.questions import without_names
from knowledge.types import ProductNames


def spelled_out(text: str, names: ProductNames | None, *, further: bool = False) -> str:
    """The text without small talk, masks and the product's own names, followed by what its shorthand stands for.

    A name tells nothing within its own product's documents, and courtesies tell nothing anywhere. A text that is
    nothing else comes back whole. The screens were fitted to the first table of shorthand; `further` adds the other.
    """
    spoken = joined([segment for segment in segments(text) if not segment.is_small_talk]) or text
    plain = without_announcement(unmarked(spoken) or text)
    return expand(plain if names is None else without_names(plain, names), further=further)
