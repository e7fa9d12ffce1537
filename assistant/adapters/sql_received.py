"""What the record holds of a stretch of time, for the reconciliation: from the turns, and from the case events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from assistant.adapters.engine import reading
from assistant.adapters.sql_ledger import unpack
from assistant.adapters.tables import case_events, interactions
from assistant.cases.reconcile import Reported
from assistant.cases.safety import SAFETY_CASES, TOLD
from assistant.records import CaseEventKind
from assistant.types import SafetyIntake

_KINDS = [kind.value for kind in SAFETY_CASES]
_EVENTS = [kind.value for kind in (*TOLD, CaseEventKind.ASSESSED)]


class SqlReceived:
    """The reports of a day (port `Received`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def intakes(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """The case ids that replies of these turns named as safety reports."""
        chosen = (
            select(interactions.c.body)
            .where(interactions.c.asked_at >= start, interactions.c.asked_at < end)
            .where(interactions.c.outcomes.contains("safety"))
            .order_by(interactions.c.audit_sequence)
        )
        with reading(self._engine) as connection:
            turns = [unpack(body) for body in connection.scalars(chosen)]
        return tuple(o.case_id for turn in turns for o in turn.reply.outcomes if isinstance(o, SafetyIntake))

    def reports(self, start: datetime, end: datetime) -> tuple[Reported, ...]:
        """The events of safety cases that were to be handed over."""
        chosen = (
            select(case_events.c.case_id, case_events.c.sequence, case_events.c.at)
            .where(case_events.c.at >= start, case_events.c.at < end)
            .where(case_events.c.case_kind.in_(_KINDS), case_events.c.kind.in_(_EVENTS))
            .order_by(case_events.c.audit_sequence)
        )
        with reading(self._engine) as connection:
            return tuple(Reported(case_id=r.case_id, sequence=r.sequence, at=r.at) for r in connection.execute(chosen))
