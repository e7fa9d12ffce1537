"""What staff do with a case: take it, note, draft, sign and send, hand on, close. Each act is one event."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from assistant.cases.response import citation, faults
from assistant.cases.work import Act, CaseWork
from assistant.config import Token
from assistant.errors import Conflict
from assistant.pipeline import new_id
from assistant.records import Case, CaseEventKind, CaseKind, CaseStatus
from assistant.responses import ResponseDocument
from assistant.types import Asker, Citation, DocumentLink, SafetyIntake, Scope
from assistant.web.case_documents import Place, document_in_force, passages
from assistant.web.cases import case_for
from assistant.web.problems import Refused
from assistant.web.rendering import page
from assistant.web.screening import take_in
from assistant.web.security import Staff
from assistant.web.services import Given, Services
from knowledge.types import Audience, Value

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["case work"])
MOST = 40_000  # characters of one section
Words = Annotated[str, Field(max_length=MOST)]
Line = Annotated[str, Field(max_length=4000)]


class Seen(Value):
    """Which event of the case the caller saw last, and a word why."""

    seen: int = Field(ge=1)
    text: Line = ""


class Assignment(Seen):
    """To whom a case goes."""

    to: str = Field(min_length=1, max_length=200)


class Note(Value):
    """A note that staff alone see."""

    text: str = Field(min_length=1, max_length=4000)


class NoteTaken(Value):
    """The case with its note; `safety` where the note reported something to drug safety."""

    case: Case
    safety: tuple[SafetyIntake, ...] = ()


class Written(Value):
    """A response as its author wrote it; the server makes the references from the places named."""

    request: Words = ""
    summary: Words = ""
    not_approved: Words = ""
    indications: Words = ""
    safety_information: Words = ""
    background: Words = ""
    search_method: Words = ""
    results: Words = ""
    guidelines: Words = ""
    references: tuple[Place, ...] = Field(default=(), max_length=60)
    label: DocumentLink | None = None
    expires_on: date | None = None


class Draft(Value):
    """A response so far."""

    seen: int = Field(ge=1)
    response: Written


class SignedReply(Draft):
    """A response to be sent, with the name it is signed with."""

    signed_as: str = Field(default="", max_length=200)


class Preview(Value):
    """A response as the HCP would see it, and what keeps it from being sent."""

    html: str
    faults: tuple[str, ...]


@router.post("/claim", summary="Take a case")
def claim(case_id: str, act: Seen, services: Given, actor: Staff) -> Case:
    """Take a case that is nobody's; 409 `overtaken` when somebody was first."""
    case_for(services, case_id, actor)
    return work_of(services).claim(case_id, actor.pseudonym, act.seen)


@router.post("/release", summary="Give a case back to the queue")
def release(case_id: str, act: Seen, services: Given, actor: Staff) -> Case:
    """Give a case back."""
    return _done(case_id, CaseEventKind.RELEASED, act, services, actor)


@router.post("/assign", summary="Give a case to someone")
def assign(case_id: str, act: Assignment, services: Given, actor: Staff) -> Case:
    """Give a case to a colleague."""
    case_for(services, case_id, actor)
    assigned = Act(kind=CaseEventKind.ASSIGNED, actor=actor.pseudonym, seen=act.seen, text=act.to, reason="handed_on")
    return work_of(services).do(case_id, assigned)


@router.post("/transfer", summary="Send a case to another team")
def transfer(case_id: str, act: Assignment, services: Given, actor: Staff) -> Case:
    """Put a request into another team's queue."""
    found = case_for(services, case_id, actor)
    if found.kind is not CaseKind.MEDICAL_INFORMATION or services.rules.team(act.to) is None:
        teams = ", ".join(team.name for team in services.rules.teams)
        raise Refused(422, "unknown_team", f"There is no team {act.to!r} for this case; there are: {teams}.")
    sent = Act(kind=CaseEventKind.TRANSFERRED, actor=actor.pseudonym, seen=act.seen, text=act.to, reason=act.text)
    return work_of(services).do(case_id, sent)


@router.post("/merge", summary="Merge a case into another")
def merge(case_id: str, act: Assignment, services: Given, actor: Staff) -> Case:
    """Close a case as part of another one of the same kind and product.

    Requests are merged within one conversation alone: every HCP is answered one to one (RULES.md row 1).
    """
    found, other = case_for(services, case_id, actor), case_for(services, act.to, actor)
    if other.case_id == found.case_id or (other.kind, other.product) != (found.kind, found.product):
        raise Refused(422, "not_the_same", "Only another case of the same kind and product can take this one in.")
    if found.kind is CaseKind.MEDICAL_INFORMATION and _asked_in(found, services) != _asked_in(other, services):
        raise Refused(422, "another_hcp", "Only requests of the same conversation are merged: every HCP is answered.")
    if other.status in (CaseStatus.MERGED, CaseStatus.WITHDRAWN):
        raise Conflict(f"{other.case_id} is {other.status} itself.")
    merged = Act(kind=CaseEventKind.MERGED, actor=actor.pseudonym, seen=act.seen, text=other.case_id)
    return work_of(services).do(case_id, merged)


