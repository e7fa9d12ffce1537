"""A safety report as an individual case safety report, its fields named after ICH E2B(R3) data elements.

This is a shape of our own, not the HL7 message itself: each field carries the number of the element it maps to, and
`e2b.xsd` documents and checks the mapping. Coding (MedDRA, EDQM, IDMP) and causality are the safety system's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from assistant.cases.safety import SafetyReport
from assistant.records import CaseEvent, SeriousnessCriterion
from assistant.types import SafetyKind
from knowledge.types import Market, Value

_UCUM = {"years": "a", "months": "mo", "weeks": "wk", "days": "d"}
_COUNTRIES = {Market.US: "US", Market.EU: "EU", Market.UK: "GB"}
_QUALIFICATIONS = {"Pharmacy": "2", "Nursing": "3", "Other": "3", "": "3"}  # E2B(R3) C.2.r.4; else 1, physician
_DRUG_FACTS = {  # E2B(R3) G.k.10.r
    SafetyKind.OVERDOSE: "2",
    SafetyKind.MEDICATION_ERROR: "7",
    SafetyKind.MISUSE_ABUSE: "8",
    SafetyKind.OCCUPATIONAL_EXPOSURE: "10",
    SafetyKind.OFF_LABEL_USE_WITH_HARM: "11",
}


class E2b(NamedTuple):
    """The E2B(R3) data element a field maps to; "-" where the element is ours."""

    element: str


class Sender(Value):
    """Who sends reports, to whom, as agreed with the receiver."""

    organisation: str = "hcp-assistant"
    identifier: str = "HCPASSISTANT"
    receiver: str = "SAFETYSYSTEM"


class Masked(Value):
    """Something that is known or could be, and is not told (HL7 null flavour MSK)."""


class Header(Value):
    """N: the transmission. Its date is that of the newest thing told, so that a retry sends the same bytes."""

    message_type: Annotated[str, E2b("N.1.1")] = "1"  # ICSR
    batch_number: Annotated[str, E2b("N.1.2")]
    batch_sender: Annotated[str, E2b("N.1.3")]
    batch_receiver: Annotated[str, E2b("N.1.4")]
    batch_date: Annotated[datetime, E2b("N.1.5")]


class Identification(Value):
    """C.1: the case."""

    report_id: Annotated[str, E2b("C.1.1")]
    created_at: Annotated[datetime, E2b("C.1.2")]
    report_type: Annotated[str, E2b("C.1.3")] = "1"  # spontaneous
    first_received_at: Annotated[datetime, E2b("C.1.4")]  # Day 0
    most_recent_at: Annotated[datetime, E2b("C.1.5")]
    is_expedited: Annotated[bool, E2b("C.1.7")]
    worldwide_id: Annotated[str, E2b("C.1.8.1")]
    first_sender: Annotated[str, E2b("C.1.8.2")] = "2"  # other than a regulator
    revision: Annotated[int, E2b("-")]  # 1 is the first; grows with what is told later
    report_kind: Annotated[tuple[str, ...], E2b("-")]


class Reporter(Value):
    """C.2.r: who told it."""

    family_name: Annotated[Masked, E2b("C.2.r.1.4")] = Masked()
    country: Annotated[str, E2b("C.2.r.3")]
    qualification: Annotated[str, E2b("C.2.r.4")]
    is_primary: Annotated[str, E2b("C.2.r.5")] = "1"
    reference: Annotated[str, E2b("-")]  # the pseudonym under which the reporter can be asked


class SenderBlock(Value):
    """C.3: the sender of the report."""

    sender_type: Annotated[str, E2b("C.3.1")] = "1"  # pharmaceutical company
    organisation: Annotated[str, E2b("C.3.2")]


class Patient(Value):
    """D: the patient, as far as told."""

    initials: Annotated[Masked, E2b("D.1")] = Masked()
    age: Annotated[int | None, E2b("D.2.2a")] = None
    age_unit: Annotated[str | None, E2b("D.2.2b")] = None
    gestation: Annotated[int | None, E2b("D.2.2.1a")] = None
    gestation_unit: Annotated[str | None, E2b("D.2.2.1b")] = None
    sex: Annotated[str | None, E2b("D.5")] = None  # 1 male, 2 female


class Reaction(Value):
    """E.i: the event in the reporter's words."""

    as_told: Annotated[str, E2b("E.i.1.1a")]
    language: Annotated[str, E2b("E.i.1.1b")] = "eng"
    death: Annotated[bool, E2b("E.i.3.2a")]
    life_threatening: Annotated[bool, E2b("E.i.3.2b")]
    hospitalisation: Annotated[bool, E2b("E.i.3.2c")]
    disability: Annotated[bool, E2b("E.i.3.2d")]
    congenital_anomaly: Annotated[bool, E2b("E.i.3.2e")]
    medically_important: Annotated[bool, E2b("E.i.3.2f")]
    outcome: Annotated[str, E2b("E.i.7")] = "0"  # unknown


