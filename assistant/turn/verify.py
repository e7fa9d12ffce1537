"""Check a draft against the approved documents, word for word, before anyone may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from assistant.composing.choose import Limits
from assistant.grounding import check_sentence
from assistant.ports import Knowledge
from assistant.types import (
    Block,
    Check,
    Citation,
    Draft,
    ListBlock,
    Part,
    Piece,
    SafetyInformation,
    Scope,
    Statement,
    TableBlock,
    Verification,
)
from knowledge.types import ApprovedDocument, Audience, Partition


def verify(
    draft: Draft,
    part: Part,
    scope: Scope,
    knowledge: Knowledge,
    limits: Limits,
    at: datetime,
    *,
    may_be_reworded: bool = False,
) -> Verification:
    """Make every check; one that raises is recorded as not made (None) and so counts as failed.

    Where `may_be_reworded`, sentences marked as a model's are held against what they cite; all else must equal it.
    """
    documents: dict[tuple[str, str], ApprovedDocument] = {}

    def document(citation: Citation) -> ApprovedDocument:
        key = (citation.document_id, citation.version)
        if key not in documents:
            documents[key] = knowledge.document(*key)
        return documents[key]

    checks: Sequence[tuple[str, Callable[[], str]]] = (
        ("quotes_are_verbatim", lambda: _quotes(draft, document)),
        ("words_are_cited", lambda: _words(draft, document, may_be_reworded=may_be_reworded)),
        ("approval_is_live", lambda: _approval(draft, part, scope, knowledge, document, at)),
        ("safety_information_is_shown", lambda: "" if draft.safety_information else "no safety information"),
        ("within_limits", lambda: _within(draft, limits)),
    )
    return Verification(part=draft.part, checks=tuple(_make(name, check) for name, check in checks))


def _make(name: str, check: Callable[[], str]) -> Check:
    try:
        problem = check()
    except Exception as error:  # noqa: BLE001 - whatever breaks a check makes it a failed check
        return Check(name=name, passed=None, reason=f"{type(error).__name__}: {error}")
    return Check(name=name, passed=not problem, reason=problem)


def _quotes(draft: Draft, document: Callable[[Citation], ApprovedDocument]) -> str:
    if not draft.citations:
        return "nothing is cited"
    for number, citation in enumerate(draft.citations, start=1):
        source = document(citation).document
        text = source.text
        if source.text_sha256 != citation.sha256:
            return f"citation {number}: the document's text is not the one cited"
        if not citation.quote or text[citation.start : citation.end] != citation.quote:
            return f"citation {number}: the quote does not stand at {citation.start}:{citation.end}"
    return ""


def _words(draft: Draft, document: Callable[[Citation], ApprovedDocument], *, may_be_reworded: bool) -> str:
    """Every word shown stands in the span it cites; a table's frame stands in the cited table."""
    blocks: list[Block] = [*draft.blocks, *draft.more]
    if draft.safety_information is not None:
        blocks.append(draft.safety_information)
    for block in blocks:
        if may_be_reworded and isinstance(block, Statement) and block.is_generated:
            problem = _grounding(block, draft)
            if problem:
                return problem
            continue
        for piece in cited_pieces(block):
            if piece.text not in draft.citations[piece.citation].quote:
                return f"not in its citation: {piece.text[:60]!r}"
        if isinstance(block, TableBlock):
            problem = _table_words(block, draft, document)
            if problem:
                return problem
    return ""


def _grounding(block: Statement, draft: Draft) -> str:
    for piece in block.pieces:
        quotes = [draft.citations[n].quote for n in (piece.citation, *piece.further)]
        faults = check_sentence(piece.text, quotes)
        if faults:
            return f"{faults[0].kind} ({faults[0].detail}): {piece.text[:60]!r}"
    return ""


def cited_pieces(block: Block) -> Iterable[Piece]:
    """The words of a block that stand in the span they cite; a table's are held against the whole table."""
    if isinstance(block, Statement | SafetyInformation):
        yield from block.pieces
    elif isinstance(block, ListBlock):
        yield from block.items
        if block.lead_in is not None:
            yield block.lead_in


def _table_words(block: TableBlock, draft: Draft, document: Callable[[Citation], ApprovedDocument]) -> str:
    citation = draft.citations[block.rows[0].citation]
    source = document(citation).document
    table = next((t for t in source.tables if t.start <= citation.start and citation.end <= t.end), None)
    if table is None:
        return "a table row is cited outside any table"
    whole = source.text[table.start : table.end]
    frame = [*(cell for row in block.header for cell in row), *(note.text for note in block.footnotes)]
    frame += [cell for row in block.rows for cell in row.cells]
    if block.caption is not None:
        frame.append(block.caption.text)
    missing = next((words for words in frame if words not in whole), None)
    return "" if missing is None else f"not in the cited table: {missing[:60]!r}"


def _approval(
    draft: Draft,
    part: Part,
    scope: Scope,
    knowledge: Knowledge,
    document: Callable[[Citation], ApprovedDocument],
    at: datetime,
) -> str:
    """Asked of the catalog at answer time, so that a withdrawal takes effect at once."""
    if part.product is None:
        return "no product"
    cited = {(c.document_id, c.version, c.approval_id): (n, c) for n, c in enumerate(draft.citations, start=1)}
    for number, citation in cited.values():
        approval = document(citation).approval
        if approval.approval_id != citation.approval_id:
            return f"citation {number}: approval {citation.approval_id} is not the one in force"
        if approval.audience is Audience.MEDICAL and scope.audience is not Audience.MEDICAL:
            return f"citation {number}: approved for medical staff only"
        partition = Partition(product=part.product, market=scope.market, audience=approval.audience)
        if not knowledge.is_effective(citation.document_id, citation.version, partition, at):
            return f"citation {number}: {citation.document_id} version {citation.version} is not effective"
    return ""


def _within(draft: Draft, limits: Limits) -> str:
    used = {number for block in draft.blocks for number in citation_numbers(block)}
    return "" if len(used) <= limits.citations else f"{len(used)} citations, at most {limits.citations}"


def citation_numbers(block: Block) -> Iterator[int]:
    """The citations a block points into, in reading order; one may come more than once."""
    if isinstance(block, TableBlock):
        yield from (piece.citation for piece in (block.lead_in, block.caption) if piece is not None)
        yield from (row.citation for row in block.rows)
        yield from (note.citation for note in block.footnotes)
        return
    if isinstance(block, ListBlock) and block.lead_in is not None:
        yield block.lead_in.citation
    for piece in block.items if isinstance(block, ListBlock) else block.pieces:
        yield from (piece.citation, *piece.further)
