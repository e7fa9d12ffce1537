"""Withdraws approvals: a row that says so, and every reader's cache out of date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine

from knowledge.errors import NotApproved
from knowledge.shelf import add_withdrawals
from knowledge.standing import Standing
from knowledge.types import Approval


def withdraw(
    engine: Engine,
    standings: Iterable[Standing],
    which: tuple[str, str],
    by: str,
    reason: str,
    at: datetime | None,
) -> tuple[Approval, ...]:
    """Withdraw the live approvals of a document version (`which`: its id and version); `at` None only tells them.

    Raises NotApproved when there are none, or when nobody or nothing is given as withdrawer or reason (rule: 21 CFR
    Part 11, signatures with meaning).
    """
    document_id, version = which
    what = f"{document_id} version {version}"
    if not by.strip() or not reason.strip():
        raise NotApproved(f"{what}: a withdrawal needs who withdraws it (--by) and why (--reason).")
    live = [s.approval for s in standings if s.version == version and s.approval.withdrawn_at is None]
    if not live:
        raise NotApproved(f"{what} has no live approval to withdraw. `hcp knowledge list` shows where it stands.")
    if at is None:
        return tuple(live)
    with engine.begin() as connection:
        add_withdrawals(connection, [approval.approval_id for approval in live], at, by.strip(), reason.strip())
    return tuple(
        approval.model_copy(update={"withdrawn_at": at, "withdrawn_by": by.strip(), "withdrawn_reason": reason.strip()})
        for approval in live
    )
