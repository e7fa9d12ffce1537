"""Approved documents: as structured JSON, and what the document page shows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assistant.config import Token
from assistant.web.document_view import Layout, SectionView
from assistant.web.problems import Refused
from assistant.web.security import Caller
from assistant.web.services import Given, Services
from knowledge.types import (
    ApprovedDocument,
    Audience,
    DocumentKind,
    Market,
    Partition,
    ProductNames,
    Section,
    Span,
    Value,
)

router = APIRouter(prefix="/v1/documents", tags=["documents"])
FURTHEST = 2**31 - 1
Offset = Annotated[int | None, Query(ge=0, le=FURTHEST)]


class ApprovalShown(Value):
    """Which approval stands behind a document."""

    approval_id: str
    mlr_id: str
    market: Market
    audience: Audience
    approved_at: datetime
    valid_from: datetime
    valid_until: datetime | None


class SectionLine(Value):
    """One line of the outline."""

    index: int
    number: str
    heading: str
    path: tuple[str, ...]
    start: int
    end: int


class Stretch(Value):
    """The passage asked for: its exact characters, and the section it stands in, laid out."""

    start: int
    end: int
    text: str = Field(description="The canonical text from start to end.")
    section: SectionView


class DocumentView(Value):
    """An approved document version: what it is, its outline, and the passage asked for."""

    document_id: str
    version: str
    kind: DocumentKind
    title: str
    names: ProductNames
    language: str
    effective_on: date | None
    is_effective: bool
    approval: ApprovalShown
    characters: int
    sections: tuple[SectionLine, ...]
    highlight: Stretch | None


class Opened(Value):
    """A document someone may read, and whether it is in force now."""

    approved: ApprovedDocument
    is_effective: bool


@router.get("/{document_id}/versions/{version}", summary="Read an approved document")
def read_document(
    document_id: str, version: str, services: Given, caller: Caller, start: Offset = None, end: Offset = None
) -> DocumentView:
    """One document version with its outline; with `start` and `end` also that passage in its section."""
    opened = open_document(services, document_id, version, caller)
    document, approval = opened.approved.document, opened.approved.approval
    marked = passage(opened.approved, start, end)
    return DocumentView(
        document_id=document.document_id,
        version=document.version,
        kind=document.kind,
        title=document.title,
        names=document.names,
        language=document.language,
        effective_on=document.effective_on,
        is_effective=opened.is_effective,
        approval=ApprovalShown(**approval.model_dump(include=set(ApprovalShown.model_fields))),
        characters=len(document.text),
        sections=tuple(_line(section) for section in document.sections),
        highlight=_stretch(opened.approved, marked) if marked else None,
    )


def open_document(services: Services, document_id: str, version: str, reader: Token | None) -> Opened:
    """A document this reader may see.

    An HCP sees what is in force for HCPs and nothing else; staff also see earlier and medical documents.
    Refuses with 404 (none that this reader may know of) or 410 (no longer in force, naming what is).
    """
    approved = services.knowledge.document(document_id, version)
    approval = approved.approval
    partition = Partition(product=approved.document.names.product, market=approval.market, audience=approval.audience)
    now = services.clock.now()
    in_force = services.knowledge.is_effective(document_id, version, partition, now)
    if reader is None and approval.audience is not Audience.HCP:
        raise Refused(404, "unknown_document", "There is no such document version.")
    if reader is None and not in_force:
        raise Refused(410, "not_in_force", _instead(services.knowledge.effective(partition, now), document_id))
    return Opened(approved=approved, is_effective=in_force)


def _instead(effective: tuple[ApprovedDocument, ...], document_id: str) -> str:
    newer = next((a.document for a in effective if a.document.document_id == document_id), None)
    said = "This version of the document is no longer in force."
    return f"{said} Version {newer.version} is." if newer else f"{said} Please ask for a person."


def passage(approved: ApprovedDocument, start: int | None, end: int | None) -> Span | None:
    """The passage asked for; None when none is. Refuses offsets that are not in the text."""
    if start is None and end is None:
        return None
    length = len(approved.document.text)
    if start is None or end is None or not start < end <= length:
        detail = f"start and end must both be given, with 0 ≤ start < end ≤ {length}."
        raise Refused(422, "no_such_passage", detail)
    return Span(start=start, end=end)


def _stretch(approved: ApprovedDocument, marked: Span) -> Stretch:
    document = approved.document
    around = [s for s in document.sections if s.start <= marked.start < s.end]
    innermost = max(around, key=lambda s: (s.start, -s.end)) if around else document.sections[0]
    section = Layout(document, marked).section(innermost)
    return Stretch(start=marked.start, end=marked.end, text=marked.of(document.text), section=section)


def _line(section: Section) -> SectionLine:
    return SectionLine(**section.model_dump(include=set(SectionLine.model_fields)))
