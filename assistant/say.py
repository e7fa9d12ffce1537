"""A reply as plain text: all that the HCP sees, in the order they see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.naming import with_generic
from assistant.turn.verify import citation_numbers
from assistant.types import (
    Answer,
    Block,
    Citation,
    Clarify,
    HandOff,
    ListBlock,
    Outcome,
    Piece,
    Reply,
    SafetyInformation,
    SafetyIntake,
    Statement,
)


def plain_text(reply: Reply) -> str:
    """The whole reply as text, citations as [n], tables with " | " between cells."""
    lines: list[str] = []
    for outcome in reply.outcomes:
        lines += [*_outcome(outcome), ""]
    lines += [notice.text for notice in reply.notices]
    return "\n".join(lines).strip()


def _outcome(outcome: Outcome) -> Iterator[str]:
    if isinstance(outcome, Answer):
        yield from _answer(outcome)
        return
    yield outcome.text
    if isinstance(outcome, SafetyIntake) and outcome.follow_up:
        yield outcome.follow_up
    if isinstance(outcome, Clarify):
        yield from (f"- {choice}" for choice in outcome.choices)
    if isinstance(outcome, HandOff) and outcome.looked_in:
        yield "Looked in: " + ", ".join(outcome.looked_in)


def _answer(answer: Answer) -> Iterator[str]:
    yield with_generic(answer.names)
    yield from blocks_text(answer.blocks)
    yield ""
    yield from blocks_text((answer.safety_information,))
    yield ""
    shown = {n for block in (*answer.blocks, answer.safety_information) for n in citation_numbers(block)}
    yield from references(answer.citations, shown)
    dated = f", {answer.label.effective_on.isoformat()}" if answer.label.effective_on else ""
    yield f"Full document: {answer.label.title} (version {answer.label.version}{dated})"


def blocks_text(blocks: Sequence[Block]) -> Iterator[str]:
    """Blocks as lines of text."""
    for block in blocks:
        if block.heading:
            yield block.heading
        if isinstance(block, Statement | SafetyInformation):
            yield " ".join(_piece(piece) for piece in block.pieces)
            continue
        if block.lead_in is not None:
            yield _piece(block.lead_in)
        if isinstance(block, ListBlock):
            yield from (f"- {_piece(item)}" for item in block.items)
            continue
        if block.caption is not None:
            yield _piece(block.caption)
        yield from (" | ".join(row) for row in block.header)
        for row in block.rows:
            yield " | ".join(row.cells) + f" [{row.citation + 1}]"
        yield from (_piece(note) for note in block.footnotes)


def references(citations: Sequence[Citation], shown: set[int]) -> Iterator[str]:
    """One line a citation that is shown (numbers from 0): number, document, section."""
    for number, citation in enumerate(citations):
        if number in shown:
            yield f"[{number + 1}] {citation.title}, version {citation.version}: {citation.section}"


def _piece(piece: Piece) -> str:
    return piece.text + "".join(f" [{number + 1}]" for number in (piece.citation, *piece.further))
