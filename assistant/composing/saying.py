"""What a unit of a label says, as far as two are held beside each other: whether one repeats the other."""

from __future__ import annotations

from typing import NamedTuple

from assistant.composing.traits import traits
from knowledge.types import Unit, UnitKind


class Saying(NamedTuple):
    """What one unit says."""

    stems: frozenset[str]
    numbers: frozenset[str]  # the stems that are numbers
    negates: bool
    row_of: int | None  # the table it is a row of

    @classmethod
    def of(cls, unit: Unit, text: str, stems: frozenset[str]) -> Saying:
        """What a unit with this text and these stems says."""
        numbers = frozenset(found for found in stems if found[0].isdigit())
        return cls(stems, numbers, traits(text).negates, unit.table if unit.kind is UnitKind.TABLE_ROW else None)

    def overlap(self, other: Saying) -> float:
        """How much of the shorter of two units the other says too, 0 to 1.

        A number of its own, or a "not" that the other lacks, makes this one say something else.
        """
        if self.negates is not other.negates or not self.numbers <= other.stems:
            return 0.0
        if self.row_of is not None and self.row_of == other.row_of:
            return 0.0  # rows of one table are alike by nature
        return len(self.stems & other.stems) / (min(len(self.stems), len(other.stems)) or 1)
