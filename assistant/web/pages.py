"""The pages: the portal, an approved document, an answer's passport, signing in, and the content console."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from assistant.types import Role
from assistant.web.conversations import Specialty
from assistant.web.document_view import Layout
from assistant.web.documents import Offset, open_document, passage
from assistant.web.passports import passport_of
from assistant.web.problems import Refused
from assistant.web.rendering import page
from assistant.web.security import COOKIE, Staff, Viewer, token_for
from assistant.web.services import Given
from knowledge.types import DocumentStatus

router = APIRouter(include_in_schema=False)
SIGNED_IN_SECONDS = 12 * 3600
HOMES = {Role.MSL: "/msl", Role.SAFETY: "/safety", Role.CONTENT: "/content", Role.COMPLIANCE: "/content"}
_NEXT = {"/msl", "/safety", "/content", "/evals"}


@router.get("/")
def portal(request: Request, services: Given) -> Response:
    """The portal: the chat, as the web component other pages can embed."""
    web = services.settings.web
    return page(
        request,
        "portal.html",
        market=web.market,
        product=web.product,
        specialties=list(Specialty),
        max_characters=web.max_message_characters,
    )


@router.get("/documents/{document_id}/{version}")
def document(
    request: Request,
    document_id: str,
    version: str,
    services: Given,
    viewer: Viewer,
    start: Offset = None,
    end: Offset = None,
) -> Response:
    """An approved document, with the passage from `start` to `end` marked. Link to #passage to see it at once."""
    opened = open_document(services, document_id, version, viewer)
    marked = passage(opened.approved, start, end)
    return page(
        request,
        "document.html",
        document=opened.approved.document,
        approval=opened.approved.approval,
        is_effective=opened.is_effective,
        marked=marked,
        sections=Layout(opened.approved.document, marked).sections(),
    )


@router.get("/passports/{interaction_id}")
def passport(request: Request, interaction_id: str, services: Given) -> Response:
    """How an answer was made, and the proof of each citation."""
    turn = services.ledger.interaction(interaction_id)
    return page(request, "passport.html", passport=passport_of(turn, services))


@router.get("/login")
def login(
    request: Request,
    services: Given,
    token: Annotated[str, Query(max_length=500)],
    next_page: Annotated[str, Query(alias="next", max_length=100)] = "",
) -> Response:
    """Sign in by link: the token becomes a cookie that scripts cannot read, and leaves the address."""
    found = token_for(services.settings, token)
    if found is None:
        raise Refused(401, "unknown_token", "This link is not valid (any more). Ask for a new one.")
    target = next_page if next_page in _NEXT else HOMES.get(found.role, "/")
    response = RedirectResponse(target, status_code=303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=SIGNED_IN_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("/logout")
def logout() -> Response:
    """Sign out."""
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


@router.get("/content")
def content(request: Request, services: Given, reader: Staff) -> Response:
    """Every document version with status, dates, approval and passages."""
    documents = sorted(
        services.knowledge.summaries(),
        key=lambda s: (s.status is not DocumentStatus.SUBMITTED, s.names.product.casefold(), s.title, s.version),
    )
    return page(request, "content.html", viewer=reader, documents=documents, index_release=services.knowledge.release())