@router.post("/resolve", summary="Close a case")
def resolve(case_id: str, act: Seen, services: Given, actor: Staff) -> Case:
    """Close a case."""
    return _done(case_id, CaseEventKind.RESOLVED, act, services, actor)


@router.post("/reopen", summary="Open a closed case again")
def reopen(case_id: str, act: Seen, services: Given, actor: Staff) -> Case:
    """Open a closed case again."""
    return _done(case_id, CaseEventKind.REOPENED, act, services, actor)


@router.post("/notes", status_code=201, summary="Note something")
def note(case_id: str, new: Note, services: Given, actor: Staff) -> NoteTaken:
    """Keep a note for staff, its personal data masked; what it reports goes to drug safety as well."""
    found = case_for(services, case_id, actor)
    scope = Scope(product=found.product, market=found.market, audience=Audience.MEDICAL)
    screened = take_in(new.text, Asker(pseudonym=actor.pseudonym, role=actor.role), scope, services)
    noted = Act(kind=CaseEventKind.NOTED, actor=actor.pseudonym, seen=1, text=screened.text)
    return NoteTaken(case=work_of(services).do(case_id, noted), safety=screened.safety)


@router.post("/draft", summary="Keep a reply so far")
def draft(case_id: str, new: Draft, services: Given, actor: Staff) -> Case:
    """Keep a draft; 409 `overtaken` when someone else wrote since."""
    found = case_for(services, case_id, actor)
    drafted = Act(
        kind=CaseEventKind.DRAFTED,
        actor=actor.pseudonym,
        seen=new.seen,
        response=_document(new.response, found, services),
    )
    return work_of(services).do(case_id, drafted)


@router.post("/reply", summary="Sign and send a reply")
def reply(case_id: str, new: SignedReply, services: Given, actor: Staff) -> Case:
    """Sign a response (21 CFR 11.50) and send it to the HCP; 422 `incomplete` says what is missing."""
    found = case_for(services, case_id, actor)
    document = _document(new.response, found, services)
    return work_of(services).send(case_id, actor.pseudonym, new.seen, document, new.signed_as)


@router.post("/preview", summary="See a reply as the HCP will")
def preview(request: Request, case_id: str, new: Draft, services: Given, actor: Staff) -> Preview:
    """A response laid out, and what keeps it from being sent; nothing is kept."""
    found = case_for(services, case_id, actor)
    document = _document(new.response, found, services)
    shown = page(request, "case_response.html", response=document, case=found)
    return Preview(html=bytes(shown.body).decode(), faults=faults(document, found))


@router.get("/passages", summary="Find passages to cite")
def find_passages(
    case_id: str, services: Given, actor: Staff, q: Annotated[str, Query(min_length=2, max_length=500)]
) -> Response:
    """Passages of approved documents for the case's product, those for medical staff included."""
    found = passages(services, case_for(services, case_id, actor), q)
    return Response(found.model_dump_json(), media_type="application/json")


def work_of(services: Services) -> CaseWork:
    """Case work over the running services."""
    return CaseWork(desk=services.desk, clock=services.clock, rules=services.rules, new_id=new_id)


def _asked_in(case: Case, services: Services) -> str | None:
    turn = services.ledger.interaction(case.interaction_id) if case.interaction_id else None
    return turn.question.conversation_id if turn else None


def _done(case_id: str, kind: CaseEventKind, act: Seen, services: Services, actor: Token) -> Case:
    case_for(services, case_id, actor)
    wanted = Act(kind=kind, actor=actor.pseudonym, seen=act.seen, text=act.text)
    return work_of(services).do(case_id, wanted)


def _document(written: Written, case: Case, services: Services) -> ResponseDocument:
    """The response with its references, each made from the approved text as it stands. Refuses what is not in force."""
    made = tuple(_citation(place, case, services) for place in written.references)
    if written.label is not None:
        document_in_force(services, case, written.label.document_id, written.label.version)
    return ResponseDocument(**{**dict(written), "references": made})


def _citation(place: Place, case: Case, services: Services) -> Citation:
    reading = document_in_force(services, case, place.document_id, place.version)
    try:
        return citation(reading, place.start, place.end)
    except ValueError as error:
        raise Refused(422, "no_such_passage", f"{error}.") from None
