"""Safety cases over HTTP, for drug safety and the receiving system: read, assess, export, acknowledge, reconcile."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Protocol, cast

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from assistant.cases.dispatch import Dispatcher, turns_of
from assistant.cases.e2b_xml import to_xml
from assistant.cases.reconcile import Received, Reconciliation, reconcile
from assistant.cases.safety import SAFETY_CASES, SafetyReport, read_report
from assistant.cases.state import next_event
from assistant.config import Token
from assistant.errors import Conflict, NotFound
from assistant.outgoing import Channel, Dispatch
from assistant.records import Case, CaseEventKind, SafetyAssessment
from assistant.web.problems import Refused
from assistant.web.security import Staff
from assistant.web.services import Given as GivenServices
from assistant.web.services import Services
from knowledge.types import Value

router = APIRouter(prefix="/v1/safety", tags=["safety"])


class SafetyServices(Services, Protocol):
    """What these routes need beside the usual."""

    @property
    def dispatcher(self) -> Dispatcher:
        """What carries reports."""
        ...

    @property
    def received(self) -> Received:
        """What the record holds of a day."""
        ...


async def _given(services: GivenServices) -> SafetyServices:
    return cast("SafetyServices", services)


Given = Annotated[SafetyServices, Depends(_given)]


class SafetyCase(Value):
    """A safety case with what was read in it and where its transfers are."""

    case: Case
    report: SafetyReport
    transfers: tuple[Dispatch, ...]


class NewAssessment(SafetyAssessment):
    """What drug safety found, and the event of the case that was seen last."""

    seen: int = Field(ge=1)
    text: str = Field(default="", max_length=4000)


class Acknowledgement(Value):
    """A report was taken: the id it came under, and the receiver's own reference."""

    transfer_id: str = Field(max_length=100)
    reference: str = Field(min_length=1, max_length=200)


class Acknowledged(Value):
    """Whether that was news."""

    transfer_id: str
    is_new: bool


class Retried(Value):
    """How many transfers got a new first attempt."""

    revived: int


@router.get("/cases/{case_id}", summary="Read a safety case")
def safety_case(case_id: str, services: Given) -> SafetyCase:
    """The case, the four criteria with their sources, seriousness, clocks, and what became of its transfers."""
    found = safety_case_of(services, case_id)
    return SafetyCase(case=found, report=report_of(services, found), transfers=transfers_of(services, case_id))


@router.post("/cases/{case_id}/assessment", status_code=201, summary="Assess a safety case")
def assess(case_id: str, new: NewAssessment, services: Given, actor: Staff) -> SafetyReport:
    """Say what makes the case serious, whether it is expected, the lot; it is handed over as a revision.

    409 when somebody was first: read the case again.
    """
    return assessed(services, case_id, new, actor)


@router.get("/cases/{case_id}/export", summary="Export a safety case")
def export(
    case_id: str, services: Given, form: Annotated[Literal["e2b", "json"], Query(alias="format")] = "e2b"
) -> Response:
    """The case as it stands, redacted: E2B(R3)-shaped XML checked against our schema, or the same as JSON."""
    report = services.dispatcher.report_of(safety_case_of(services, case_id))
    is_xml = form == "e2b"
    body = to_xml(report) if is_xml else report.model_dump_json(indent=1).encode()
    name = f"{case_id}.{'xml' if is_xml else 'json'}"
    return Response(
        body,
        media_type="application/xml" if is_xml else "application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/acknowledgements", summary="Acknowledge a transfer")
def acknowledge(told: Acknowledgement, services: Given) -> Acknowledged:
    """For the receiving system: a report arrived. Telling it twice changes nothing."""
    is_new = services.dispatcher.dispatches.acknowledge(told.transfer_id, told.reference)
    return Acknowledged(transfer_id=told.transfer_id, is_new=is_new)


@router.post("/transfers/{transfer_id}/retry", summary="Try a transfer again")
def retry(transfer_id: str, services: Given) -> Retried:
    """Give a transfer that was given up a new first attempt."""
    revived = services.dispatcher.dispatches.revive(Channel.TRANSFER, (transfer_id,))
    if not revived:
        raise Refused(409, "not_given_up", "This transfer is not one that was given up.")
    return Retried(revived=revived)


@router.get("/reconciliation", summary="Reconcile a day")
def reconciliation(services: Given, day: Annotated[date | None, Query(alias="date")] = None) -> Reconciliation:
    """Every report received on a day (UTC; today when not given), held against what was acknowledged."""
    return reconcile(
        day or services.clock.now().date(),
        services.received,
        services.dispatcher.dispatches,
        services.desk,
        services.ledger,
        services.clock,
    )


def safety_case_of(services: Services, case_id: str) -> Case:
    """A safety case. Raises NotFound, also for a case of another kind: that it exists is not told."""
    found = services.desk.case(case_id)
    if found.kind not in SAFETY_CASES:
        raise NotFound(f"There is no case {case_id!r}.")
    return found


def report_of(services: Services, case: Case) -> SafetyReport:
    """The case, read with its turns."""
    return read_report(case, turns_of(case, services.ledger))


def transfers_of(services: SafetyServices, case_id: str) -> tuple[Dispatch, ...]:
    """The case's transfers, oldest first."""
    return tuple(d for d in services.dispatcher.dispatches.of_case(case_id) if d.channel is Channel.TRANSFER)


def assessed(services: SafetyServices, case_id: str, new: NewAssessment, actor: Token) -> SafetyReport:
    """Keep an assessment. Raises Conflict when the case went on since it was seen."""
    case = safety_case_of(services, case_id)
    if len(case.events) != new.seen:
        raise Conflict(f"{case_id} has gone on since you looked: read it again, then assess it.")
    event = next_event(case, CaseEventKind.ASSESSED, actor.pseudonym, services.clock.now(), new.text.strip())
    weighed = SafetyAssessment(**new.model_dump(include=set(SafetyAssessment.model_fields)))
    services.desk.append(event.model_copy(update={"assessment": weighed}))
    return report_of(services, services.desk.case(case_id))
