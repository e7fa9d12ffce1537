"""Where a document version stands at a moment: derived from approvals, withdrawals, dates and newer versions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from knowledge.types import Approval, DocumentKind, DocumentStatus, Partition, ProductNames


@dataclass(frozen=True)
class Standing:
    """An approval beside what of its document decides whether it may be used."""

    approval: Approval
    document_id: str
    version: str
    kind: DocumentKind
    names: ProductNames
    effective_on: date | None

    @property
    def partition(self) -> Partition:
        """Where this approval lets the document be found."""
        return Partition(product=self.names.product, market=self.approval.market, audience=self.approval.audience)


def status(standing: Standing, others: Iterable[Standing], at: datetime) -> DocumentStatus:
    """What an approved version is at a moment, given all approvals of the same document.

    A withdrawal counts whenever it is asked about: withdrawn text is never cited again. A version that a newer
    one has replaced stays replaced when the newer is withdrawn: going back needs an approval of its own.
    """
    approval = standing.approval
    if approval.withdrawn_at is not None:
        return DocumentStatus.WITHDRAWN
    if any(_supersedes(other, standing, at) for other in others):
        return DocumentStatus.SUPERSEDED
    if approval.valid_until is not None and approval.valid_until <= at:
        return DocumentStatus.EXPIRED
    if approval.valid_from > at:
        return DocumentStatus.APPROVED
    return DocumentStatus.EFFECTIVE


def _supersedes(other: Standing, standing: Standing, at: datetime) -> bool:
    theirs, ours = other.approval, standing.approval
    if (other.document_id, theirs.market, theirs.audience) != (standing.document_id, ours.market, ours.audience):
        return False
    if theirs.approval_id == ours.approval_id or theirs.valid_from > at:
        return False
    gone = theirs.withdrawn_at
    if gone is not None and (gone <= theirs.valid_from or gone <= ours.approved_at):
        return False
    return _age(other) > _age(standing)


def _age(standing: Standing) -> tuple[tuple[tuple[int, str], ...], date, datetime, datetime]:
    """Newer is greater: the source's own version number first, then its date, then ours."""
    approval = standing.approval
    return (
        natural(standing.version),
        standing.effective_on or date.min,
        approval.valid_from,
        approval.approved_at,
    )


def natural(version: str) -> tuple[tuple[int, str], ...]:
    """A version as numbers and words, so that 10 comes after 9."""
    parts = re.findall(r"\d+|[^\W\d_]+", version)
    return tuple((int(part), "") if part.isdigit() else (-1, part.lower()) for part in parts)
