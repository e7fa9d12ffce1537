"""Turn a reply and its record into the values that are scored and stored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import BaseModel

from assistant.grounding import check_sentence
from assistant.ports import Knowledge
from assistant.records import Case, Interaction, Signal
from assistant.say import blocks_text, plain_text
from assistant.turn.verify import citation_numbers, cited_pieces
from assistant.types import (
    Answer,
    Block,
    Citation,
    Decline,
    HandOff,
    Reply,
    SafetyInformation,
    SafetyIntake,
    Statement,
    TableBlock,
)
from evals.score import CitationAudit, Kept
from evals.types import CitationRecord, OutcomeName, ReplyRecord
from knowledge.errors import KnowledgeError
from knowledge.types import Partition

_MARKER = re.compile(r" \[\d+\]")  # a citation's number


def reply_record(reply: Reply, recorded_text: str, confidences: Sequence[float] = ()) -> ReplyRecord:
    """What the HCP sees, with the citations its answers show (folded blocks left out)."""
    answers = [outcome for outcome in reply.outcomes if isinstance(outcome, Answer)]
    intakes = [outcome for outcome in reply.outcomes if isinstance(outcome, SafetyIntake)]
    return ReplyRecord(
        outcomes=tuple(OutcomeName(outcome.kind) for outcome in reply.outcomes),
        text=plain_text(reply),
        answer_text=plain_text(Reply(outcomes=tuple(answers))) if answers else "",
        answer_words=sum(_words(line) for a in answers for line in blocks_text(_own_blocks(a))),
        citations=tuple(_record(c) for answer in answers for c in _shown(answer, _own_blocks(answer))),
        safety_citations=tuple(_record(c) for answer in answers for c in _shown(answer, _safety_blocks(answer))),
        safety_kinds=tuple(dict.fromkeys(kind for intake in intakes for kind in intake.safety_kinds)),
        recorded_text=recorded_text,
        reasons=tuple(f"{o.kind}: {o.reason}" for o in reply.outcomes if isinstance(o, HandOff | Decline)),
        confidences=tuple(confidences),
    )


def kept_texts(interaction: Interaction, cases: Sequence[Case], signals: Sequence[Signal]) -> Kept:
    """Every text the turn left in the record, in cases and in signals.

    Passages found are left out: they are the library's text, equal to the approved document.
    """
    own = [interaction.question.text, interaction.screening.redacted, *interaction.failures]
    if interaction.understanding is not None:
        own += [text for part in interaction.understanding.parts for text in (part.text, part.standalone)]
    own += [e.result.query.text for e in interaction.evidence if e.result is not None]
    own += [text for case in cases for text in (case.text, *(event.text for event in case.events))]
    own += [text for signal in signals for text in _strings(signal.data)]
    rest = interaction.model_dump(exclude={"evidence": {"__all__": {"result": {"passages"}}}})
    mixed = [text for value in (rest, *cases, *signals) for text in _strings(value)]
    return Kept(from_turn=tuple(own), mixed=tuple(mixed))


def audit_citations(reply: Reply, knowledge: Knowledge, at: datetime) -> CitationAudit:
    """Hold every citation of a reply against the approved document itself."""
    cited = [(o, number) for o in reply.outcomes if isinstance(o, Answer) for number in range(len(o.citations))]
    found = (_fault(o, o.citations[number], knowledge, at) or _unsupported(o, number) for o, number in cited)
    faults = [fault for fault in found if fault]
    return CitationAudit(total=len(cited), faults=tuple(faults))


def _fault(answer: Answer, citation: Citation, knowledge: Knowledge, at: datetime) -> str:
    where = f"citation {citation.document_id} {citation.version} {citation.start}:{citation.end}"
    try:
        approved = knowledge.document(citation.document_id, citation.version)
    except KnowledgeError as error:
        return f"{where}: {error}"
    document, approval = approved.document, approved.approval
    partition = Partition(product=answer.names.product, market=approval.market, audience=approval.audience)
    if document.text[citation.start : citation.end] != citation.quote or not citation.quote:
        return f"{where}: the quote is not the document's text"
    if citation.sha256 != document_sha256(document.text):
        return f"{where}: another hash than the document's text has"
    if citation.approval_id != approval.approval_id:
        return f"{where}: approval {citation.approval_id} is not the document's ({approval.approval_id})"
    if not knowledge.is_effective(citation.document_id, citation.version, partition, at):
        return f"{where}: not effective"
    return ""


def _unsupported(answer: Answer, number: int) -> str:
    """What stands behind this citation without being in it; a model's sentence must be supported by all it cites."""
    citation = answer.citations[number]
    for block in (*_own_blocks(answer), *_safety_blocks(answer), *answer.more):
        for piece in cited_pieces(block):
            if number not in (piece.citation, *piece.further):
                continue
            if isinstance(block, Statement) and block.is_generated:
                holds = not check_sentence(
                    piece.text, [answer.citations[n].quote for n in (piece.citation, *piece.further)]
                )
            else:
                holds = piece.text in citation.quote
            if not holds:
                return f"citation {number + 1}: does not hold {piece.text[:60]!r}"
        rows = [row for row in block.rows if row.citation == number] if isinstance(block, TableBlock) else []
        cells = [cell for row in rows for cell in row.cells if cell.strip()]  # a heading row cites the row below it
        if cells and not any(cell in citation.quote for cell in cells):
            return f"citation {number + 1}: does not hold the row {' | '.join(cells)[:60]!r}"
    return ""


def document_sha256(text: str) -> str:
    """The hash a citation carries: of the canonical text, in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _words(line: str) -> int:
    return len(_MARKER.sub("", line).split())


def _record(citation: Citation) -> CitationRecord:
    return CitationRecord.model_validate(citation.model_dump(include=set(CitationRecord.model_fields)))


def _own_blocks(answer: Answer) -> tuple[Block, ...]:
    return tuple(block for block in answer.blocks if not isinstance(block, SafetyInformation))


def _safety_blocks(answer: Answer) -> tuple[Block, ...]:
    beside = (answer.safety_information,)
    return (*(block for block in answer.blocks if isinstance(block, SafetyInformation)), *beside)


def _shown(answer: Answer, blocks: Sequence[Block]) -> Iterator[Citation]:
    """The citations these blocks point at, each once, in order of first use."""
    for number in dict.fromkeys(n for block in blocks for n in citation_numbers(block)):
        yield answer.citations[number]


def _strings(value: object) -> Iterator[str]:
    """Every string inside a value, keys included."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(key)
            yield from _strings(inner)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            yield from _strings(inner)
