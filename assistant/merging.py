"""Answers to several parts about one product become one answer, so that nothing is said twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.types import Answer, Block, Citation, Piece, SafetyInformation, Statement, TableBlock


def merge_answers(answers: Sequence[Answer]) -> Iterable[Answer]:
    """One answer a product, in the order the products were first asked about."""
    by_product: dict[str, list[Answer]] = {}
    for answer in answers:
        by_product.setdefault(answer.names.product, []).append(answer)
    for same in by_product.values():
        yield _merge(same) if len(same) > 1 else same[0]


def _merge(answers: Sequence[Answer]) -> Answer:
    citations: list[Citation] = []
    blocks: list[Block] = []
    more: list[Block] = []
    # Of two safety informations the boxed one stands; both are the same product's.
    riskiest = next((a for a in answers if a.safety_information.is_boxed), answers[0])
    safety = riskiest.safety_information
    for answer in answers:
        numbers = []
        for citation in answer.citations:
            if citation not in citations:
                citations.append(citation)
            numbers.append(citations.index(citation))
        for block, into in (*((b, blocks) for b in answer.blocks), *((b, more) for b in answer.more)):
            moved = renumbered(block, numbers)
            if moved not in into:
                into.append(moved)
        if answer is riskiest:
            moved = renumbered(answer.safety_information, numbers)
            assert isinstance(moved, SafetyInformation)
            safety = moved
    return answers[0].model_copy(
        update={
            "blocks": tuple(blocks),
            "more": tuple(block for block in more if block not in blocks),
            "safety_information": safety,
            "citations": tuple(citations),
            "confidence": min(answer.confidence for answer in answers),
        }
    )


def renumbered(block: Block, numbers: Sequence[int]) -> Block:
    """The block with each citation n become `numbers[n]`."""

    def piece(old: Piece) -> Piece:
        further = tuple(numbers[n] for n in old.further)
        return Piece(text=old.text, citation=numbers[old.citation], further=further)

    if isinstance(block, Statement | SafetyInformation):
        return block.model_copy(update={"pieces": tuple(map(piece, block.pieces))})
    lead_in = None if block.lead_in is None else piece(block.lead_in)
    if isinstance(block, TableBlock):
        return block.model_copy(
            update={
                "lead_in": lead_in,
                "caption": None if block.caption is None else piece(block.caption),
                "rows": tuple(row.model_copy(update={"citation": numbers[row.citation]}) for row in block.rows),
                "footnotes": tuple(map(piece, block.footnotes)),
            }
        )
    return block.model_copy(update={"lead_in": lead_in, "items": tuple(map(piece, block.items))})
