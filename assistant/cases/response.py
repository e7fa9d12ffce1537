"""A response document: what it begins with, and what it must hold before it may be sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from assistant.composing.cite import Citations
from assistant.composing.reading import Reading
from assistant.composing.safety_information import safety_information
from assistant.records import Case
from assistant.responses import ResponseDocument
from assistant.types import Citation, DocumentLink
from knowledge.types import Section

VALID_DAYS = 90  # ours: a response is looked at again after so long
SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("request", "Your question", "The request, restated in your own words, without anything of a patient."),
    ("summary", "Summary", "The answer in a few sentences, each fact with its reference."),
    ("not_approved", "Approval status", "Say so where the use asked about is not approved."),
    ("indications", "Approved indications", "From the label."),
    ("safety_information", "Important safety information", "From the label, boxed warning first."),
    ("background", "Background", "What one has to know to read the results."),
    ("search_method", "How we searched", "Where, when and by which words."),
    ("results", "Results", "What was found, balanced, with references."),
    ("guidelines", "Guidelines", "What published guidelines say, where there are any."),
)
_REQUIRED = ("request", "summary", "indications", "safety_information", "search_method")
_ALWAYS = ("request", "summary")  # of a case about no product of ours
_MARK = re.compile(r"\[(\d{1,3})\]")
_NOT_APPROVED = (
    "The use you asked about is not within the approved labelling of {product}. This response is given to your "
    "unsolicited question and is no recommendation of that use."
)
_NEEDS_STATEMENT = frozenset({"off_label", "comparator"})


def blank_response(case: Case, label: Reading | None, titles: Sequence[str], today: date) -> ResponseDocument:
    """What a response begins with: the request restated, and what the label says of indications and safety."""
    product = case.product or "the product"
    searched = "; ".join(titles) or "no document"
    started = ResponseDocument(
        request=f"You asked: “{case.text.strip()}”",
        not_approved=_NOT_APPROVED.format(product=product) if case.reason in _NEEDS_STATEMENT else "",
        search_method=f"Searched on {today:%Y-%m-%d}, in approved documents ({case.market.value}): {searched}.",
        expires_on=today + timedelta(days=VALID_DAYS),
    )
    return started if label is None else _with_label(started, label)


def _with_label(started: ResponseDocument, label: Reading) -> ResponseDocument:
    document = label.document
    citations = Citations()
    indications = next((s for s in document.sections if s.field == "indications_and_usage"), None)
    told = "" if indications is None else _cited(label, citations, indications)
    safety = safety_information(label, citations, "")
    pieces = "" if safety is None else "\n".join(f"{p.text} [{p.citation + 1}]" for p in safety.pieces)
    return started.model_copy(
        update={
            "indications": told,
            "safety_information": pieces,
            "references": citations.all(),
            "label": DocumentLink(
                document_id=document.document_id,
                version=document.version,
                title=document.title,
                effective_on=document.effective_on,
            ),
        }
    )


def _cited(label: Reading, citations: Citations, section: Section) -> str:
    """The sentences and items of a section, each run of neighbours with its reference."""
    lines: list[str] = []
    units = [u for u in label.document.units if section.start <= u.start and u.end <= section.end]
    for unit in [u for u in units if not u.is_highlight] or units:
        number = citations.cite(label, unit.section, unit.start, unit.end)
        lines.append(f"{label.text_of(unit)} [{number + 1}]")
    return "\n".join(lines)


def faults(document: ResponseDocument, case: Case) -> tuple[str, ...]:
    """What keeps a response from being sent, in words for its author; empty when nothing does."""
    titles = {name: title for name, title, _ in SECTIONS}
    required = _REQUIRED if case.product is not None else _ALWAYS
    found = [f"“{titles[name]}” is empty." for name in required if not getattr(document, name).strip()]
    if case.reason in _NEEDS_STATEMENT and not document.not_approved.strip():
        found.append(f"“{titles['not_approved']}” must say that the use is not approved.")
    if case.product is not None and not document.references:
        found.append("There is no reference: pick at least one from the approved documents.")
    if case.product is not None and document.label is None:
        found.append("The prescribing information is not attached.")
    used = {int(n) for name, _, _ in SECTIONS for n in _MARK.findall(getattr(document, name))}
    if missing := sorted(n for n in used if not 1 <= n <= len(document.references)):
        found.append(f"There is no reference {', '.join(f'[{n}]' for n in missing)}.")
    if document.references and not _MARK.search(document.summary) and not _MARK.search(document.results):
        found.append("Neither summary nor results name a reference, such as [1].")
    return tuple(found)


def citation(reading: Reading, start: int, end: int) -> Citation:
    """A citation of a stretch of an approved document. Raises ValueError when it is not within the text."""
    document = reading.document
    if not 0 <= start < end <= len(document.text):
        raise ValueError(f"{document.document_id} has no passage from {start} to {end}")
    around = [s for s in document.sections if s.start <= start < s.end]
    innermost = max(around, key=lambda s: (s.start, -s.end)) if around else document.sections[0]
    citations = Citations()
    citations.cite(reading, innermost.index, start, end)
    return citations.all()[0]
