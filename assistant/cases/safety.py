"""A safety case as drug safety reads it: the four criteria with their sources, seriousness, clocks.

Everything is derived from the case's events and the screens' findings; nothing here is stored, and causality is
never judged. What a person assessed replaces what the words suggested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from assistant.cases.safety_clocks import Clock, Reported, clocks
from assistant.cases.safety_facts import Age, age, gestation_weeks, lot_number, seriousness, sex
from assistant.criteria import CRITERIA, CriterionName, patient_words
from assistant.records import (
    Case,
    CaseEvent,
    CaseEventKind,
    CaseKind,
    Interaction,
    SafetyAssessment,
    SeriousnessCriterion,
)
from assistant.types import FindingKind, SafetyKind
from knowledge.types import Value

SAFETY_CASES = (CaseKind.SAFETY, CaseKind.PRODUCT_COMPLAINT)
TOLD = (CaseEventKind.OPENED, CaseEventKind.FOLLOWED_UP)  # events whose text is the reporter's own, redacted


class Source(Value):
    """Where in the thread something is told: the event's sequence, and offsets into its text."""

    event: int
    start: int
    end: int
    quote: str


class Criterion(Value):
    """One of the four, with every place that tells it; `note` where it is known without words."""

    name: CriterionName
    is_met: bool
    sources: tuple[Source, ...] = ()
    note: str = ""


class Serious(Value):
    """A criterion of ICH E2A that the words speak for, or that drug safety confirmed (no source then)."""

    criterion: SeriousnessCriterion
    source: Source | None = None


class SafetyReport(Value):
    """A safety case, read."""

    case_id: str
    kinds: tuple[SafetyKind, ...]
    received_at: datetime  # Day 0: the first receipt; never moves
    updated_at: datetime  # the last time the reporter told something or drug safety weighed it
    revision: int  # the sequence of that event
    product: str | None
    criteria: tuple[Criterion, ...]  # in the order reporter, patient, product, event
    serious: tuple[Serious, ...]
    is_assessed: bool
    is_expected: bool | None
    lot_number: str | None
    age: Age | None
    sex: Literal["female", "male"] | None
    gestation_weeks: int | None
    clocks: tuple[Clock, ...]
    narrative: tuple[CaseEvent, ...]  # the events that tell the report, in order

    @property
    def missing(self) -> tuple[CriterionName, ...]:
        """The criteria that are not met."""
        return tuple(c.name for c in self.criteria if not c.is_met)

    @property
    def is_serious(self) -> bool:
        """Whether any criterion of ICH E2A stands."""
        return bool(self.serious)


def read_report(case: Case, turns: Mapping[str, Interaction] | None = None) -> SafetyReport:
    """Read a safety case. `turns`: its interactions by id, where at hand; they tell where the event stands."""
    told = tuple(event for event in case.events if event.kind in TOLD)
    assessed = [e for e in case.events if e.kind is CaseEventKind.ASSESSED and e.assessment is not None]
    assessment = assessed[-1].assessment if assessed else None
    text = "\n".join(event.text for event in told)
    product = next((e.product for e in reversed(told) if e.product), case.product)
    serious = _serious(told, assessment)
    kinds = _kinds(told)
    weeks = gestation_weeks(text)
    reported = Reported(
        market=case.market,
        kinds=kinds,
        received_at=case.opened_at,
        is_serious=bool(serious),
        is_expected=assessment.is_expected if assessment else None,
        gestation_weeks=weeks,
        met=_met(case),
    )
    return SafetyReport(
        case_id=case.case_id,
        kinds=kinds,
        received_at=case.opened_at,
        updated_at=max(e.at for e in (*told, *assessed)),
        revision=max(e.sequence for e in (*told, *assessed)),
        product=product,
        criteria=tuple(_criterion(name, told, product, turns or {}) for name in CRITERIA),
        serious=serious,
        is_assessed=assessment is not None,
        is_expected=reported.is_expected,
        lot_number=_lot(told, assessment),
        age=age(text),
        sex=sex(text),
        gestation_weeks=weeks,
        clocks=clocks(reported),
        narrative=told,
    )


def _kinds(told: tuple[CaseEvent, ...]) -> tuple[SafetyKind, ...]:
    named = [name for event in told for name in event.reason.split(",")]
    known = {kind.value: kind for kind in SafetyKind}
    return tuple(dict.fromkeys(known[name] for name in named if name in known)) or (SafetyKind.ADVERSE_EVENT,)


def _met(case: Case) -> dict[CaseEventKind, datetime]:
    """When each clock-ending event first happened; a case reopened afterwards is resolved no more."""
    met: dict[CaseEventKind, datetime] = {}
    for event in case.events:
        if event.kind in (CaseEventKind.ACKNOWLEDGED, CaseEventKind.RESOLVED):
            met.setdefault(event.kind, event.at)
        elif event.kind is CaseEventKind.REOPENED:
            met.pop(CaseEventKind.RESOLVED, None)
    return met


def _serious(told: tuple[CaseEvent, ...], assessment: SafetyAssessment | None) -> tuple[Serious, ...]:
    found: dict[SeriousnessCriterion, Source] = {}
    for event in told:
        for criterion, words in seriousness(event.text).items():
            found.setdefault(criterion, Source(event=event.sequence, **words.model_dump()))
    chosen = assessment.seriousness if assessment else tuple(found)
    return tuple(Serious(criterion=one, source=found.get(one)) for one in chosen)


def _lot(told: tuple[CaseEvent, ...], assessment: SafetyAssessment | None) -> str | None:
    if assessment and assessment.lot_number:
        return assessment.lot_number
    found = [words.quote for event in told if (words := lot_number(event.text))]
    return found[-1] if found else None


def _criterion(
    name: CriterionName, told: tuple[CaseEvent, ...], product: str | None, turns: Mapping[str, Interaction]
) -> Criterion:
    sources = tuple(_sources(name, told, product, turns))
    note = ""
    if name == "reporter":
        note = _reporter(told[0], turns)
    elif name == "product" and product and not sources:
        note = f"{product}: the product this conversation is about"
    elif name == "event" and not sources:
        note = "found by the safety screen"
    return Criterion(name=name, is_met=bool(sources or note), sources=sources, note=note)


def _reporter(opening: CaseEvent, turns: Mapping[str, Interaction]) -> str:
    turn = turns.get(opening.interaction_id or "")
    if turn is None:
        return "health professional"
    asker = turn.question.asker
    return f"health professional{', ' + asker.specialty if asker.specialty else ''} ({asker.pseudonym})"


def _sources(
    name: CriterionName, told: tuple[CaseEvent, ...], product: str | None, turns: Mapping[str, Interaction]
) -> Iterator[Source]:
    for event in told:
        for start, end in _places(name, event, product, turns):
            yield Source(event=event.sequence, start=start, end=end, quote=event.text[start:end])


def _places(
    name: CriterionName, event: CaseEvent, product: str | None, turns: Mapping[str, Interaction]
) -> Iterator[tuple[int, int]]:
    if name == "patient":
        yield from patient_words(event.text)
    elif name == "product" and product:
        start = event.text.casefold().find(product.casefold())
        if start >= 0:
            yield start, start + len(product)
    elif name == "event":
        turn = turns.get(event.interaction_id or "")
        if turn is not None and turn.screening.redacted == event.text:  # offsets are into the text screened
            yield from {(f.start, f.end): None for f in turn.screening.of_kind(FindingKind.SAFETY_REPORT)}
