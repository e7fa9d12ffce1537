"""Citations into approved documents, numbered in the order they are first used."""

from __future__ import annotations

from assistant.composing.reading import Reading
from assistant.types import Citation, Piece


class Citations:
    """Collects the citations of one draft; the same place is cited once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, int, int], int] = {}
        self._made: list[Citation] = []

    def cite(self, reading: Reading, section: int, start: int, end: int) -> int:
        """The number (from 0) of the citation of this span, made on first use."""
        document = reading.document
        key = (document.document_id, document.version, start, end)
        if key not in self._numbers:
            self._numbers[key] = len(self._made)
            quote = document.text[start:end]
            self._made.append(
                Citation(
                    document_id=document.document_id,
                    version=document.version,
                    sha256=reading.sha256,
                    approval_id=reading.approved.approval.approval_id,
                    title=document.title,
                    section=" > ".join(document.sections[section].path),
                    start=start,
                    end=end,
                    quote=quote,
                    shown=quote,
                )
            )
        return self._numbers[key]

    def piece(self, reading: Reading, section: int, start: int, end: int) -> Piece:
        """The verbatim words of a span, cited."""
        number = self.cite(reading, section, start, end)
        return Piece(text=reading.document.text[start:end], citation=number)

    def all(self) -> tuple[Citation, ...]:
        """All citations, in number order."""
        return tuple(self._made)
