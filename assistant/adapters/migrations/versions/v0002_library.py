"""The library: documents, approvals, passages, embeddings, index releases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _documents()
    _embeddings()
    _index_entries()
    _index_releases()
    _passages()
    _state()
    _approvals()
    _withdrawals()


def _documents() -> None:
    op.create_table(
        "knowledge_documents",
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_format", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("market", sa.String(length=10), nullable=True),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("structure", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "version"),
    )
    op.create_index("ix_knowledge_documents_source_sha256", "knowledge_documents", ["source_sha256"])


def _embeddings() -> None:
    op.create_table(
        "knowledge_embeddings",
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "content_hash"),
    )


def _index_entries() -> None:
    op.create_table(
        "knowledge_index_entries",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("market", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("generation", "document_id", "version", "market", "audience"),
    )


def _index_releases() -> None:
    op.create_table(
        "knowledge_index_releases",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("release", sa.String(length=60), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("chunker", sa.String(length=60), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )


def _passages() -> None:
    op.create_table(
        "knowledge_passages",
        sa.Column("passage_id", sa.String(length=60), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("market", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("passage_id"),
    )
    op.create_index(
        "ix_knowledge_passages_document", "knowledge_passages", ["document_id", "version", "market", "audience"]
    )


def _state() -> None:
    op.create_table(
        "knowledge_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _approvals() -> None:
    op.create_table(
        "knowledge_approvals",
        sa.Column("approval_id", sa.String(length=60), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=100), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("mlr_id", sa.Text(), nullable=False),
        sa.Column("market", sa.String(length=10), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id", "version"], ["knowledge_documents.document_id", "knowledge_documents.version"]
        ),
        sa.PrimaryKeyConstraint("approval_id"),
    )
    op.create_index("ix_knowledge_approvals_document", "knowledge_approvals", ["document_id", "version"])


def _withdrawals() -> None:
    op.create_table(
        "knowledge_withdrawals",
        sa.Column("approval_id", sa.String(length=60), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["knowledge_approvals.approval_id"]),
        sa.PrimaryKeyConstraint("approval_id"),
    )
