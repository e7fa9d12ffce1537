"""Interim."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    try:
        from knowledge.store import metadata
    except ImportError:
        return
    metadata.create_all(op.get_bind())
