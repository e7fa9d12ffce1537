"""What a shown sentence lost: the lead-in of its list, the sentence it refers back to, the one that limits it.

The needs are those of `assistant.composing.dependence`, looked up in the approved document for what the reply in fact
shows. So this finds a composer that no longer keeps them, in any suite; whether the rules themselves miss something is
measured on marked sentences by `python -m evals.context`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assistant.composing.dependence import bound_to
from assistant.composing.reading import Reading
from assistant.turn.verify import citation_numbers
from assistant.types import Answer, Citation, Reply, SafetyInformation
from knowledge.types import Unit, UnitKind, Value

OpenReading = Callable[[str, str], Reading]
_SHOWN_WORDS = 60


class ContextAudit(Value):
    """How many shown sentences and items were looked at, and what those that lost something lack."""

    judged: int = 0
    losses: tuple[str, ...] = ()


def audit_context(reply: Reply, open_reading: OpenReading) -> ContextAudit:
    """Hold every cited sentence and list item of the answers' own blocks against what it depends on.

    `open_reading` gives a document by id and version. Table rows carry their header in the block and are not judged.
    """
    judged, losses = 0, []
    for answer in (o for o in reply.outcomes if isinstance(o, Answer)):
        shown = _shown(answer)
        for citation in shown:
            reading = open_reading(citation.document_id, citation.version)
            for unit in _within(reading, citation):
                judged += 1
                lacking = next((n for n in _needs(reading, unit) if not _stands(n, citation, shown)), None)
                if lacking is not None:
                    words = reading.document.text[lacking[0] : lacking[1]][:_SHOWN_WORDS]
                    losses.append(f"{reading.text_of(unit)[:_SHOWN_WORDS]!r} without {words!r}")
    return ContextAudit(judged=judged, losses=tuple(losses))


def _shown(answer: Answer) -> tuple[Citation, ...]:
    blocks = (block for block in answer.blocks if not isinstance(block, SafetyInformation))
    numbers = dict.fromkeys(n for block in blocks for n in citation_numbers(block))
    return tuple(answer.citations[n] for n in numbers)


def _within(reading: Reading, citation: Citation) -> Iterator[Unit]:
    """The sentences and items of which the cited span shows anything."""
    for unit in reading.document.units:
        if unit.kind is not UnitKind.TABLE_ROW and citation.start < unit.end and unit.start < citation.end:
            yield unit


def _needs(reading: Reading, unit: Unit) -> Iterator[tuple[int, int]]:
    if unit.lead_in is not None:
        yield unit.lead_in.start, unit.lead_in.end
    for index in sorted(bound_to(reading, unit.index) - {unit.index}):
        other = reading.document.units[index]
        yield other.start, other.end


def _stands(span: tuple[int, int], of: Citation, shown: Sequence[Citation]) -> bool:
    same = (c for c in shown if (c.document_id, c.version) == (of.document_id, of.version))
    return any(c.start < span[1] and span[0] < c.end for c in same)
