"""What a format's parser hands to the builder: nested sections of text blocks and grids, without offsets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One paragraph (level 0) or list item (level 1 and deeper), white space already collapsed."""

    text: str
    level: int = 0
    is_highlight: bool = False
    marker: str = "•"  # what stands before a list item


@dataclass(frozen=True)
class GridCell:
    """One cell of a grid; `began_above` marks the lower part of a cell spanning rows."""

    text: str
    column: int
    columns: int = 1
    began_above: bool = False
    is_bold: bool = False


@dataclass(frozen=True)
class GridRow:
    """One line of a grid; empty cells are left out."""

    cells: tuple[GridCell, ...]
    is_group: bool = False
    group: int | None = None


@dataclass(frozen=True)
class Grid:
    """A table with its parts told apart."""

    caption: str = ""
    header: tuple[GridRow, ...] = ()
    rows: tuple[GridRow, ...] = ()
    footnotes: tuple[str, ...] = ()


@dataclass
class SectionDraft:
    """A section with its content in reading order; subsections stand among the blocks."""

    field: str
    code: str = ""
    number: str = ""
    heading: str = ""
    is_printed: bool = True  # False: the source has no heading here, the family's usual one names it
    content: list[Text | Grid | SectionDraft] = dataclasses.field(default_factory=list)

    def subsections(self) -> Iterator[SectionDraft]:
        """The sections directly below this one."""
        return (part for part in self.content if isinstance(part, SectionDraft))
