"""A composed draft about the invented label, for tests of later steps."""

from __future__ import annotations

import labels

from assistant.composing.choose import Limits
from assistant.composing.confidence import ConfidenceModel
from assistant.composing.reading import read
from assistant.turn.compose import compose
from assistant.types import Draft, Evidence, Part, PartKind
from knowledge.types import Query, SearchResult


def evidence_for(text: str, part: int = 0) -> Evidence:
    """All passages of the label, as if searched for `text`."""
    passages = labels.passages(labels.approved())
    query = Query(text=text, partitions=(passages[0].passage.partition,), at=labels.NOW)
    return Evidence(part=part, result=SearchResult(query=query, index_release="r1", passages=passages))


def compose_dosage() -> Draft:
    """What is composed for "recommended dosage?"."""
    return composed("what is the recommended dosage?")


def composed(text: str) -> Draft:
    """What is composed for a question."""
    label = labels.approved()
    part = Part(text=text, standalone=text, kind=PartKind.ON_LABEL, product="Veltrano")
    readings = {(label.document.document_id, label.document.version): read(label)}
    draft = compose(part, evidence_for(text), readings, Limits(words=120, citations=6), ConfidenceModel.load(), "ISI")
    assert draft is not None
    return draft
