"""The record in SQL: a turn and all it leaves behind in one durable transaction, or nothing."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, insert, select
from sqlalchemy.exc import SQLAlchemyError

from assistant.adapters.engine import quick_rows, reading, writing
from assistant.adapters.group_commit import GroupCommit
from assistant.adapters.sql_writes import (
    ChainWriter,
    append_case_events,
    append_follow_ups,
    audit_entry,
    put_signals,
)
from assistant.adapters.tables import audit_entries, audit_head, case_events, feedback, interactions, vault_entries
from assistant.adapters.vault import Vault
from assistant.audit import Head, content_hash
from assistant.cases.routing import RoutingRules, read_rules
from assistant.errors import AssistantError, NotFound, NotRecorded
from assistant.ports import Clock
from assistant.records import AuditEntry, CaseEvent, Feedback, Interaction, Signal, TurnRecord, VaultEntry
from knowledge.recent import Recent

TURNS_IN_MEMORY = 256  # of conversations under way; their passages are in memory anyway
_COMPRESSION = 1  # a turn is some 100 kB of JSON; level 1 makes it ten times smaller in a millisecond


class SqlLedger:
    """The append-only record (port `Ledger`)."""

    def __init__(self, engine: Engine, clock: Clock, vault: Vault, rules: RoutingRules | None = None) -> None:
        self._rules = rules or read_rules()
        self._engine = engine
        self._clock = clock
        self._vault = vault
        self._commits = GroupCommit(engine)
        self._recent: Recent[str, Interaction] = Recent(TURNS_IN_MEMORY)

    def record(self, record: TurnRecord) -> None:
        """Write interaction, case events, audit entries, outbox rows and vault entries in one transaction.

        Raises NotRecorded, having left nothing, when any of it cannot be written (21 CFR Part 11).
        """
        try:
            body = _pack(record.interaction)  # what takes time is done before others have to wait
            sealed = [self._vault.seal(entry) for entry in record.vault]
            self._commits.write(partial(self._put, record, body, sealed))
            self._recent.put(record.interaction.interaction_id, record.interaction)
        except (AssistantError, SQLAlchemyError, ValueError) as error:
            # Only our own words: a driver's message may repeat the values it was given.
            why = str(error) if isinstance(error, AssistantError) else type(error).__name__
            raise NotRecorded(
                f"{record.interaction.interaction_id} could not be written and must not be answered: {why}"
            ) from error

    def _put(self, record: TurnRecord, body: bytes, sealed: Sequence[bytes], connection: Connection) -> None:
        chain = ChainWriter(connection)
        position = _put_interaction(connection, chain, record.interaction, body)
        _put_findings(chain, record.interaction)
        append_case_events(connection, chain, record.case_events, self._rules)
        append_follow_ups(connection, chain, record.follow_ups, self._rules)
        self._put_vault(connection, chain, record.vault, sealed)
        put_signals(connection, position, record.signals, self._clock.now())
        chain.close()

    def interaction(self, interaction_id: str) -> Interaction:
        """One recorded turn. Raises NotFound."""
        chosen = select(interactions.c.body).where(interactions.c.interaction_id == interaction_id)
        with reading(self._engine) as connection:
            body = connection.scalar(chosen)
        if body is None:
            raise NotFound(f"There is no interaction {interaction_id!r}.")
        return unpack(body)

    def conversation(self, conversation_id: str, last: int = 10) -> tuple[Interaction, ...]:
        """The last turns of a conversation, oldest first; empty when there are none."""
        rows = quick_rows(self._engine, _LAST_TURNS, {"conversation": conversation_id, "last": last})
        return tuple(self._held(row[0]) for row in reversed(rows))

    def _held(self, interaction_id: str) -> Interaction:
        """A turn, from memory where it is: what is recorded never changes."""
        turn = self._recent.get(interaction_id)
        if turn is None:
            turn = self.interaction(interaction_id)
            self._recent.put(interaction_id, turn)
        return turn

    def add_feedback(
        self, feedback: Feedback, case_events: Sequence[CaseEvent] = (), signals: Sequence[Signal] = ()
    ) -> None:
        """Write feedback, and what its comment set off, in one transaction. Raises NotFound, Conflict."""
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            position = _put_feedback(connection, chain, feedback)
            append_case_events(connection, chain, case_events, self._rules)
            put_signals(connection, position, signals, self._clock.now())
            chain.close()

    def feedback(self, interaction_id: str) -> tuple[Feedback, ...]:
        """The feedback given on one turn, oldest first."""
        chosen = (
            select(feedback.c.body)
            .where(feedback.c.interaction_id == interaction_id)
            .order_by(feedback.c.audit_sequence)
        )
        with reading(self._engine) as connection:
            return tuple(Feedback.model_validate_json(body) for body in connection.scalars(chosen))

    def audit(self, after: int = 0, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """Audit entries in order, from the one after `after`."""
        chosen = (
            select(audit_entries)
            .where(audit_entries.c.sequence > after)
            .order_by(audit_entries.c.sequence)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return tuple(audit_entry(row) for row in connection.execute(chosen))

    def audit_head(self) -> Head:
        """The end of the chain as the last writer left it."""
        with reading(self._engine) as connection:
            row = connection.execute(select(audit_head.c.sequence, audit_head.c.hash)).one()
        return Head(sequence=row.sequence, hash=row.hash)

    def stored_sha256(self, first: int, last: int) -> dict[int, str]:
        """Audit sequence → sha256 of the content stored under it now, for those of first..last that keep content."""
        found: dict[int, str] = {}
        with reading(self._engine) as connection:
            for table, column in _CONTENTS:
                sequence = table.c.audit_sequence
                chosen = select(sequence, table.c[column]).where(sequence.between(first, last))
                found.update((row[0], _content_sha256(row)) for row in connection.execute(chosen))
        return found

    def read_vault(self, case_id: str, actor: str) -> tuple[VaultEntry, ...]:
        """The raw texts of a safety case, for the drug-safety role alone; the reading itself is audited."""
        chosen = (
            select(vault_entries).where(vault_entries.c.case_id == case_id).order_by(vault_entries.c.audit_sequence)
        )
        with writing(self._engine) as connection:
            chain = ChainWriter(connection)
            chain.add(self._clock.now(), actor, "vault.read", case_id, b"")
            rows = connection.execute(chosen).all()
            chain.close()
        return tuple(self._vault.unseal(row.reference, row.sealed, row.key_id) for row in rows)

    def _put_vault(
        self, connection: Connection, chain: ChainWriter, entries: Sequence[VaultEntry], sealed: Sequence[bytes]
    ) -> None:
        rows = [
            {
                "reference": entry.reference,
                "audit_sequence": chain.add(entry.received_at, "assistant", "vault.sealed", entry.reference, content),
                "case_id": entry.case_id,
                "received_at": entry.received_at,
                "key_id": self._vault.key_id,
                "sealed": content,
            }
            for entry, content in zip(entries, sealed, strict=True)
        ]
        if rows:
            connection.execute(_INSERT_VAULT, rows)


_INSERT_INTERACTION = insert(interactions)  # made once: building a statement costs as much as running it
_INSERT_VAULT = insert(vault_entries)
_LAST_TURNS = """
    SELECT interaction_id FROM interactions WHERE conversation_id = :conversation
    ORDER BY audit_sequence DESC LIMIT :last
