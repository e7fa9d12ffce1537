"""Record: turn what happened into what is kept. Pure; the ledger writes it, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from assistant.cases.state import event_id
from assistant.records import CaseEvent, CaseEventKind, CaseKind, Interaction, Signal, TurnRecord, VaultEntry
from assistant.types import HandOff, SafetyIntake

ACTOR = "assistant"


def prepare(
    interaction: Interaction, raw_text: str, signals: tuple[Signal, ...], new_id: Callable[[str], str]
) -> TurnRecord:
    """All that this turn leaves behind.

    A hand-off opens a medical-information case, a safety intake a safety case whose Day 0 is the moment
    the question was received (ICH E2D). The raw text goes to the vault for a safety intake, and nowhere
    else: the recorded question is the redacted one, whatever it said before.
    """
    recorded = _redacted(interaction)
    intakes = [o for o in recorded.reply.outcomes if isinstance(o, SafetyIntake)]
    vault: tuple[VaultEntry, ...] = ()
    if intakes:
        recorded = _with_vault_reference(recorded, new_id)
        vault = (_vault_entry(recorded, intakes[0], raw_text),)
    return TurnRecord(interaction=recorded, case_events=tuple(_case_events(recorded)), signals=signals, vault=vault)


def _redacted(interaction: Interaction) -> Interaction:
    question = interaction.question.model_copy(update={"text": interaction.screening.redacted})
    return interaction.model_copy(update={"question": question})


def _with_vault_reference(interaction: Interaction, new_id: Callable[[str], str]) -> Interaction:
    screening = interaction.screening
    if screening.vault_reference is not None:
        return interaction
    return interaction.model_copy(
        update={"screening": screening.model_copy(update={"vault_reference": new_id("vault")})}
    )


def _vault_entry(interaction: Interaction, intake: SafetyIntake, raw_text: str) -> VaultEntry:
    return VaultEntry(
        reference=interaction.screening.vault_reference or "",
        case_id=intake.case_id,
        text=raw_text,
        received_at=interaction.question.asked_at,
    )


def _case_events(interaction: Interaction) -> Iterator[CaseEvent]:
    """The events of this turn; outcomes that share a case open it once, the others are notes in its thread."""
    meant = [o for o in interaction.reply.outcomes if isinstance(o, HandOff | SafetyIntake)]
    for _, outcomes in groupby(sorted(meant, key=lambda o: o.case_id), key=lambda o: o.case_id):
        for sequence, outcome in enumerate(outcomes, start=1):
            yield _case_event(interaction, outcome, sequence)


def _case_event(interaction: Interaction, outcome: HandOff | SafetyIntake, sequence: int) -> CaseEvent:
    question = interaction.question
    is_safety = isinstance(outcome, SafetyIntake)
    return CaseEvent(
        event_id=event_id(outcome.case_id, sequence),
        case_id=outcome.case_id,
        case_kind=CaseKind.SAFETY if is_safety else CaseKind.MEDICAL_INFORMATION,
        sequence=sequence,
        kind=CaseEventKind.OPENED if sequence == 1 else CaseEventKind.NOTED,
        actor=ACTOR,
        at=question.asked_at,
        interaction_id=interaction.interaction_id,
        product=_product(interaction, outcome),
        market=question.scope.market,
        reason=",".join(outcome.safety_kinds) if isinstance(outcome, SafetyIntake) else outcome.reason,
        text=question.text if isinstance(outcome, SafetyIntake) else outcome.topic or question.text,
    )


def _product(interaction: Interaction, outcome: HandOff | SafetyIntake) -> str | None:
    """The product of the part handed over, where one can be told; else the conversation's."""
    understanding = interaction.understanding
    if understanding is None:
        return interaction.question.scope.product
    if isinstance(outcome, HandOff):
        for part in understanding.parts:
            if part.product is not None and outcome.topic and outcome.topic in (part.text, part.standalone):
                return part.product
    return understanding.product or interaction.question.scope.product
