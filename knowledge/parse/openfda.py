"""Reads an openFDA drug label: JSON with one flattened string per section."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from knowledge.errors import UnreadableDocument
from knowledge.parse.drafts import SectionDraft
from knowledge.parse.fields import BY_FIELD, LEFT_OUT_FIELDS, ORDER, UNCLASSIFIED_FIELD, by_number
from knowledge.parse.flat_sections import Piece, draft_of
from knowledge.parse.flattened import Letters, letters_of
from knowledge.parse.markup import tidy
from knowledge.parse.numbering import split_number

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
    drafts = [draft_of(piece, brand) for piece in tops]
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
