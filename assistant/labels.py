"""The prescribing information among a product's documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.types import DocumentLink
from knowledge.types import ApprovedDocument, DocumentKind


def is_label(approved: ApprovedDocument) -> bool:
    """Whether a document is prescribing information."""
    return approved.document.kind is DocumentKind.PRESCRIBING_INFORMATION


def label_of(documents: Iterable[ApprovedDocument]) -> ApprovedDocument | None:
    """The label: the first that is prescribing information; None where there is none."""
    return next((d for d in documents if is_label(d)), None)


def link_to(documents: Sequence[ApprovedDocument]) -> DocumentLink:
    """A pointer to the label, or to the first of these documents (at least one) where there is none."""
    document = (label_of(documents) or documents[0]).document
    return DocumentLink(
        document_id=document.document_id,
        version=document.version,
        title=document.title,
        effective_on=document.effective_on,
    )
