"""Alembic's environment: runs on the connection `assistant.adapters.engine.migrate` opened, in its transaction."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
