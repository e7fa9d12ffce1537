"""Compose an answer of verbatim sentences, list items and table rows from the passages found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.composing.beside import holds, tell_apart
from assistant.composing.choose import Limits, choose, first_that_speaks, speaks_of, united, with_missing
from assistant.composing.cite import Citations
from assistant.composing.complete import Excerpt, asks_for_a_course, complete, gathered, grown, runs, with_cases
from assistant.composing.confidence import ConfidenceModel
from assistant.composing.layout import lay_out
from assistant.composing.rank import Asked, Candidate, rank
from assistant.composing.reading import Reading
from assistant.composing.safety_information import safety_information
from assistant.composing.terms import stems
from assistant.labels import label_of
from assistant.types import Draft, Evidence, Part, SafetyInformation
from knowledge.types import ApprovedDocument, ProductNames

Found = Mapping[tuple[str, str], Reading]
Look = Callable[[Part], tuple[Evidence, Found]]
"""What is found for a part, with the readings of the documents it was found in."""

WIDER = 1.33  # times the limits is chosen, since what stands beside the point is folded; set on three sets
SURE = 0.6  # confidence from which what is found for one of several things asked is shown for it


def compose(
    part: Part,
    evidence: Evidence,
    readings: Mapping[tuple[str, str], Reading],
    limits: Limits,
    confidence: ConfidenceModel,
    safety_heading: str,
    facets: Sequence[Part] = (),
    look: Look | None = None,
) -> Draft | None:
    """Choose, complete and lay out. Returns None when nothing was found.

    `readings` by (document_id, version) must hold every document the evidence names, and the
    product's prescribing information (for the important safety information). `facets` are the several
    things the part asks for: for one that the answer leaves out, `look` tells what is found for it alone.
    """
    if evidence.result is None or not evidence.result.passages:
        return None
    label = label_of(reading.approved for reading in readings.values())
    asked = Asked.of(part, name_stems(readings), readings.values())
    ranked = rank(asked, evidence.result.passages, readings)
    chosen = choose(ranked, limits)
    if not chosen:
        return None
    whole = asks_for_a_course(part.text)
    missing = [] if look is None else _missing(facets, look, chosen, readings, limits, confidence)
    # What was added is sure by itself, and more is chosen than is shown: how sure the answer is, is told by what the
    # whole question found within the limits.
    own = complete(chosen, ranked, limits, whole_tables=whole)
    features = confidence.features(asked, ranked, own if missing else within(own, limits)[0])
    wide = Limits(words=round(limits.words * WIDER), citations=round(limits.citations * WIDER))
    sought = [side.best for side in missing]
    seeds = with_missing(choose(ranked, wide), sought, wide)
    pool = united([ranked, *(side.ranked for side in missing)]) if missing else ranked
    found = gathered(seeds, pool, wide, whole_tables=whole)
    told = tell_apart(asked, found, pool, sought, whole_tables=whole)
    shown, cut = within(grown(with_cases(told.shown), pool, limits), limits, sought)
    beside, _ = within([*cut, *told.beside], limits)
    citations = Citations()
    return Draft(
        part=evidence.part,
        blocks=lay_out(shown, citations),
        safety_information=_safety(label, readings, citations, safety_heading),
        more=lay_out(beside, citations),
        citations=citations.all(),
        confidence=confidence.probability(features),
        features=features,
    )


@dataclass(frozen=True)
class _Side:
    """One of several things asked: what ranks first for it alone."""

    best: Candidate
    ranked: Sequence[Candidate]


def _missing(
    facets: Sequence[Part],
    look: Look,
    chosen: Sequence[Candidate],
    readings: Mapping[tuple[str, str], Reading],
    limits: Limits,
    confidence: ConfidenceModel,
) -> list[_Side]:
    """The things asked that what was chosen does not speak of, as far as something found surely does."""
    found: list[_Side] = []
    for part in facets:
        asked = Asked.of(part, name_stems(readings), readings.values())
        if speaks_of(asked, chosen):
            continue  # and is not searched for: that costs as much as the whole question did
        evidence, more = look(part)
        if evidence.result is None or not evidence.result.passages:
            continue
        ranked = rank(asked, evidence.result.passages, {**readings, **more})
        best = first_that_speaks(asked, ranked, chosen)
        if best is None:
            continue
        features = confidence.features(asked, ranked, complete([best], ranked, limits))
        if confidence.probability(features) >= SURE:
            found.append(_Side(best, ranked))
    return found


def within(
    excerpts: Sequence[Excerpt], limits: Limits, sought: Sequence[Candidate] = ()
) -> tuple[list[Excerpt], list[Excerpt]]:
    """As many of the best excerpts as the limit of citations allows, and the others; at least the first stays.

    One with a unit that was sought by itself gives way after those without.
    """
    kept, cut = list(excerpts), list[Excerpt]()
    spans = sum(len(runs(excerpt.units)) for excerpt in excerpts)
    while len(kept) > 1 and 2 * spans > limits.citations:  # a span is cited once, and its lead-in at most once
        citations = Citations()
        lay_out(kept, citations)
        if len(citations.all()) <= limits.citations:
            break
        last = next((e for e in reversed(kept[1:]) if not holds(e, sought)), kept[-1])
        kept.remove(last)
        cut.insert(0, last)
    return kept, cut


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
