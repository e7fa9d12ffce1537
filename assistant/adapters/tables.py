"""The assistant's tables. `metadata` is held equal to the migrations by a test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored and read as UTC; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse naive moments: their meaning would be guessed later."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; moments are recorded in UTC.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _required(name: str, kind: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **options)


# The body holds the whole Interaction as compressed JSON; columns repeat only what is looked up.
# `audit_sequence` is the turn's place in the chain, and so the one order all processes agree on.
interactions = Table(
    "interactions",
    metadata,
    Column("interaction_id", String, primary_key=True),
    _required("audit_sequence", Integer, unique=True),
    _required("conversation_id", String),
    _required("question_id", String),
    _required("asker", String, index=True),
    _required("market", String),
    Column("product", String),
    _required("outcomes", String),  # kinds joined by ","
    _required("asked_at", Moment),
    _required("finished_at", Moment),
    _required("body", LargeBinary),
    Index(None, "conversation_id", "audit_sequence"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("event_id", String, primary_key=True),
    _required("audit_sequence", Integer, unique=True),
    _required("case_id", String),
    _required("case_kind", String),
    _required("sequence", Integer),
    _required("kind", String),
    _required("at", Moment),
    Column("interaction_id", String, index=True),
    _required("body", Text),
    UniqueConstraint("case_id", "sequence"),
    Index(None, "sequence", "at"),
)

# Derived from the events and made anew by `hcp cases rebuild`: what queues are filtered, sorted and counted by.
# `position` is the place in the chain of the case's last event: who polls asks whether the highest one grew.
case_lines = Table(
    "case_lines",
    metadata,
    Column("case_id", String, primary_key=True),
    _required("kind", String),
    _required("status", String),
    Column("product", String),
    _required("market", String),
    _required("reason", String),
    _required("text", Text),
    Column("interaction_id", String, index=True),
    Column("assignee", String),
    _required("team", String),
    _required("priority", String),
    _required("therapeutic_area", String),
    _required("territory", String),
    _required("language", String),
    _required("opened_at", Moment),
    Column("requested_at", Moment),
    Column("replied_at", Moment),
    _required("changed_at", Moment),
    Column("due_at", Moment, index=True),
    _required("rating", String),
    _required("sequence", Integer),
    _required("position", Integer),
    Index(None, "kind", "position"),
    Index(None, "kind", "due_at"),
    Index(None, "kind", "status", "due_at"),
    Index(None, "kind", "opened_at"),
    Index("ix_case_lines_tally", "kind", "status", "product", "market", "reason", "assignee"),  # counts read it alone
    Index(None, "assignee", "status"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", String, primary_key=True),
    _required("audit_sequence", Integer, unique=True),
    _required("interaction_id", String, index=True),
    _required("given_at", Moment),
    _required("body", Text),
)

vault_entries = Table(
    "vault_entries",
    metadata,
    Column("reference", String, primary_key=True),
    _required("audit_sequence", Integer, unique=True),
    _required("case_id", String, index=True),
    _required("received_at", Moment),
    _required("key_id", String),
    _required("sealed", LargeBinary),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _required("at", Moment),
    _required("actor", String),
    _required("action", String),
    _required("subject", String, index=True),
    _required("content_sha256", String),
    _required("previous_hash", String),
    _required("hash", String),
)

# One row: the end of the chain. It is what writers queue for, and what tells a cut-off chain.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _required("sequence", Integer),
    _required("hash", String),
)

outbox = Table(
    "outbox",
    metadata,
    Column("signal_id", String, primary_key=True),
    _required("position", Integer),  # audit sequence it was written with: orders, never filters
    _required("type", String),
    _required("purpose", String),
    _required("body", Text),
    _required("state", String),  # waiting, claimed, delivered, dead
    _required("attempts", Integer),
    _required("due_at", Moment),  # waiting: next attempt; claimed: end of the lease
    Column("owner", String),
    Column("last_error", Text),
    _required("changed_at", Moment),
    Index(None, "state", "due_at", "position"),
)

# What goes out about cases. The case events themselves are what is waiting to be looked at: they are numbered and
# committed in one order (the audit chain is a queue), so one row tells how far they were.
dispatches = Table(
    "dispatches",
    metadata,
    Column("dispatch_id", String, primary_key=True),
    _required("channel", String),
    _required("case_id", String, index=True),
    _required("about", String),
    _required("revision", Integer),
    _required("recipient", String),
    _required("detail", String),
    _required("created_at", Moment),
    _required("attempts", Integer),
    _required("state", String),
    _required("receipt", Text),
    _required("last_error", Text),
    Column("due_at", Moment),  # waiting: next attempt; claimed, sending: end of the lease
    Column("sent_at", Moment),
    Column("done_at", Moment),
    Column("owner", String),
    Index(None, "channel", "state", "due_at"),
)

dispatch_progress = Table(
    "dispatch_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _required("through", Integer),  # audit sequence
)

contacts = Table(
    "contacts",
    metadata,
    Column("conversation_id", String, primary_key=True),
    _required("key_id", String),
    _required("sealed", LargeBinary),
    _required("agreed_at", Moment),
)
