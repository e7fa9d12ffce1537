"""The console's routes. Who may read is in `assistant.web.access`; a verdict names who gave it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import ValidationError

from assistant.errors import NotFound
from assistant.pipeline import new_id
from assistant.web.problems import Refused
from assistant.web.security import Staff
from assistant.web.services import Given, Services
from evals.compare import compare
from evals.store.judgements import Judgement, Verdict, reply_sha256
from evals.web.export import export_page, file_name
from evals.web.filters import CaseFilter, Filtered
from evals.web.rendering import page
from evals.web.stored import found, judgements_of, store_of
from evals.web.views import CaseView, case_view, run_view, runs_view
from knowledge.errors import KnowledgeError

router = APIRouter(prefix="/evals", include_in_schema=False)
STATIC = Path(__file__).parent / "static"
FORM_BYTES = 16_384


@router.get("")
def runs(
    request: Request, services: Given, reader: Staff, suite: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """All runs, and the scores of one suite over time."""
    return page(request, "evals/runs.html", viewer=reader, view=runs_view(store_of(services), suite))


@router.get("/static/evals.css")
def style() -> Response:
    """The console's own style; it holds nothing that needs a sign-in."""
    return FileResponse(STATIC / "evals.css", media_type="text/css")


RunId = Annotated[str, Query(max_length=100)]


@router.get("/compare")
def comparison(request: Request, services: Given, reader: Staff, first: RunId, second: RunId) -> Response:
    """What changed from one run to another, and how sure that is."""
    store = store_of(services)
    before, after = found(lambda: store.run(first)), found(lambda: store.run(second))
    held = compare(before, after)
    within = held.moved_within()
    return page(
        request, "evals/compare.html", viewer=reader, before=before.run, after=after.run, held=held, within=within
    )


@router.get("/runs/{run_id}")
def run(request: Request, run_id: str, services: Given, reader: Staff, wanted: Filtered) -> Response:
    """One run: figures, pictures, and its cases, the worst first."""
    view = found(lambda: run_view(store_of(services), judgements_of(services), run_id, wanted))
    return page(request, "evals/run.html", viewer=reader, view=view, wanted=wanted)


@router.get("/runs/{run_id}/export")
def export(run_id: str, services: Given) -> Response:
    """The run as one HTML file that opens without a network."""
    store, book = store_of(services), judgements_of(services)
    whole = found(lambda: store.run(run_id))
    view = found(lambda: run_view(store, book, run_id, CaseFilter()))
    text = export_page(whole, view, book.of_run(run_id), services.clock.now())
    sent = {"Content-Disposition": f'attachment; filename="{file_name(view.digest.headline)}"'}
    return Response(text, media_type="text/html; charset=utf-8", headers=sent)


@router.get("/runs/{run_id}/cases/{case_id:path}")
def case(request: Request, run_id: str, case_id: str, services: Given, reader: Staff) -> Response:
    """One case: question, reply, evidence, checks, scores, verdicts."""
    view = _case(services, run_id, case_id)
    return page(request, "evals/case.html", viewer=reader, view=view, held=_held(services, view), fault="")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form; that it comes from our own pages is the guard's to see."""
    body = await request.body()
    if len(body) > FORM_BYTES:
        raise Refused(413, "body_too_large", "The form is larger than it can be.")
    fields = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[-1] for name, values in fields.items()}


@router.post("/runs/{run_id}/cases/{case_id:path}")
def judge(
    request: Request,
    run_id: str,
    case_id: str,
    services: Given,
    reader: Staff,
    form: Annotated[dict[str, str], Depends(_form)],
) -> Response:
    """Keep the reader's verdict on a case; nothing that was said before is changed."""
    view = _case(services, run_id, case_id)
    try:
        judgement = Judgement(
            judgement_id=new_id("judgement"),
            run_id=run_id,
            case_id=case_id,
            category=view.line.category,
            verdict=Verdict(form.get("verdict", "")),
            reason=form.get("reason", "").strip(),
            by=reader.pseudonym,
            role=reader.role.value,
            at=services.clock.now(),
            reply_sha256=reply_sha256(view.case),
            confidence=view.line.confidence,
            answered=view.line.answered,
        )
    except (ValidationError, ValueError) as error:
        fault = _words(error)
        held = _held(services, view)
        return page(request, "evals/case.html", 422, viewer=reader, view=view, held=held, fault=fault, form=form)
    found(lambda: judgements_of(services).append(judgement))
    return RedirectResponse(f"/evals/runs/{run_id}/cases/{quote(case_id)}#verdicts", status_code=303)


def _words(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return "Choose right, wrong or incomplete."
    return str(error.errors()[0]["msg"]).removeprefix("Value error, ").capitalize() + "."


def _case(services: Services, run_id: str, case_id: str) -> CaseView:
    view = found(lambda: case_view(store_of(services), judgements_of(services), run_id, case_id))
    if view is None:
        raise NotFound(f"There is no case {case_id!r} in {run_id}.")
    return view


def _held(services: Services, view: CaseView) -> set[tuple[str, str]]:
    """Which of the cited document versions this library can open: a run may have measured another library."""
    reply = view.case.reply
    cited = {(c.document_id, c.version) for c in (*reply.citations, *reply.safety_citations)} if reply else set()
    return {key for key in cited if _opens(services, *key)}


def _opens(services: Services, document_id: str, version: str) -> bool:
    try:
        services.knowledge.document(document_id, version)
    except KnowledgeError:
        return False
    return True
