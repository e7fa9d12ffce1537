"""Errors as the client reads them: RFC 9457 problem details, one clear sentence and the way out.

Nothing of what was sent is repeated: a refused message may hold personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.cases.work import Incomplete, Overtaken
from assistant.errors import Conflict, NotFound, NotRecorded, SettingsError, TransientError
from assistant.web.headers import HEADERS
from knowledge.errors import IndexUnavailable, NotApproved, UnknownDocument
from knowledge.types import Value

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "2"
log = structlog.get_logger(__name__)


class FieldProblem(Value):
    """One field that is not as it should be."""

    field: str  # "body.text", "query.start"
    message: str


class Problem(Value):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str  # for programs; stays the same when the words change
    errors: tuple[FieldProblem, ...] = ()


class Refused(Exception):
    """A request we will not carry out, with the problem the client is told."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.problem = problem(status, code, detail)
        self.headers = dict(headers or {})


def problem(status: int, code: str, detail: str, errors: tuple[FieldProblem, ...] = ()) -> Problem:
    """A problem with the standard title of its status."""
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code, errors=errors)


def of_exception(error: Exception) -> Problem:
    """What a client is told about an exception; of an unexpected one nothing but that it happened."""
    if isinstance(error, Refused):
        return error.problem
    for kind, status, code, detail in _KNOWN:
        if isinstance(error, kind):
            return problem(status, code, detail or str(error))
    if isinstance(error, NotRecorded):
        detail = "Your message could not be recorded, so it cannot be answered. Please send it again in a moment."
        return problem(503, "not_recorded", detail)
    if isinstance(error, TransientError | IndexUnavailable):
        return problem(503, "unavailable", "Part of the service is not available. Please try again in a moment.")
    return problem(500, "internal", "Something went wrong on our side. Please try again; a person can help as well.")


_KNOWN: tuple[tuple[type[Exception], int, str, str], ...] = (
    (NotFound, 404, "not_found", "There is nothing by this id."),
    (UnknownDocument, 404, "unknown_document", "There is no such document version."),
    (NotApproved, 410, "not_approved", "This document version is not approved for use."),
    (Overtaken, 409, "overtaken", ""),
    (Incomplete, 422, "incomplete", ""),
    (Conflict, 409, "conflict", ""),
    (SettingsError, 422, "not_served", ""),
)


def respond(found: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as a response."""
    extra = dict(headers or {})
    if found.status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra.setdefault("Retry-After", RETRY_AFTER_SECONDS)
    return JSONResponse(found.model_dump(mode="json"), found.status, headers=extra, media_type=MEDIA_TYPE)


Page = Callable[[Request, Problem], Response]


def install(app: FastAPI, page: Page) -> None:
    """Answer every error of this application as problem details, or as a page where a person looks at one."""

    def answer(request: Request, found: Problem, headers: Mapping[str, str] | None = None) -> Response:
        is_page = not request.url.path.startswith(("/v1", "/static"))
        return page(request, found) if is_page else respond(found, headers)

    async def ours(request: Request, error: Exception) -> Response:
        return answer(request, of_exception(error), error.headers if isinstance(error, Refused) else None)

    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("request.failed", method=request.method, route=_route(request), error=type(error).__name__)
        response = answer(request, of_exception(error))  # it leaves outside of all middleware
        response.headers.update(HEADERS)
        return response

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer(request, _of_http(error), error.headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, _of_invalid(error))

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    for kind in _OURS:
        app.add_exception_handler(kind, ours)
    app.add_exception_handler(Exception, unexpected)


_OURS = (
    *(Refused, NotFound, UnknownDocument, NotApproved, Conflict),
    *(SettingsError, NotRecorded, TransientError, IndexUnavailable),
)


def _of_http(error: HTTPException) -> Problem:
    code, detail = _HTTP.get(error.status_code, ("refused", HTTPStatus(error.status_code).phrase + "."))
    return problem(error.status_code, code, detail)


_HTTP = {
    400: ("unreadable_body", "The body could not be read as JSON in UTF-8."),
    404: ("not_found", "There is nothing at this address. GET /v1/openapi.json lists what there is."),
    405: ("method_not_allowed", "This address does not take that method. GET /v1/openapi.json lists those it takes."),
    413: ("body_too_large", "The body is larger than this service takes. Please shorten it."),
}


def _of_invalid(error: RequestValidationError) -> Problem:
    errors = tuple(
        FieldProblem(field=".".join(str(part)[:60] for part in e["loc"])[:200], message=_message(e))
        for e in error.errors()[:20]
    )
    return problem(422, "invalid", "The request is not as it should be; see errors.", errors)


def _message(error: Mapping[str, Any]) -> str:
    """What is wrong with a field, without the value it was given."""
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    return str(error["msg"])


def _route(request: Request) -> str:
    route = request.scope.get("route")
    return getattr(route, "path", "unknown")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused, with the reason", "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
}
