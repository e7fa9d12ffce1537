"""An answer that begins with an approved text, word for word; what the label says beside it is folded below."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.composing.cite import Citations
from assistant.composing.reading import Reading
from assistant.composing.safety_information import safety_information
from assistant.merging import renumbered
from assistant.types import Block, Citation, Draft, Statement
from knowledge.questions import ApprovedQuestion

# What a matched pair's confidence is at least: a reviewer has approved this text for this question, and the rule that
# matched it says no when in doubt. Not fitted.
CONFIDENCE = 0.95


def approved_first(
    part: int,
    found: ApprovedQuestion,
    pair: Reading,
    label: Reading | None,
    composed: Draft | None,
    safety_heading: str,
) -> Draft:
    """A draft whose first and only open block is the approved answer, whole and in its own line breaks.

    `pair` reads the document of the pair, `label` the product's prescribing information (without it there is no
    safety information, and the verification fails). What was composed from the label goes into `more`.
    """
    citations = Citations()
    answer = Statement(pieces=(citations.piece(pair, found.section, found.answer.start, found.answer.end),))
    safety = None if label is None else safety_information(label, citations, safety_heading)
    joined, more = _below(composed, citations.all())
    return Draft(
        part=part,
        blocks=(answer,),
        more=more,
        safety_information=safety,
        citations=joined,
        confidence=max(CONFIDENCE, 0.0 if composed is None else composed.confidence),
        features={
            **({} if composed is None else composed.features),
            "approved_question_similarity": round(found.similarity, 6),
        },
        is_approved_text=True,
    )


def _below(composed: Draft | None, made: Sequence[Citation]) -> tuple[tuple[Citation, ...], tuple[Block, ...]]:
    """What was composed, as blocks that point into one list of citations, each place in it once."""
    if composed is None:
        return tuple(made), ()
    joined = list(made)
    numbers: list[int] = []
    for citation in composed.citations:
        if citation not in joined:
            joined.append(citation)
        numbers.append(joined.index(citation))
    return tuple(joined), tuple(renumbered(block, numbers) for block in (*composed.blocks, *composed.more))
