"""The passport of an answer: what proves it, checked anew each time it is read."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

from fastapi import APIRouter

from assistant.records import Interaction, Release
from assistant.types import Answer, Check, Citation
from assistant.web.services import Given, Services
from knowledge.errors import KnowledgeError
from knowledge.types import DocumentKind, Value

router = APIRouter(prefix="/v1/interactions", tags=["passports"])


class CitationProof(Value):
    """A citation, and what the library says of it now."""

    number: int
    citation: Citation
    mlr_id: str
    approved_at: datetime | None
    kind: DocumentKind | None
    text_is_unchanged: bool  # the canonical text still has the hash it was cited with
    quote_matches: bool  # text[start:end] == quote
    problem: str = ""


class Passport(Value):
    """The record of one turn as far as it explains and proves the reply. The question is the redacted one."""

    interaction_id: str
    conversation_id: str
    question: str
    asked_at: datetime
    finished_at: datetime
    outcomes: tuple[str, ...]
    citations: tuple[CitationProof, ...]
    checks: tuple[Check, ...]
    release: Release
    failures: tuple[str, ...]
    ai_generated: Literal[True] = True
    holds: bool  # every citation proved


@router.get("/{interaction_id}/passport", summary="Prove an answer")
def passport(interaction_id: str, services: Given) -> Passport:
    """What was asked, answered and cited, from which approved text, by which release of the software."""
    return passport_of(services.ledger.interaction(interaction_id), services)


def passport_of(turn: Interaction, services: Services) -> Passport:
    """The passport of a recorded turn."""
    cited = [c for o in turn.reply.outcomes if isinstance(o, Answer) for c in o.citations]
    proofs = tuple(_proved(number, citation, services) for number, citation in enumerate(cited, start=1))
    return Passport(
        interaction_id=turn.interaction_id,
        conversation_id=turn.question.conversation_id,
        question=turn.question.text,
        asked_at=turn.question.asked_at,
        finished_at=turn.finished_at,
        outcomes=tuple(o.kind for o in turn.reply.outcomes),
        citations=proofs,
        checks=tuple(check for v in turn.verifications for check in v.checks),
        release=turn.release,
        failures=tuple(failure.partition(":")[0] for failure in turn.failures),
        holds=all(p.text_is_unchanged and p.quote_matches for p in proofs),
    )


def _proved(number: int, citation: Citation, services: Services) -> CitationProof:
    try:
        approved = services.knowledge.document(citation.document_id, citation.version)
    except KnowledgeError as error:
        return CitationProof(
            number=number,
            citation=citation,
            mlr_id="",
            approved_at=None,
            kind=None,
            text_is_unchanged=False,
            quote_matches=False,
            problem=str(error),
        )
    text = approved.document.text
    return CitationProof(
        number=number,
        citation=citation,
        mlr_id=approved.approval.mlr_id,
        approved_at=approved.approval.approved_at,
        kind=approved.document.kind,
        text_is_unchanged=hashlib.sha256(text.encode()).hexdigest() == citation.sha256,
        quote_matches=text[citation.start : citation.end] == citation.quote,
    )
