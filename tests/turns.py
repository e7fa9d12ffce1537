"""Small invented turns for tests of what is recorded. The product and everything said of it are made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from assistant.records import CaseEvent, CaseEventKind, CaseKind, Interaction, Purpose, Release, Signal, TurnRecord
from assistant.types import (
    Answer,
    Asker,
    Citation,
    DocumentLink,
    Evidence,
    HandOff,
    Outcome,
    Part,
    PartKind,
    Piece,
    Question,
    Reply,
    SafetyInformation,
    SafetyIntake,
    SafetyKind,
    Scope,
    Screening,
    Statement,
    Understanding,
)
from knowledge.types import (
    Audience,
    Market,
    Partition,
    Passage,
    ProductNames,
    Query,
    ScoredPassage,
    SearchResult,
)
from tests.fakes import START

PRODUCT = "Veltrazone"
REDACTED = "What is the starting dose? My patient [person] had a rash."
QUOTE = "The starting dose is 10 mg once daily."
PARTITION = Partition(product=PRODUCT, market=Market.US, audience=Audience.HCP)


def numbered_ids() -> Callable[[str], str]:
    """Ids that count up, the same in every run."""
    numbers = count(1)
    return lambda prefix: f"{prefix}_{next(numbers):012d}"


def citation() -> Citation:
    return Citation(
        document_id="doc-1",
        version="1",
        sha256="0" * 64,
        approval_id="approval_1",
        title="Veltrazone prescribing information",
        section="2 Dosage and administration",
        start=100,
        end=100 + len(QUOTE),
        quote=QUOTE,
        shown=QUOTE,
    )


def answer() -> Answer:
    return Answer(
        names=ProductNames(product=PRODUCT, generic="veltrazonide"),
        blocks=(Statement(pieces=(Piece(text=QUOTE, citation=0),)),),
        safety_information=SafetyInformation(pieces=(Piece(text=QUOTE, citation=0),)),
        citations=(citation(),),
        label=DocumentLink(document_id="doc-1", version="1", title="Veltrazone prescribing information"),
        confidence=0.912345,
    )


def handoff(case_id: str = "case_medical00001", topic: str = "use in gout") -> HandOff:
    return HandOff(reason="off_label", topic=topic, text="A medical expert can answer.", case_id=case_id)


def intake(case_id: str = "case_safety000001", at: datetime = START) -> SafetyIntake:
    return SafetyIntake(
        safety_kinds=(SafetyKind.ADVERSE_EVENT,),
        text="Passed to drug safety.",
        missing_criteria=("patient",),
        case_id=case_id,
        received_at=at,
    )


def evidence(field: str = "dosage_and_administration") -> Evidence:
    passage = Passage(
        passage_id="passage_1",
        document_id="doc-1",
        version="1",
        partition=PARTITION,
        section=0,
        heading_path=("2 Dosage and administration",),
        field=field,
        start=90,
        end=400,
        units=(0,),
        text=QUOTE * 8,
        embedded_text=QUOTE,
        content_hash="1" * 64,
    )
    query = Query(text="starting dose", partitions=(PARTITION,), at=START)
    found = ScoredPassage(passage=passage, score=0.5, dense=0.7, dense_rank=1)
    return Evidence(part=0, result=SearchResult(query=query, index_release="r1", passages=(found,)))


def part(kind: PartKind = PartKind.ON_LABEL, text: str = "starting dose", product: str | None = PRODUCT) -> Part:
    return Part(text=text, standalone=text, kind=kind, product=product)


def turn(
    interaction_id: str = "interaction_000001",
    outcomes: tuple[Outcome, ...] = (),
    *,
    parts: tuple[Part, ...] | None = None,
    conversation_id: str = "conversation_0001",
    at: datetime = START,
    screening: Screening | None = None,
    failures: tuple[str, ...] = (),
    specialty: str = "Rheumatology",
) -> Interaction:
    """One recorded turn about an invented product."""
    question = Question(
        question_id=f"question_{interaction_id}",
        conversation_id=conversation_id,
        asker=Asker(pseudonym="hcp_7f3a", specialty=specialty),
        scope=Scope(product=PRODUCT),
        text=REDACTED,
        asked_at=at,
    )
    return Interaction(
        interaction_id=interaction_id,
        question=question,
        screening=screening or Screening(redacted=REDACTED),
        understanding=Understanding(parts=(part(),) if parts is None else parts, product=PRODUCT),
        evidence=(evidence(),),
        reply=Reply(outcomes=outcomes or (answer(),)),
        failures=failures,
        release=Release(software="0.1.0", commit="unknown", policy="us@1#0", index="r1"),
        stage_seconds={"retrieve": 0.004},
        finished_at=at + timedelta(milliseconds=12),
    )


def signal(signal_id: str, purpose: Purpose = Purpose.QUALITY, at: datetime = START) -> Signal:
    return Signal(
        signal_id=signal_id,
        type="answer.given",
        subject="interaction_000001",
        purpose=purpose,
        consent="not_needed",
        data={"product": PRODUCT, "citations": 1, "section_families": ("dosage_and_administration",)},
        at=at,
    )


def opened(case_id: str, kind: CaseKind = CaseKind.MEDICAL_INFORMATION, at: datetime = START) -> CaseEvent:
    return CaseEvent(
        event_id=f"event_{case_id}",
        case_id=case_id,
        case_kind=kind,
        sequence=1,
        kind=CaseEventKind.OPENED,
        actor="assistant",
        at=at,
        product=PRODUCT,
        market=Market.US,
        reason="off_label",
        text="use in gout",
    )


def turn_record(number: int, with_case: bool = True, conversation_id: str = "conversation_0001") -> TurnRecord:
    """A whole record of turn `number`: interaction, two case events' worth of threads, two signals."""
    name = f"{number:06d}"
    return TurnRecord(
        interaction=turn(f"interaction_{name}", conversation_id=conversation_id),
        case_events=(opened(f"case_{name}"),) if with_case else (),
        signals=(signal(f"signal_a{name}"), signal(f"signal_b{name}", Purpose.MEDICAL)),
    )
