"""Record: turn what happened into what is kept. Pure; the ledger writes it, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import groupby

from assistant.cases.routing import Facts, RoutingRules, route
from assistant.cases.state import event_id
from assistant.records import CaseEvent, CaseEventKind, CaseKind, Interaction, Routing, Signal, TurnRecord, VaultEntry
from assistant.types import Emergency, HandOff, SafetyIntake, SafetyKind

ACTOR = "assistant"


def prepare(
    interaction: Interaction,
    raw_text: str,
    signals: tuple[Signal, ...],
    new_id: Callable[[str], str],
    rules: RoutingRules | None = None,
) -> TurnRecord:
    """All that this turn leaves behind.

    A hand-off opens a medical-information case, a safety intake a safety case whose Day 0 is the moment
    the question was received (ICH E2D); a product complaint is a case of its own beside it (21 CFR 211.198). The
    raw text goes to the vault for a safety intake, and nowhere else: the recorded question is the redacted one,
    whatever it said before. With `rules` a medical-information case is routed by them as it is opened.
    """
    recorded = _redacted(interaction)
    told = [o for o in recorded.reply.outcomes if isinstance(o, SafetyIntake)]
    vault: tuple[VaultEntry, ...] = ()
    if told:
        recorded = _with_vault_reference(recorded, new_id)
        vault = tuple(_vault_entries(recorded, told, raw_text, new_id))
    events = tuple(_case_events(recorded, rules))
    follow_ups = tuple(_follow_ups(recorded))
    return TurnRecord(interaction=recorded, case_events=events, follow_ups=follow_ups, signals=signals, vault=vault)


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


def _vault_entries(
    interaction: Interaction, intakes: list[SafetyIntake], raw_text: str, new_id: Callable[[str], str]
) -> Iterator[VaultEntry]:
    """The raw text, for each intake and for a complaint beside it: each case opens its own."""
    received_at = interaction.question.asked_at
    reference = interaction.screening.vault_reference or ""
    for case_id in dict.fromkeys(name for intake in intakes for name in _cases_of(intake)):
        yield VaultEntry(reference=reference, case_id=case_id, text=raw_text, received_at=received_at)
        reference = new_id("vault")


def _cases_of(intake: SafetyIntake) -> tuple[str, ...]:
    return (intake.case_id, complaint_beside(intake.case_id)) if _is_both(intake) else (intake.case_id,)


def _follow_ups(interaction: Interaction) -> Iterator[CaseEvent]:
    """What this turn adds to safety cases of earlier ones. The ledger gives each its place in the thread."""
    for outcome in interaction.reply.outcomes:
        if isinstance(outcome, SafetyIntake) and outcome.is_follow_up:
            for case_id in _cases_of(outcome):
                beside = case_id != outcome.case_id
                kinds = (SafetyKind.PRODUCT_COMPLAINT,) if beside else outcome.safety_kinds
                told = outcome.model_copy(update={"case_id": case_id, "safety_kinds": kinds})
                event = _case_event(interaction, told, 1, None)
                yield event.model_copy(
                    update={"kind": CaseEventKind.FOLLOWED_UP, "actor": interaction.question.asker.pseudonym}
                )


def complaint_beside(case_id: str) -> str:
    """The id of the product complaint that came in the same report as a safety case; derived, so opened once."""
    return "case_" + hashlib.sha256(f"complaint beside {case_id}".encode()).hexdigest()[:16]


def _case_events(interaction: Interaction, rules: RoutingRules | None) -> Iterator[CaseEvent]:
    """The events of this turn; outcomes that share a case open it once, the others are notes in its thread."""
    meant = [
        o
        for o in interaction.reply.outcomes
        if isinstance(o, HandOff) or (isinstance(o, SafetyIntake) and not o.is_follow_up)
    ]
    for case_id, outcomes in groupby(sorted(meant, key=lambda o: o.case_id), key=lambda o: o.case_id):
        told = list(outcomes)
        for sequence, outcome in enumerate(told, start=1):
            yield _case_event(interaction, outcome, sequence, rules)
        both = next((o for o in told if isinstance(o, SafetyIntake) and _is_both(o)), None)
        if both is not None:
            complaint = both.model_copy(
                update={"case_id": complaint_beside(case_id), "safety_kinds": (SafetyKind.PRODUCT_COMPLAINT,)}
            )
            yield _case_event(interaction, complaint, 1, rules)


def _is_both(intake: SafetyIntake) -> bool:
    return SafetyKind.PRODUCT_COMPLAINT in intake.safety_kinds and len(intake.safety_kinds) > 1


def _kind(outcome: HandOff | SafetyIntake) -> CaseKind:
    if isinstance(outcome, HandOff):
        return CaseKind.MEDICAL_INFORMATION
    is_complaint = outcome.safety_kinds == (SafetyKind.PRODUCT_COMPLAINT,)
    return CaseKind.PRODUCT_COMPLAINT if is_complaint else CaseKind.SAFETY


def _reason(outcome: HandOff | SafetyIntake) -> str:
    if isinstance(outcome, HandOff):
        return outcome.reason
    if outcome.is_precaution:
        return "screen_failed"
    kept = [k for k in outcome.safety_kinds if k is not SafetyKind.PRODUCT_COMPLAINT or not _is_both(outcome)]
    return ",".join(kept)


def _case_event(
    interaction: Interaction, outcome: HandOff | SafetyIntake, sequence: int, rules: RoutingRules | None
) -> CaseEvent:
    question = interaction.question
    product = _product(interaction, outcome)
    is_routed = rules is not None and isinstance(outcome, HandOff) and sequence == 1
    return CaseEvent(
        event_id=event_id(outcome.case_id, sequence),
        case_id=outcome.case_id,
        case_kind=_kind(outcome),
        sequence=sequence,
        kind=CaseEventKind.OPENED if sequence == 1 else CaseEventKind.NOTED,
        actor=ACTOR,
        at=question.asked_at,
        interaction_id=interaction.interaction_id,
        product=product,
        market=question.scope.market,
        reason=_reason(outcome),
        text=question.text if isinstance(outcome, SafetyIntake) else outcome.topic or question.text,
        routing=_routing(interaction, product, outcome, rules) if is_routed and rules else None,
    )


def _routing(
    interaction: Interaction, product: str | None, outcome: HandOff | SafetyIntake, rules: RoutingRules
) -> Routing:
    scope = interaction.question.scope
    facts = Facts(
        market=scope.market,
        product=product,
        language=scope.language,
        territory=interaction.question.asker.territory,
        reason=_reason(outcome),
        is_urgent=any(isinstance(o, Emergency) for o in interaction.reply.outcomes),
    )
    return route(facts, rules)


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
