"""The safety console: the queue of reports with their clocks, and one report with its criteria and transfers."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, ValidationError

from assistant.cases.lines import CLOSED, UNSENT, CaseLine, CaseQuery
from assistant.cases.safety import SAFETY_CASES, Criterion, SafetyReport, read_report
from assistant.cases.safety_clocks import Clock
from assistant.errors import Conflict
from assistant.outgoing import Channel, DispatchState
from assistant.records import CaseStatus, SeriousnessCriterion
from assistant.web.problems import Refused
from assistant.web.rendering import page
from assistant.web.safety import (
    Given,
    NewAssessment,
    SafetyServices,
    assessed,
    report_of,
    safety_case_of,
    transfers_of,
)
from assistant.web.security import Staff
from knowledge.types import Value

router = APIRouter(include_in_schema=False)
PAGE = 25
SOON = timedelta(hours=24)
FORM_BYTES = 20_000


View = Literal["unsent", "failed", "due_soon", "overdue", "mine", "acknowledged", "closed", "all"]


class Filter(Value):
    """What the queue is narrowed to."""

    show: View = "unsent"
    q: str = Field(default="", max_length=200)
    start: int = Field(default=0, ge=0, le=1_000_000)


class Row(Value):
    """One line of the queue."""

    line: CaseLine
    report: SafetyReport
    next_clock: Clock | None
    tone: str


@router.get("/safety")
def queue(request: Request, services: Given, reader: Staff, wanted: Annotated[Filter, Query()]) -> Response:
    """Safety cases and product complaints: what is due first, first."""
    asked = _view(wanted.show, reader.pseudonym, services)
    asked = asked.model_copy(update={"words": wanted.q, "limit": PAGE, "offset": wanted.start})
    found = services.desk.lines(asked)
    return page(
        request,
        "safety.html",
        viewer=reader,
        rows=[_row(line, services) for line in found.lines],
        total=found.total,
        counts={name: _count(name, reader.pseudonym, services) for name in get_args(View)},
        wanted=wanted,
        size=PAGE,
        position=services.desk.position(SAFETY_CASES),
        uncertain=len(services.dispatcher.dispatches.in_state(Channel.MAIL, (DispatchState.UNCERTAIN,))),
    )


@router.get("/safety/{case_id}")
def case(request: Request, case_id: str, services: Given, reader: Staff) -> Response:
    """Everything about one report on one page."""
    found = safety_case_of(services, case_id)
    report = report_of(services, found)
    now = services.clock.now()
    return page(
        request,
        "safety_case.html",
        viewer=reader,
        case=found,
        report=report,
        told=[(event, _marked(event.text, event.sequence, report)) for event in report.narrative],
        clocks=[(clock, _tone(clock, services)) for clock in report.clocks],
        transfers=transfers_of(services, case_id),
        seriousness=list(SeriousnessCriterion),
        stands={one.criterion for one in report.serious},
        now=now,
    )


async def posted(request: Request) -> dict[str, list[str]]:
    """The fields of a form that was sent. Refuses one larger than it can be."""
    body = await request.body()
    if len(body) > FORM_BYTES:
        raise Refused(413, "body_too_large", "This form is larger than it can be.")
    return parse_qs(body.decode("utf-8", "replace"))


@router.post("/safety/{case_id}/assessment")
def assess(
    case_id: str, services: Given, reader: Staff, form: Annotated[dict[str, list[str]], Depends(posted)]
) -> Response:
    """Keep what the form says, then show the case again."""
    expected = {"yes": True, "no": False}.get(form.get("expected", [""])[0])
    try:
        new = NewAssessment(
            seen=int(form.get("seen", ["0"])[0]),
            seriousness=tuple(SeriousnessCriterion(name) for name in form.get("seriousness", [])),
            is_expected=expected,
            lot_number=form.get("lot_number", [""])[0].strip(),
            text=form.get("text", [""])[0],
        )
    except (ValidationError, ValueError):
        raise Refused(422, "invalid", "The form could not be read. Go back, and send it again.") from None
    try:
        assessed(services, case_id, new, reader)
    except Conflict as error:
        raise Refused(409, "overtaken", str(error)) from None
    return RedirectResponse(f"/safety/{case_id}", status_code=303)


@router.post("/safety/{case_id}/transfers/{transfer_id}/retry")
def retry(case_id: str, transfer_id: str, services: Given) -> Response:
    """Give a transfer that was given up a new first attempt, then show the case again."""
    if transfer_id in {t.dispatch_id for t in transfers_of(services, safety_case_of(services, case_id).case_id)}:
        services.dispatcher.dispatches.revive(Channel.TRANSFER, (transfer_id,))
    return RedirectResponse(f"/safety/{case_id}", status_code=303)


def _view(show: View, me: str, services: SafetyServices) -> CaseQuery:
    now = services.clock.now()
    narrowed: dict[View, dict[str, Any]] = {
        "unsent": {"statuses": tuple(UNSENT)},
        "failed": {"statuses": (CaseStatus.FAILED,)},
        "due_soon": {"due_after": now, "due_before": now + SOON},
        "overdue": {"due_before": now},
        "mine": {"assignee": me},
        "acknowledged": {"statuses": (CaseStatus.ACKNOWLEDGED,)},
        "closed": {"statuses": tuple(CLOSED)},
        "all": {},
    }
    return CaseQuery(kinds=SAFETY_CASES).model_copy(update=narrowed[show])


def _count(show: View, me: str, services: SafetyServices) -> int:
    return services.desk.lines(_view(show, me, services).model_copy(update={"limit": 1})).total


def _row(line: CaseLine, services: SafetyServices) -> Row:
    report = read_report(services.desk.case(line.case_id))  # without its turns: where the event stands is not shown
    clock = next((c for c in report.clocks if c.met_at is None), None)
    return Row(line=line, report=report, next_clock=clock, tone=_tone(clock, services) if clock else "")


def _tone(clock: Clock, services: SafetyServices) -> str:
    now = services.clock.now()
    if clock.met_at is not None:
        return "bad" if clock.is_overdue(now) else "good"
    if clock.is_overdue(now):
        return "bad"
    return "wait" if clock.is_due(now, SOON) else ""


class Piece(Value):
    """A stretch of a told text, and the criterion it speaks for."""

    text: str
    criterion: str = ""


def _marked(text: str, sequence: int, report: SafetyReport) -> list[Piece]:
    """The text cut where criteria are told; the first criterion keeps a stretch that several tell."""
    pieces: list[Piece] = []
    at = 0
    for start, end, name in sorted(_places(report.criteria, sequence)):
        if start < at:
            continue
        pieces += [Piece(text=text[at:start])] if start > at else []
        pieces.append(Piece(text=text[start:end], criterion=name))
        at = end
    return [*pieces, Piece(text=text[at:])] if at < len(text) else pieces


def _places(criteria: tuple[Criterion, ...], sequence: int) -> list[tuple[int, int, str]]:
    """Where patient and product are told; the event is a whole clause, and would hide them."""
    return [
        (source.start, source.end, criterion.name)
        for criterion in criteria
        for source in criterion.sources
        if source.event == sequence and criterion.name != "event"
    ]
