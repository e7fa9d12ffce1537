"""Phrase: let a language model word an extractive draft, and keep of it only what its passages support.

Optional. Tables stay as they are; sentences and lists become sentences of the model's, each held against the
passages it names. If anything the draft states is then missing, nothing of it is used.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors import AssistantError
from assistant.grounding import check_proposed, missing_facts
from assistant.ports import ChatModel
from assistant.prompts import Prompt
from assistant.records import ModelCall
from assistant.types import Block, Draft, ListBlock, Part, Piece, ProposedAnswer, Statement


@dataclass(frozen=True)
class Wording:
    """Who words answers, and by which prompt."""

    model: ChatModel
    prompt: Prompt


@dataclass(frozen=True)
class Phrased:
    """The reworded draft, None where the extractive one is to be sent; and the call as recorded."""

    draft: Draft | None
    call: ModelCall


def phrase(part: Part, draft: Draft, wording: Wording) -> Phrased | None:
    """Word a draft. Returns None when it holds nothing to word (tables alone). Raises nothing a model can cause."""
    offered = {f"p{n}": block for n, block in enumerate(map(_wordable, draft.blocks), start=1) if block is not None}
    if not offered:
        return None
    passages = {name: "\n".join(piece.text for piece in pieces) for name, pieces in offered.items()}
    started = time.perf_counter()
    tokens = (0, 0)
    worded: Draft | None = None
    try:
        reply = wording.model.propose(wording.prompt.text, part.standalone, passages)
        tokens = (reply.input_tokens, reply.output_tokens)
        sentences, problem = _kept(reply.answer, passages, offered)
        if not problem:
            worded = draft.model_copy(update={"blocks": _blocks(draft, sentences)})
    except AssistantError as error:
        problem = f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - whatever a provider raises, the extractive answer is ready
        problem = f"{type(error).__name__}: {error}"
    call = ModelCall(
        model=wording.model.name,
        prompt=wording.prompt.reference,
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        seconds=time.perf_counter() - started,
        error=problem,
    )
    return Phrased(draft=worded, call=call)


def _wordable(block: Block) -> tuple[Piece, ...] | None:
    """The pieces of a statement or list, introduction first; None for blocks that are never reworded."""
    if isinstance(block, Statement):
        return block.pieces
    if isinstance(block, ListBlock):
        return (block.lead_in, *block.items) if block.lead_in is not None else block.items
    return None


def _kept(
    answer: ProposedAnswer, passages: Mapping[str, str], offered: Mapping[str, tuple[Piece, ...]]
) -> tuple[tuple[Piece, ...], str]:
    """The sentences that hold, and why they are not enough ("" when they are)."""
    kept: list[Piece] = []
    dropped: list[str] = []
    for sentence in answer.sentences:
        faults = check_proposed(sentence.text, sentence.passages, passages)
        if faults:
            dropped.append(f"{faults[0].kind} ({faults[0].detail})")
            continue
        cited = dict.fromkeys(piece.citation for name in sentence.passages for piece in offered[name])
        first, *further = cited
        kept.append(Piece(text=sentence.text.strip(), citation=first, further=tuple(further)))
    missing = missing_facts([piece.text for piece in kept], list(passages.values()))
    unused = {piece.citation for pieces in offered.values() for piece in pieces}
    unused -= {number for piece in kept for number in (piece.citation, *piece.further)}
    if kept and not missing and not unused:
        return tuple(kept), ""
    why = f"left out: {', '.join(missing)}" if missing else "not all of it is said"
    return (), "; ".join([f"not complete, {why}", *(f"dropped: {d}" for d in dropped)])


def _blocks(draft: Draft, sentences: tuple[Piece, ...]) -> tuple[Block, ...]:
    """The worded sentences where the first of their sources stood; tables in their places."""
    blocks: list[Block] = []
    placed = False
    for block in draft.blocks:
        if _wordable(block) is None:
            blocks.append(block)
        elif not placed:
            blocks.append(Statement(heading=block.heading, pieces=sentences, is_generated=True))
            placed = True
    return tuple(blocks)
