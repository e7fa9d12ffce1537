"""The console of medical and safety staff: the queue, one case, and figures."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from assistant.cases.lines import CLOSED, WAITING, CaseQuery, Order
from assistant.cases.response import SECTIONS, blank_response
from assistant.cases.work import MEANING
from assistant.config import Token
from assistant.records import Case, CaseEventKind, CaseKind, CaseStatus, Priority
from assistant.responses import ResponseDocument
from assistant.types import Role
from assistant.web import msl_view as view
from assistant.web.case_documents import documents_of, label_of
from assistant.web.cases import KINDS, case_for
from assistant.web.figures import figures_of
from assistant.web.rendering import page
from assistant.web.security import Staff
from assistant.web.services import Given, Services
from knowledge.types import Market, Value

router = APIRouter(include_in_schema=False)
PAGE = 50
SHOWN_TURNS = 30


class Filter(Value):
    """What the queue is narrowed to; empty fields ask nothing."""

    show: Literal["waiting", "mine", "unassigned", "due_soon", "overdue", "replied", "closed", "all"] = "waiting"
    q: str = Field(default="", max_length=200)
    product: str = Field(default="", max_length=200)
    market: Market | Literal[""] = ""
    priority: Priority | Literal[""] = ""
    reason: str = Field(default="", max_length=200)
    assignee: str = Field(default="", max_length=200)
    order: Order = "due"
    start: int = Field(default=0, ge=0, le=1_000_000)


@router.get("/msl")
def queue(request: Request, services: Given, reader: Staff, wanted: Annotated[Filter, Query()]) -> Response:
    """The cases of the reader's kinds: what is due first, first."""
    kinds = KINDS[reader.role]
    found = services.desk.lines(_asked(wanted, kinds, reader, services))
    return page(
        request,
        "cases.html",
        viewer=reader,
        rows=view.rows(found.lines, services),
        total=found.total,
        counts=view.counts(services, kinds, reader),
        position=services.desk.position(kinds),
        wanted=wanted,
        size=PAGE,
        tones=view.PRIORITY_TONES,
        priorities=list(Priority),
    )


def _asked(wanted: Filter, kinds: tuple[CaseKind, ...], reader: Token, services: Services) -> CaseQuery:
    narrowed = {
        "words": wanted.q,
        "products": (wanted.product,) if wanted.product else (),
        "markets": (wanted.market,) if wanted.market else (),
        "priorities": (wanted.priority,) if wanted.priority else (),
        "reason": wanted.reason,
        "order": wanted.order,
        "limit": PAGE,
        "offset": wanted.start,
    }
    if wanted.assignee:
        narrowed["assignee"] = wanted.assignee
    return _view(wanted.show, kinds, reader, services).model_copy(update=narrowed)


def _view(show: str, kinds: tuple[CaseKind, ...], reader: Token, services: Services) -> CaseQuery:
    waiting, now = tuple(WAITING), services.clock.now()
    return {
        "waiting": CaseQuery(kinds=kinds, statuses=waiting),
        "mine": CaseQuery(kinds=kinds, assignee=reader.pseudonym, statuses=(CaseStatus.ASSIGNED,)),
        "unassigned": CaseQuery(kinds=kinds, assignee="", statuses=waiting),
        "due_soon": CaseQuery(kinds=kinds, due_after=now, due_before=view.soon(services)),
        "overdue": CaseQuery(kinds=kinds, due_before=now),
        "replied": CaseQuery(kinds=kinds, statuses=(CaseStatus.REPLIED,)),
        "closed": CaseQuery(kinds=kinds, statuses=tuple(CLOSED)),
        "all": CaseQuery(kinds=kinds),
    }[show]


@router.get("/msl/figures")
def figures(request: Request, services: Given, reader: Staff) -> Response:
    """Volume, response time and reasons, by product and market; counts alone, no word of a case."""
    return page(request, "figures.html", viewer=reader, figures=figures_of(services))


@router.get("/msl/{case_id}")
def case(request: Request, case_id: str, services: Given, reader: Staff) -> Response:
    """Everything about one case on one page."""
    found = case_for(services, case_id, reader)
    turn = services.ledger.interaction(found.interaction_id) if found.interaction_id else None
    turns = services.ledger.conversation(turn.question.conversation_id, last=SHOWN_TURNS) if turn else ()
    (line,) = services.desk.lines(CaseQuery(kinds=(found.kind,), words=found.case_id, limit=1)).lines or (None,)
    is_medical = found.kind is CaseKind.MEDICAL_INFORMATION
    return page(
        request,
        "case.html",
        viewer=reader,
        case=found,
        line=line,
        clock=view.clock_shown(line, services) if line else None,
        turn=turn,
        turns=turns if is_medical else (),
        parts=view.parts_of(turn) if turn else (),
        findings=view.findings_of(turn, found.kind) if turn else (),
        told=view.reasons_of(turn, found) if turn else (),
        profile=view.profile_of(turn, turns, services) if turn and is_medical else None,
        similar=view.similar_to(found, services),
        siblings=view.siblings_of(found, KINDS[reader.role], services),
        documents=documents_of(services, found),
        response=_response(found, services) if is_medical else None,
        replies=[e for e in found.events if e.kind is CaseEventKind.REPLIED and e.response],
        sections=SECTIONS,
        meaning=MEANING,
        teams=[t.name for t in services.rules.teams],
        can_write=is_medical and reader.role is Role.MSL and found.assignee == reader.pseudonym,
        tones=view.PRIORITY_TONES,
    )


def _response(found: Case, services: Services) -> ResponseDocument:
    """The draft as it stands, or what a response begins with; after a reply a new one begins."""
    for event in reversed(found.events):
        if event.kind is CaseEventKind.REPLIED:
            break
        if event.kind is CaseEventKind.DRAFTED and event.response is not None:
            return event.response
    titles = [f"{a.document.title} (version {a.document.version})" for a in documents_of(services, found)]
    return blank_response(found, label_of(services, found), titles, services.clock.now().date())
