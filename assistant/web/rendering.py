"""HTML pages from templates; autoescaped, without a script or style inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request, Response
from starlette.templating import Jinja2Templates

from assistant.web.problems import Problem

HERE = Path(__file__).parent
STATIC = HERE / "static"
_TONES = {
    **dict.fromkeys(("requested", "assigned", "approved", "submitted"), "wait"),
    **dict.fromkeys(("replied", "resolved", "acknowledged", "effective"), "good"),
    **dict.fromkeys(("expired",), "bad"),
}


def templates(*before: Path) -> Jinja2Templates:
    """Our templates, and those in the folders `before` (which win), with the filters all pages share."""
    made = Jinja2Templates([*before, HERE / "templates"])
    made.env.filters["moment"] = lambda at: f"{at:%Y-%m-%d %H:%M} UTC" if at else "—"
    made.env.filters["day"] = lambda on: f"{on:%Y-%m-%d}" if on else "—"
    made.env.filters["words"] = lambda text: str(text).replace("_", " ")
    made.env.filters["tone"] = lambda status: _TONES.get(str(status), "")
    made.env.trim_blocks = True
    made.env.lstrip_blocks = True
    return made


_templates = templates()


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page from a template."""
    return _templates.TemplateResponse(request, template, values, status_code=status)


def problem_page(request: Request, found: Problem) -> Response:
    """What a person is told when a page cannot be shown."""
    return page(request, "problem.html", found.status, problem=found)
