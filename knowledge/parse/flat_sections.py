"""Makes a nested section of one flattened string: subsections, tables, highlights and text in reading order."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.parse.drafts import Grid, SectionDraft, Text
from knowledge.parse.fields import BY_FIELD, by_number, heading_pattern
from knowledge.parse.flattened import Letters, letters_of, locate
from knowledge.parse.headings import families_for, heading_end, is_heading_like
from knowledge.parse.highlights import highlight_span
from knowledge.parse.numbering import numbered_marks, split_number
from knowledge.parse.tables import captioned, joint_for, read_table
from knowledge.parse.units import blocks_of


@dataclass
class Piece:
    """One string of the label: a section, or a subsection that another section repeats."""

    field: str
    text: str
    letters: Letters
    tables: list[Any] = dataclasses.field(default_factory=list)
    inner: list[tuple[int, int, Piece]] = dataclasses.field(default_factory=list)  # subsections found inside


def draft_of(piece: Piece, brand: Collection[str]) -> SectionDraft:
    """Makes a section of one string: its heading, subsections, tables, highlights and text.

    Args:
        piece: the string, with what openFDA repeats of it.
        brand: the words of the product name in lower case.
    """
    number, after = split_number(piece.text)
    known = by_number(number) if number else None
    if number and not known and "." not in number:
        number, after = "", 0
    return _section(piece, number, after, brand)


@dataclass(frozen=True)
class Cut:
    """A subsection inside flattened text."""

    start: int
    end: int
    number: str
    heading_from: int
    field: str
    is_own: bool  # openFDA gives it as a field of its own


def _section(piece: Piece, number: str, after: int, brand: Collection[str]) -> SectionDraft:
    text = piece.text
    tables = _located(piece)
    spans = [(start, end) for start, end, _ in tables]
    cuts = _cuts(piece, number, spans)
    stretch = _Stretch(text, tables, cuts, brand)
    loose = [block for element in _unlocated(piece, tables) for block in read_table(element, " ")]
    stops = [start for start, _ in spans] + [cut.start for cut in cuts]
    limit = min((stop for stop in stops if stop >= after), default=len(text))
    draft = _open(text, after, limit, number, piece.field, brand)
    draft.code = BY_FIELD[piece.field].code if piece.field in BY_FIELD else ""
    draft.content.extend(stretch.content(_after_heading(draft, text, after), len(text), 0))
    draft.content.extend(loose)
    return draft


def _after_heading(draft: SectionDraft, text: str, after: int) -> int:
    """Where the text after a heading begins."""
    return after + len(draft.heading) if draft.is_printed and text.startswith(draft.heading, after) else after


def _open(text: str, after: int, limit: int, number: str, family: str, brand: Collection[str]) -> SectionDraft:
    """A section with its number and heading; the heading begins at `after` and ends before `limit`."""
    families = families_for(family, number)
    heading = text[after : heading_end(text, after, limit, families, brand)].strip()
    is_usual = any(heading_pattern(known).fullmatch(heading) for known in families)
    if number or is_usual or is_heading_like(heading) or family not in BY_FIELD:
        return SectionDraft(family, "", number, heading, is_printed=bool(number or heading))
    return SectionDraft(family, "", "", BY_FIELD[family].heading, is_printed=False)


def _located(piece: Piece) -> list[tuple[int, int, Any]]:
    found: list[tuple[int, int, Any]] = []
    begin = 0
    for element in piece.tables:
        needle = letters_of(element)
        span = locate(needle, piece.letters, begin) or locate(needle, piece.letters)
        if span is None or any(span[0] < end and start < span[1] for start, end, _ in found):
            continue
        found.append((*span, element))
        position = piece.letters.letters.find(needle, begin)
        begin = position + len(needle) if position >= 0 else begin
    return sorted(found, key=lambda item: item[0])


def _unlocated(piece: Piece, located: list[tuple[int, int, Any]]) -> list[Any]:
    placed = {id(element) for _, _, element in located}
    seen = {letters_of(element) for _, _, element in located}
    return [e for e in piece.tables if id(e) not in placed and letters_of(e) and letters_of(e) not in seen]


def _cuts(piece: Piece, number: str, tables: Sequence[tuple[int, int]]) -> list[Cut]:
    """All subsections of a piece at any depth, sorted so that an outer one comes before an inner."""
    cuts: list[Cut] = []
    own = _own_cuts(piece, 0)
    sure = [cut.start for cut in own]
    if number and "." not in number:
        marks = numbered_marks(piece.text, number, tables, sure)
        ends = [mark.start for mark in marks[1:]] + [len(piece.text)]
        by_start = {cut.start: cut for cut in own}
        for mark, end in zip(marks, ends, strict=False):
            known = by_start.pop(mark.start, None)
            family = known.field if known else (by_number(mark.number) or BY_FIELD[piece.field]).field
            if not known and family != piece.field and not _is_usual(piece.text, mark.after, family):
                family = piece.field
            cuts.append(Cut(mark.start, end, mark.number, mark.after, family, known is not None))
        own = [cut for cut in own if cut.start in by_start]
    cuts.extend(own)
    return sorted(cuts, key=lambda cut: (cut.start, -cut.end))


def _is_usual(text: str, after: int, family: str) -> bool:
    return heading_end(text, after, len(text), [BY_FIELD[family]]) > after and text[after : after + 12].lower()[:4] == (
        BY_FIELD[family].heading[:4].lower()
    )


def _own_cuts(piece: Piece, base: int) -> list[Cut]:
    cuts = []
    for start, end, inner in piece.inner:
        number, after = split_number(inner.text)
        cuts.append(Cut(base + start, base + end, number, base + start + after, inner.field, True))
        cuts.extend(_own_cuts(inner, base + start))
    return cuts


@dataclass
class _Stretch:
    """Walks a piece's text and gives blocks, grids and subsections in reading order."""

    text: str
    tables: list[tuple[int, int, Any]]
    cuts: list[Cut]
    brand: Collection[str]

    def content(self, start: int, end: int, first: int) -> list[Text | Grid | SectionDraft]:
        """Everything between two offsets; `first` is the first cut that may lie there."""
        content: list[Text | Grid | SectionDraft] = []
        at, position = start, first
        while position < len(self.cuts):
            cut = self.cuts[position]
            if cut.start >= end:
                break
            if cut.start < at:
                position += 1
                continue
            content.extend(self._blocks(at, cut.start, has_more=True))
            stop = min(cut.end, end)
            content.append(self._subsection(cut, stop, position + 1))
            at = stop
            position += 1
            while position < len(self.cuts) and self.cuts[position].start < stop:
                position += 1
        content.extend(self._blocks(at, end, has_more=False))
        return content

    def _subsection(self, cut: Cut, stop: int, first: int) -> SectionDraft:
        stops = [begin for begin, _, _ in self.tables] + [inner.start for inner in self.cuts[first:]]
        limit = min((at for at in stops if cut.heading_from < at < stop), default=stop)
        draft = _open(self.text, cut.heading_from, limit, cut.number, cut.field, self.brand)
        draft.code = BY_FIELD[cut.field].code if cut.is_own and cut.field in BY_FIELD else ""
        draft.content.extend(self.content(_after_heading(draft, self.text, cut.heading_from), stop, first))
        return draft

    def _blocks(self, start: int, end: int, *, has_more: bool) -> list[Text | Grid | SectionDraft]:
        blocks: list[Text | Grid | SectionDraft] = []
        at = start
        for begin, stop, element in self.tables:
            if begin < start or begin >= end:
                continue
            blocks.extend(self._prose(at, begin, has_more=has_more))
            blocks.extend(read_table(element, joint_for(element, self.text[begin:stop])))
            at = max(at, min(stop, end))
        blocks.extend(self._prose(at, end, has_more=has_more))
        return captioned(blocks)

    def _prose(self, start: int, end: int, *, has_more: bool) -> list[Text]:
        stretch = self.text[start:end]
        if not stretch.strip():
            return []
        marked = highlight_span(stretch, self.text[end:] if has_more else "")
        if marked is None:
            return blocks_of(stretch)
        return [
            *blocks_of(stretch[: marked[0]]),
            *blocks_of(stretch[marked[0] : marked[1]], is_highlight=True),
            *blocks_of(stretch[marked[1] :]),
        ]
