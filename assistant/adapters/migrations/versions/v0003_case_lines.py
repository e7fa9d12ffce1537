"""Lines of the case queues: derived from the events, there to be filtered, sorted and counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "case_lines",
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=True),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("therapeutic_area", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_lines"),
    )
    op.create_index("ix_case_lines_kind_status_due_at", "case_lines", ["kind", "status", "due_at"])
    op.create_index("ix_case_lines_kind_opened_at", "case_lines", ["kind", "opened_at"])
    op.create_index("ix_case_lines_due_at", "case_lines", ["due_at"])
    op.create_index("ix_case_lines_kind_position", "case_lines", ["kind", "position"])
    op.create_index("ix_case_lines_kind_due_at", "case_lines", ["kind", "due_at"])
    op.create_index("ix_case_lines_tally", "case_lines", ["kind", "status", "product", "market", "reason", "assignee"])
    op.create_index("ix_case_lines_assignee_status", "case_lines", ["assignee", "status"])
    op.create_index("ix_case_lines_interaction_id", "case_lines", ["interaction_id"])
