"""Interim."""

from __future__ import annotations

from alembic import op

from assistant.adapters.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    op.bulk_insert(metadata.tables["audit_head"], [{"id": 1, "sequence": 0, "hash": "0" * 64}])
