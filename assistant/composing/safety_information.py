"""Important safety information of a product: its boxed warning, or its contraindications and warnings.

21 CFR 202.1(e): a benefit is never stated without the risks, at like prominence, in the same message.
"""

from __future__ import annotations

from assistant.composing.cite import Citations
from assistant.composing.reading import Reading
from assistant.types import Piece, SafetyInformation
from knowledge.types import Section, UnitKind

MAX_WORDS = 160  # of what is not boxed; a boxed warning is always shown whole
_BOXED = ("boxed_warning",)
_RISKS = ("contraindications", "warnings_and_cautions", "warnings")


def safety_information(reading: Reading, citations: Citations, heading: str) -> SafetyInformation | None:
    """Cite the boxed warning whole; without one, contraindications and the heads of the warnings.

    Returns None when the document states neither (the verification then fails for a product answer).
    """
    boxed = _pieces(reading, citations, _BOXED, limit=None)
    if boxed:
        return SafetyInformation(heading=heading, is_boxed=True, pieces=boxed)
    risks = _pieces(reading, citations, _RISKS, limit=MAX_WORDS)
    return SafetyInformation(heading=heading, pieces=risks) if risks else None


def _pieces(reading: Reading, citations: Citations, families: tuple[str, ...], limit: int | None) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    spent = 0
    for family in families:
        for section in _top_sections(reading, family):
            for start, end, index in _paragraphs(reading, section):
                length = len(reading.document.text[start:end].split())
                if limit is not None and pieces and spent + length > limit:
                    return tuple(pieces)
                spent += length
                pieces.append(citations.piece(reading, index, start, end))
    return tuple(pieces)


def _top_sections(reading: Reading, family: str) -> list[Section]:
    sections = reading.document.sections
    return [s for s in sections if s.field == family and (s.parent is None or sections[s.parent].field != family)]


def _paragraphs(reading: Reading, section: Section) -> list[tuple[int, int, int]]:
    """Spans of the section's paragraphs, highlights left out where the full text has more."""
    units = [
        u
        for u in reading.document.units
        if section.start <= u.start and u.end <= section.end and u.kind is not UnitKind.TABLE_ROW
    ]
    full = [u for u in units if not u.is_highlight] or units
    spans: list[tuple[int, int, int]] = []
    paragraph: int | None = None
    for unit in full:
        if unit.paragraph == paragraph:
            spans[-1] = (spans[-1][0], unit.end, spans[-1][2])
        else:
            spans.append((unit.start, unit.end, unit.section))
        paragraph = unit.paragraph
    return spans
