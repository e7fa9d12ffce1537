"""Compose an answer of verbatim sentences, list items and table rows from the passages found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.composing.choose import Limits, choose
from assistant.composing.cite import Citations
from assistant.composing.complete import Excerpt, complete
from assistant.composing.confidence import ConfidenceModel
from assistant.composing.layout import lay_out
from assistant.composing.rank import Asked, rank
from assistant.composing.reading import Reading
from assistant.composing.safety_information import safety_information
from assistant.composing.terms import stems
from assistant.labels import label_of
from assistant.types import Block, Draft, Evidence, Part, SafetyInformation
from knowledge.types import ApprovedDocument, ProductNames


def compose(
    part: Part,
    evidence: Evidence,
    readings: Mapping[tuple[str, str], Reading],
    limits: Limits,
    confidence: ConfidenceModel,
    safety_heading: str,
) -> Draft | None:
    """Choose, complete and lay out. Returns None when nothing was found.

    `readings` by (document_id, version) must hold every document the evidence names, and the
    product's prescribing information (for the important safety information).
    """
    if evidence.result is None or not evidence.result.passages:
        return None
    label = label_of(reading.approved for reading in readings.values())
    asked = Asked.of(part, name_stems(readings))
    ranked = rank(asked, evidence.result.passages, readings)
    chosen = choose(ranked, limits)
    if not chosen:
        return None
    excerpts, blocks, citations = _within(complete(chosen, ranked, limits), limits)
    features = confidence.features(asked, ranked, excerpts)
    return Draft(
        part=evidence.part,
        blocks=blocks,
        safety_information=_safety(label, readings, citations, safety_heading),
        citations=citations.all(),
        confidence=confidence.probability(features),
        features=features,
    )


def _within(excerpts: Sequence[Excerpt], limits: Limits) -> tuple[Sequence[Excerpt], tuple[Block, ...], Citations]:
    """Lay out as many of the best excerpts as the limit of citations allows; at least the first."""
    while True:
        citations = Citations()
        blocks = lay_out(excerpts, citations)
        if len(citations.all()) <= limits.citations or len(excerpts) == 1:
            return excerpts, blocks, citations
        excerpts = excerpts[:-1]


def _safety(
    label: ApprovedDocument | None,
    readings: Mapping[tuple[str, str], Reading],
    citations: Citations,
    heading: str,
) -> SafetyInformation | None:
    if label is None:
        return None
    return safety_information(readings[label.document.document_id, label.document.version], citations, heading)


def name_stems(readings: Mapping[tuple[str, str], Reading]) -> frozenset[str]:
    """The stems of the product's own names: they stand everywhere and tell nothing."""
    found: frozenset[str] = frozenset()
    for reading in readings.values():
        names: ProductNames = reading.document.names
        found |= stems(" ".join((names.product, names.generic, *names.substances)))
    return found
