"""What is asked of the product together with another medicine is not answered by what holds for it alone.

The dose as a single agent is another one than in a combination: shown for it, a true sentence makes a wrong answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.composing.rank import Asked, Candidate

_ALONE = re.compile(
    r"\b(?:single[\s-]agent|mono-?therapy|(?:given|used?|administered|taken)\s+alone|by\s+itself)\b", re.IGNORECASE
)
_BOTH = re.compile(r"\b(?:in\s+combination|combined|with\s+or\s+without)\b", re.IGNORECASE)
_TOGETHER = r"(?:\b(?:with|plus|combo|combining|alongside|adding|add)|\+)\s*(?:\w+\s+)?"
_BEFORE = re.compile(r"\b(?:after|post|fail\w*|prior|previous\w*|progress\w*|switch\w*)\b", re.IGNORECASE)


def asks_together(text: str, companions: Iterable[str]) -> bool:
    """Whether a question speaks of taking the product with one of these, and not of taking it alone or after it."""
    if _ALONE.search(text) or " alone" in text or _BEFORE.search(text):
        return False
    return any(re.search(_TOGETHER + re.escape(name), text, re.IGNORECASE) for name in companions)


def held_together(asked: Asked, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those that hold for the product alone, where it is asked of with another medicine.

    One that names the other medicine too stays. Where none would be left, all stay.
    """
    if not asked.together:
        return list(candidates)
    names = [name for called in asked.classes.values() for name in called]
    kept = [
        c
        for c in candidates
        if _ALONE.search(c.reading.text_of(c.unit)) is None
        or _BOTH.search(c.reading.text_of(c.unit))
        or any(name <= c.reading.unit_stems[c.unit.index] for name in names)
    ]
    return kept or list(candidates)