"""

_CONTENTS: tuple[tuple[Table, str], ...] = (
    (interactions, "body"),
    (case_events, "body"),
    (feedback, "body"),
    (vault_entries, "sealed"),
)


def _put_interaction(connection: Connection, chain: ChainWriter, turn: Interaction, body: bytes) -> int:
    position = chain.add(turn.finished_at, "assistant", "turn.recorded", turn.interaction_id, body)
    question = turn.question
    connection.execute(
        _INSERT_INTERACTION,
        {
            "interaction_id": turn.interaction_id,
            "audit_sequence": position,
            "conversation_id": question.conversation_id,
            "question_id": question.question_id,
            "asker": question.asker.pseudonym,
            "market": question.scope.market.value,
            "product": turn.understanding.product if turn.understanding else question.scope.product,
            "outcomes": ",".join(o.kind for o in turn.reply.outcomes),
            "asked_at": question.asked_at,
            "finished_at": turn.finished_at,
            "body": body,
        },
    )
    return position


def _put_findings(chain: ChainWriter, turn: Interaction) -> None:
    """An entry for each thing a screen found; the finding itself stands in the turn's body."""
    for found in turn.screening.findings:
        content = found.model_dump_json().encode()
        chain.add(turn.finished_at, "assistant", f"finding.{found.kind.value}", turn.interaction_id, content)


def _put_feedback(connection: Connection, chain: ChainWriter, given: Feedback) -> int:
    known = select(interactions.c.asker).where(interactions.c.interaction_id == given.interaction_id)
    asker = connection.scalar(known)
    if asker is None:
        raise NotFound(f"There is no interaction {given.interaction_id!r} to give feedback on.")
    body = given.model_dump_json()
    position = chain.add(given.given_at, asker, "feedback.given", given.feedback_id, body.encode())
    connection.execute(
        insert(feedback),
        {
            "feedback_id": given.feedback_id,
            "audit_sequence": position,
            "interaction_id": given.interaction_id,
            "given_at": given.given_at,
            "body": body,
        },
    )
    return position


def _pack(turn: Interaction) -> bytes:
    return zlib.compress(turn.model_dump_json().encode(), _COMPRESSION)


def unpack(body: bytes) -> Interaction:
    """A turn as it is stored in `interactions.body`."""
    return Interaction.model_validate_json(zlib.decompress(body))


def _content_sha256(row: Row[Any, Any]) -> str:
    content = row[1]
    return content_hash(content.encode() if isinstance(content, str) else bytes(content))
