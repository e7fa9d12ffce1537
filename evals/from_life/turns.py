"""Recorded turns that an evaluation may look at, the newest first, with the reason why others may not.

Safety reports, emergencies, off-label and comparator questions stay with medical and safety staff (RULES.md row 1 and
4, purpose firewall): a suite is read by content people. What is left is masked a second time with today's screens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from assistant.audit import Head
from assistant.records import AuditEntry, Feedback, Interaction
from assistant.screens.personal_data import find, mask
from assistant.types import Emergency, HandOff, SafetyIntake
from evals.errors import EvalError

_WINDOW = 500
_KEPT_APART = frozenset({"off_label", "comparator"})


@runtime_checkable
class TurnLedger(Protocol):
    """What is needed of the record: `assistant.adapters.sql_ledger.SqlLedger` has it."""

    def interaction(self, interaction_id: str) -> Interaction:
        """One recorded turn. Raises NotFound."""
        ...

    def conversation(self, conversation_id: str, last: int = 10) -> tuple[Interaction, ...]:
        """The last turns of a conversation, oldest first."""
        ...

    def feedback(self, interaction_id: str) -> tuple[Feedback, ...]:
        """The feedback given on one turn, oldest first."""
        ...

    def audit(self, after: int = 0, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """Audit entries in order, from the one after `after`."""
        ...

    def audit_head(self) -> Head:
        """The end of the chain."""
        ...


@dataclass
class LookedAt:
    """How many turns were read, and how many of them were left out, by reason."""

    turns: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def turn_ledger(ledger: object) -> TurnLedger:
    """The record, where it can be read back. Raises EvalError where it cannot."""
    if not isinstance(ledger, TurnLedger):
        raise EvalError("the record in use cannot be read back turn by turn; use SQLite or PostgreSQL.")
    return ledger


def recorded_turns(ledger: TurnLedger, most: int) -> Iterator[Interaction]:
    """The last `most` recorded turns, the newest first; read in windows, as they are used."""
    end, given = ledger.audit_head().sequence, 0
    while end > 0 and given < most:
        start = max(0, end - _WINDOW)
        entries = ledger.audit(start, end - start)
        for entry in reversed(entries):
            if entry.action == "turn.recorded" and given < most:
                given += 1
                yield ledger.interaction(entry.subject)
        end = start


def usable(turns: Iterator[Interaction], may_use: Callable[[str], bool], looked: LookedAt) -> Iterator[Interaction]:
    """The turns that may be used; `may_use` tells whether an asker's turns may leave the record."""
    for turn in turns:
        looked.turns += 1
        reason = _kept_apart(turn) or ("no consent" if not may_use(turn.question.asker.pseudonym) else "")
        if reason:
            looked.left_out[reason] += 1
        else:
            yield turn


def masked(text: str, names: Sequence[str]) -> str:
    """A recorded text masked once more: the screens may have learnt since it was recorded."""
    return mask(text, find(text, names))


def _kept_apart(turn: Interaction) -> str:
    for outcome in turn.reply.outcomes:
        if isinstance(outcome, SafetyIntake | Emergency):
            return "safety"
        if isinstance(outcome, HandOff) and outcome.reason in _KEPT_APART:
            return "medical"
    return "not screened" if turn.failures and not turn.question.text else ""
