"""The HTTP service: one router a file, put together here."""

from __future__ import annotations

import importlib.metadata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from assistant.web import (
    case_work,
    cases,
    catalog,
    contact,
    conversations,
    documents,
    feedback,
    figures,
    handoff,
    health,
    messages,
    msl,
    pages,
    passports,
    problems,
    products,
    proposals,
    replies,
    safety,
    safety_pages,
)
from assistant.web.admission import Admission, Rates, Shedding
from assistant.web.conversations import Conversations
from assistant.web.headers import BodyLimit, SecurityHeaders
from assistant.web.messages import Turns
from assistant.web.rendering import STATIC, problem_page
from assistant.web.security import guard
from assistant.web.services import Services

ROUTERS = (
    *(conversations, messages, feedback, handoff, replies, contact, passports, documents, products),
    *(figures, cases, case_work, proposals),  # figures before a case of that name
    *(safety, safety_pages, catalog, health, msl, pages),
)
_DESCRIPTION = """Answers to HCPs from approved documents, each sentence cited to the exact passage.

Everything an HCP reads here is AI generated or a fixed text; a person can be asked for at any time
(`POST /v1/interactions/{id}/handoff`). Errors are problem details (RFC 9457)."""


def routers() -> tuple[APIRouter, ...]:
    """Every router served: ours, and those of packages above us, which come in by entry point."""
    consoles = importlib.metadata.entry_points(group="hcp.consoles")
    return (*(module.router for module in ROUTERS), *(entry.load()() for entry in consoles))


def create_app(services: Services) -> FastAPI:
    """The application over the given services; it does not close them."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await app.state.turns.drain()

    app = FastAPI(
        title="hcp-assistant",
        version=importlib.metadata.version("hcp-assistant"),
        description=_DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # the packaged viewers load scripts from a CDN
        redoc_url=None,
        lifespan=lifespan,
        responses=problems.RESPONSES,
        dependencies=[Depends(guard)],
    )
    app.state.services = services
    app.state.is_warm = lambda: True  # whoever reads labels ahead says otherwise
    app.state.conversations = Conversations()
    web = services.settings.web
    admission = Admission(web.max_turns_in_flight, web.max_queue_seconds)
    app.state.turns = Turns(admission, web.max_turns_in_flight)
    app.state.rates = Rates(web)
    app.add_middleware(BodyLimit, most=web.max_body_bytes)
    app.add_middleware(Shedding, admission=admission)
    app.add_middleware(SecurityHeaders)
    problems.install(app, problem_page)
    for router in routers():
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
