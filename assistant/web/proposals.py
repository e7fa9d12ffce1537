"""The closed loop: propose a signed reply to the content team, or as an eval case, in one action each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Lock

from fastapi import APIRouter
from pydantic import Field

from assistant.cases.proposals import ProposalKind, approved_answer, document_id_of, eval_case, refuse_twice
from assistant.cases.work import Act
from assistant.errors import Conflict
from assistant.records import Case, CaseEventKind
from assistant.web.case_work import Seen, work_of
from assistant.web.cases import case_for
from assistant.web.problems import Refused
from assistant.web.security import Staff
from assistant.web.services import Given, Services
from knowledge.types import Audience, Value

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["case work"])
EVALS = "evals.jsonl"
_appending = Lock()


class NewProposal(Seen):
    """What a signed reply is proposed as; `question` as it should be asked (the case's own when empty)."""

    kind: ProposalKind
    question: str = Field(default="", max_length=500)


class Proposed(Value):
    """The case, and where the proposal waits."""

    case: Case
    document_id: str


@router.post("/proposals", status_code=201, summary="Propose a signed reply")
def propose(case_id: str, new: NewProposal, services: Given, actor: Staff) -> Proposed:
    """Send the text of a signed reply to the content team as a document to approve, or keep it as an eval case.

    The proposal holds the expert's own words and none of the HCP's, save the question of an eval case, redacted.
    """
    case = case_for(services, case_id, actor)
    refuse_twice(case, new.kind)
    if new.kind == "approved_answer":
        _submit(case, new.question.strip() or case.text, services)
    else:
        _keep(folder_of(services) / EVALS, eval_case(case))
    act = Act(kind=CaseEventKind.PROPOSED, actor=actor.pseudonym, seen=len(case.events), reason=new.kind)
    return Proposed(case=work_of(services).do(case_id, act), document_id=document_id_of(case))


def folder_of(services: Services) -> Path:
    """Where proposals are written."""
    folder = services.settings.storage.directory / "proposals"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _submit(case: Case, question: str, services: Services) -> None:
    """Put the proposal into the library, submitted and not approved; the same again changes nothing."""
    products = services.knowledge.products(case.market, Audience.MEDICAL, services.clock.now())
    products += services.knowledge.products(case.market, Audience.HCP, services.clock.now())
    names = next((n for n in products if n.product == case.product), None)
    if names is None:
        raise Refused(422, "unknown_product", "Only a reply about a product of the library can become an answer.")
    path = folder_of(services) / f"{document_id_of(case)}.qa.yaml"
    path.write_bytes(approved_answer(case, question, names))
    report = services.knowledge.add([path])
    if report.failed:
        raise Conflict(f"The library did not take the proposal: {report.failed[0].error}")


def _keep(path: Path, proposed: dict[str, object]) -> None:
    """Add a line to the proposed suite, on disk when this returns; one that is there already is left."""
    line = json.dumps(proposed, ensure_ascii=False)
    with _appending, path.open("a+", encoding="utf-8") as suite:
        suite.seek(0)
        if any(json.loads(present)["id"] == proposed["id"] for present in suite if present.strip()):
            return
        suite.write(line + "\n")
        suite.flush()
        os.fsync(suite.fileno())
