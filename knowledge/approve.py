"""Binds a document version to the MLR decision that makes it usable. Nothing else makes an ApprovedDocument."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from knowledge.errors import NotApproved
from knowledge.types import Approval, ApprovedDocument, Audience, Market, ParsedDocument


def approve(
    document: ParsedDocument,
    *,
    approver: str,
    mlr_id: str,
    market: Market,
    audience: Audience,
    valid_from: datetime,
    approved_at: datetime,
    valid_until: datetime | None = None,
) -> ApprovedDocument:
    """Approve one document version for a market and audience, from a moment and until another.

    The approval is bound to the hash of the file's bytes. Raises NotApproved when a value is missing or
    contradicts the document (rule: 21 CFR Part 11, signatures with meaning; RULES.md row 7).
    """
    what = f"{document.document_id} version {document.version}"
    if not approver.strip():
        raise NotApproved(f"{what}: no approver given. Name the person who approves it (--approver).")
    if not mlr_id.strip():
        raise NotApproved(f"{what}: no MLR id given. Give the number of the review (--mlr-id).")
    if document.market is not None and document.market != market:
        raise NotApproved(
            f"{what} is a {document.market} document and cannot be approved for {market}. "
            f"Approve it for {document.market}, or add the {market} version."
        )
    _check_validity(what, valid_from, valid_until)
    approval = Approval(
        approval_id=f"approval_{uuid4().hex}",
        source_sha256=document.source_sha256,
        approver=approver.strip(),
        mlr_id=mlr_id.strip(),
        market=market,
        audience=audience,
        valid_from=valid_from,
        valid_until=valid_until,
        approved_at=approved_at,
    )
    return bind(document, approval)


def bind(document: ParsedDocument, approval: Approval) -> ApprovedDocument:
    """Join a document with an approval given earlier. Raises NotApproved when it was given for other bytes."""
    if approval.source_sha256 != document.source_sha256:
        raise NotApproved(
            f"{document.document_id} version {document.version}: approval {approval.approval_id} was given for a file "
            f"with SHA-256 {approval.source_sha256[:12]}…, not for this one ({document.source_sha256[:12]}…). "
            "Have this file reviewed and approve it again."
        )
    return ApprovedDocument(document=document, approval=approval)


def _check_validity(what: str, valid_from: datetime, valid_until: datetime | None) -> None:
    for name, moment in (("--valid-from", valid_from), ("--valid-until", valid_until)):
        if moment is not None and moment.tzinfo is None:
            raise NotApproved(f"{what}: {name} {moment.isoformat()} has no time zone. Give it in UTC.")
    if valid_until is not None and valid_until <= valid_from:
        raise NotApproved(
            f"{what}: valid until {valid_until.isoformat()} is not after valid from {valid_from.isoformat()}. "
            "Give a later --valid-until, or none."
        )