class Drug(Value):
    """G.k: the suspect product."""

    role: Annotated[str, E2b("G.k.1")] = "1"  # suspect
    name: Annotated[str | Masked, E2b("G.k.2.2")]
    lot_number: Annotated[str | None, E2b("G.k.4.r.7")] = None
    additional: Annotated[tuple[str, ...], E2b("G.k.10.r")] = ()


class Narrative(Value):
    """H: what was told, redacted, in the order it was told; and what is still missing."""

    case_narrative: Annotated[str, E2b("H.1")]
    sender_comment: Annotated[str | None, E2b("H.4")] = None


class Icsr(Value):
    """One individual case safety report."""

    header: Annotated[Header, E2b("N")]
    identification: Annotated[Identification, E2b("C.1")]
    reporter: Annotated[Reporter, E2b("C.2.r")]
    sender: Annotated[SenderBlock, E2b("C.3")]
    patient: Annotated[Patient, E2b("D")]
    reactions: Annotated[tuple[Reaction, ...], E2b("E.i")]
    drug: Annotated[Drug, E2b("G.k")]
    narrative: Annotated[Narrative, E2b("H")]


def icsr(report: SafetyReport, market: Market, sender: Sender, asker: str = "", specialty: str = "") -> Icsr:
    """The report of a case as it stands. The same events always give the same report."""
    at = report.updated_at.astimezone(UTC)
    worldwide = f"{_COUNTRIES[market]}-{sender.identifier}-{report.case_id}"
    return Icsr(
        header=Header(
            batch_number=f"{report.case_id}.{report.revision}",
            batch_sender=sender.identifier,
            batch_receiver=sender.receiver,
            batch_date=at,
        ),
        identification=Identification(
            report_id=worldwide,
            created_at=at,
            first_received_at=report.received_at.astimezone(UTC),
            most_recent_at=at,
            is_expedited=report.is_serious and report.is_expected is not True,
            worldwide_id=worldwide,
            revision=report.revision,
            report_kind=tuple(kind.value for kind in report.kinds),
        ),
        reporter=Reporter(
            country=_COUNTRIES[market],
            qualification=_QUALIFICATIONS.get(specialty, "1"),
            reference=asker or "health professional",
        ),
        sender=SenderBlock(organisation=sender.organisation),
        patient=_patient(report),
        reactions=_reactions(report),
        drug=Drug(
            name=report.product or Masked(),
            lot_number=report.lot_number,
            additional=tuple(_DRUG_FACTS[kind] for kind in report.kinds if kind in _DRUG_FACTS),
        ),
        narrative=Narrative(
            case_narrative="\n".join(_told(event) for event in report.narrative),
            sender_comment=f"Not told: {', '.join(report.missing)}." if report.missing else None,
        ),
    )


def _patient(report: SafetyReport) -> Patient:
    weeks = report.gestation_weeks
    return Patient(
        age=report.age.value if report.age else None,
        age_unit=_UCUM[report.age.unit] if report.age else None,
        gestation=weeks,
        gestation_unit="wk" if weeks is not None else None,
        sex={"male": "1", "female": "2"}.get(report.sex or ""),
    )


def _reactions(report: SafetyReport) -> tuple[Reaction, ...]:
    """The words of each place that tells an event; the kind of report where no place is known."""
    event = next(c for c in report.criteria if c.name == "event")
    told = list(dict.fromkeys(source.quote for source in event.sources))
    words = told or [kind.value.replace("_", " ") for kind in report.kinds]
    stands = {serious.criterion for serious in report.serious}
    flags = {criterion.value: criterion in stands for criterion in SeriousnessCriterion}
    return tuple(Reaction(as_told=text, **flags) for text in words)


def _told(event: CaseEvent) -> str:
    return f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {event.text}"
