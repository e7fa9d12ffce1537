"""The closed loop: a signed reply as a proposed approved pair, or as an eval case. Pure: gives the files' contents.

What was learned once should not need an expert again. A proposal is the expert's own text, never the HCP's; nothing
of it is used before the content team approves it like any other document.
"""

from __future__ import annotations

import re
from typing import Literal

import yaml

from assistant.cases.work import signature_holds
from assistant.errors import Conflict
from assistant.records import Case, CaseEventKind
from assistant.responses import ResponseDocument
from knowledge.types import ProductNames

ProposalKind = Literal["approved_answer", "eval_case"]
STAFF_ONLY = frozenset({"off_label", "comparator"})
_QUOTE_WORDS = 25  # the bench's longest quote
_MARK = re.compile(r"\s*\[\d{1,3}\]")


def signed_reply(case: Case) -> ResponseDocument:
    """The last reply of a case, if its signature holds. Raises Conflict."""
    replies = [e.response for e in case.events if e.kind is CaseEventKind.REPLIED and e.response is not None]
    if not replies or not signature_holds(replies[-1]):
        raise Conflict(f"{case.case_id} has no signed reply to propose.")
    return replies[-1]


def refuse_twice(case: Case, kind: ProposalKind) -> None:
    """Raises Conflict when the case was proposed as this already."""
    if any(e.kind is CaseEventKind.PROPOSED and e.reason == kind for e in case.events):
        raise Conflict(f"{case.case_id} is proposed as {kind.replace('_', ' ')} already.")


def document_id_of(case: Case) -> str:
    """The id of the document that a case's reply is proposed as."""
    return f"proposal-{case.case_id.removeprefix('case_')}"


def approved_answer(case: Case, question: str, names: ProductNames) -> bytes:
    """A file of approved pairs (`*.qa.yaml`) with one pair, ready to be submitted.

    A reply to an off-label or comparator question says in its title that it is for medical staff alone.
    Raises Conflict when there is no signed reply or it cites no section.
    """
    reply = signed_reply(case)
    sections = list(dict.fromkeys(c.section.split(" > ")[-1].strip() for c in reply.references if c.section.strip()))
    if not sections:
        raise Conflict(f"The reply of {case.case_id} cites no section of a document.")
    subject = " ".join(question.split())[:120]
    audience = "for medical staff only: the use is not approved" if case.reason in STAFF_ONLY else "for HCPs"
    content = {
        "document_id": document_id_of(case),
        "version": "1",
        "title": f"{names.product}: proposed answer, {audience}: {subject}",
        "product": {
            "brand": names.product,
            "generic": names.generic,
            "substances": list(names.substances),
            "routes": list(names.routes),
        },
        "market": case.market.value,
        "language": "en",
        "pairs": [{"questions": [" ".join(question.split())], "answer": _answer(reply), "sections": sections}],
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()


def eval_case(case: Case) -> dict[str, object]:
    """An eval case in the form of the bench: the question as recorded, redacted, and what must become of it.

    A question nobody may answer must go on being handed over; any other should be answered from now on.
    Raises Conflict when there is no signed reply.
    """
    reply = signed_reply(case)
    is_answerable = case.reason not in STAFF_ONLY | {"person_wanted", "unknown_product"}
    label = reply.label.document_id if reply.label else ""
    short = [c.quote for c in reply.references if c.document_id == label and len(c.quote.split()) <= _QUOTE_WORDS]
    outcome = "answer" if is_answerable and short else "handoff"
    return {
        "id": document_id_of(case),
        "category": outcome,
        "label": None,
        "product": case.product,
        "market": case.market.value,
        "turns": [case.text],
        "expect": {
            "outcome": outcome,
            "quotes": short[:8] if outcome == "answer" else [],
        },
        "why": f"From a case handed over as {case.reason}; an expert answered and signed.",
    }


def _answer(reply: ResponseDocument) -> str:
    texts = (reply.summary, reply.results)
    return "\n\n".join(_MARK.sub("", text).strip() for text in texts if text.strip()) + "\n"
