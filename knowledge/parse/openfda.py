"""Reads an openFDA drug label: JSON with one flattened string per section."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from knowledge.errors import UnreadableDocument
from knowledge.parse.drafts import Grid, SectionDraft, Text
from knowledge.parse.fields import BY_FIELD, LEFT_OUT_FIELDS, ORDER, UNCLASSIFIED_FIELD, by_number, heading_pattern
from knowledge.parse.flattened import Letters, letters_of, locate
from knowledge.parse.headings import families_for, heading_end, is_heading_like, numbered_marks, split_number
from knowledge.parse.highlights import highlight_span
from knowledge.parse.tables import joint_for, read_table, tidy
from knowledge.parse.units import blocks_of

_BOILERPLATE = re.compile(
    r"\b(?:manufactured (?:by|for)|distributed by|marketed by|licen[cs]e (?:no|number)|trademarks? of"
    r"|all rights reserved|©|patents?\b|LAB-\d|representative sample of labeling"
    r"|for more information|label may have been updated)",
    re.IGNORECASE,
)
_NOT_FOR_PROFESSIONALS = re.compile(
    r"^\s*(?:administration and disposal instructions|instructions for us(?:e|ing)|how to use|patient information"
    r"|medication guide)",
    re.IGNORECASE,
)
_LEAFLET = re.compile(r"^\s*(?:patient information|medication guide)\b.{0,400}?\bwhat is\b", re.IGNORECASE)
_SENTENCE_WORDS = 8  # plain words: fewer are a title, not a statement


@dataclass
class Piece:
    """One string of the label: a section, or a subsection that another section repeats."""

    field: str
    text: str
    letters: Letters
    tables: list[Any] = dataclasses.field(default_factory=list)
    inner: list[tuple[int, int, Piece]] = dataclasses.field(default_factory=list)  # subsections found inside


def read_openfda(data: bytes, name: str) -> tuple[dict[str, Any], list[SectionDraft]]:
    """Reads the label.

    Args:
        data: the file's bytes.
        name: its name, for messages.

    Returns:
        The label's record as openFDA gives it, and its sections in reading order.

    Raises:
        UnreadableDocument: not JSON, or not one openFDA drug label.
    """
    record = _record(data, name)
    pieces = _pieces(record)
    tops = _nest(pieces)
    brand = _brand_words(record)
    drafts = [_draft(piece, brand) for piece in tops]
    return record, sorted(_attached(drafts), key=_position)


def _record(data: bytes, name: str) -> dict[str, Any]:
    try:
        loaded = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"{name}: not readable as JSON ({error}); download the label again") from error
    results = loaded.get("results") if isinstance(loaded, dict) else None
    if results is None and isinstance(loaded, dict) and ("set_id" in loaded or "openfda" in loaded):
        results = [loaded]
    if not isinstance(results, list) or len(results) != 1 or not isinstance(results[0], dict):
        count = len(results) if isinstance(results, list) else 0
        raise UnreadableDocument(
            f"{name}: holds {count} openFDA labels, one is needed; save one label a file"
            if count
            else f'{name}: JSON, but not an openFDA drug label (no "results")'
        )
    record: dict[str, Any] = results[0]
    return record


def _brand_words(record: dict[str, Any]) -> frozenset[str]:
    block = record.get("openfda")
    brands = _strings(block.get("brand_name")) if isinstance(block, dict) else []
    return frozenset(word.lower() for brand in brands for word in brand.split())


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _pieces(record: dict[str, Any]) -> list[Piece]:
    pieces = []
    for key, value in record.items():
        if (
            key.endswith("_table")
            or key in LEFT_OUT_FIELDS
            or (key not in BY_FIELD and not _looks_like_section(key, value))
        ):
            continue
        texts = [text for text in (tidy(item) for item in _strings(value)) if text]
        if key == UNCLASSIFIED_FIELD:
            texts = [text for text in texts if not _is_boilerplate(text)]
        if key == "information_for_patients":
            texts = [text for text in texts if not _LEAFLET.search(text)]
        elements = _table_elements(_strings(record.get(f"{key}_table")))
        for text in texts:
            piece = Piece(_true_field(key, text), text, Letters.of(text))
            if piece.letters.letters:
                pieces.append(piece)
                piece.tables = [e for e in elements if len(texts) == 1 or letters_of(e) in piece.letters.letters]
    return pieces


def _looks_like_section(key: str, value: Any) -> bool:
    return key not in {"set_id", "id", "effective_time", "version", "openfda"} and any(
        len(text.split()) > 1 for text in _strings(value)
    )


def _true_field(key: str, text: str) -> str:
    """An unclassified section that carries a number of the numbered format belongs to that family."""
    number, _ = split_number(text) if key == UNCLASSIFIED_FIELD else ("", 0)
    family = by_number(number) or by_number(number.partition(".")[0]) if number else None
    return family.field if family else key


def _is_boilerplate(text: str) -> bool:
    if split_number(text)[0]:
        return False
    if sum(word.islower() for word in text.split()) < _SENTENCE_WORDS or _NOT_FOR_PROFESSIONALS.search(text):
        return True
    return bool(_BOILERPLATE.search(text)) and len(text) < 600  # noqa: PLR2004 - an address block is short


def _table_elements(sources: Sequence[str]) -> list[Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, recover=True)
    elements = []
    for source in sources:
        try:
            element = etree.fromstring(source.encode("utf-8"), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if element is not None:
            elements.append(element)
    return elements


def _nest(pieces: list[Piece]) -> list[Piece]:
    """Puts each piece into the smallest longer one that repeats it; the same text twice stands once."""
    ordered = sorted(pieces, key=lambda p: (-len(p.letters.letters), ORDER.get(p.field, len(ORDER))))
    kept: list[Piece] = []
    tops: list[Piece] = []
    for piece in ordered:
        needle = piece.letters.letters
        holders = [p for p in kept if needle in p.letters.letters]
        if not holders:
            tops.append(piece)
            kept.append(piece)
            continue
        holder = min(holders, key=lambda p: len(p.letters.letters))
        if len(holder.letters.letters) == len(needle):
            continue
        if piece.field not in {UNCLASSIFIED_FIELD, holder.field}:
            start, end = holder.letters.span(holder.letters.letters.find(needle), len(needle))
            holder.inner.append((start, end, piece))
            kept.append(piece)
    return tops


def _draft(piece: Piece, brand: Collection[str]) -> SectionDraft:
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

    def _blocks(self, start: int, end: int, *, has_more: bool) -> list[Text | Grid]:
        blocks: list[Text | Grid] = []
        at = start
        for begin, stop, element in self.tables:
            if begin < start or begin >= end:
                continue
            blocks.extend(self._prose(at, begin, has_more=has_more))
            blocks.extend(read_table(element, joint_for(element, self.text[begin:stop])))
            at = max(at, min(stop, end))
        blocks.extend(self._prose(at, end, has_more=has_more))
        return blocks

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


def _attached(drafts: list[SectionDraft]) -> list[SectionDraft]:
    """Gives stray numbered subsections ("6.2 …" as a string of its own) to the section of that number."""
    by_top = {draft.number: draft for draft in drafts if draft.number and "." not in draft.number}
    tops = []
    for draft in sorted(drafts, key=lambda d: [int(part) for part in d.number.split(".") if part]):
        home = by_top.get(draft.number.partition(".")[0]) if "." in draft.number else None
        if home is None:
            tops.append(draft)
        else:
            home.content.append(draft)
    return tops


def _position(draft: SectionDraft) -> tuple[int, float, int]:
    order = ORDER.get(draft.field, len(ORDER))
    if draft.field == "boxed_warning":
        return (0, 0.0, order)
    if draft.number:
        return (1, float(draft.number.partition(".")[0]), order)
    return (2, 0.0, order)
