"""The console's templates: our own, over the frame that all pages of the service share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup, escape

from assistant.web.rendering import templates
from evals.types import CitationRecord
from evals.web.charts import NAMES

HERE = Path(__file__).parent
_templates = templates(HERE / "templates")


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page from a template."""
    return _templates.TemplateResponse(request, template, values, status_code=status)


def rendered(template: str, **values: Any) -> str:
    """A template's text, outside of a request: for a file."""
    return _templates.env.get_template(template).render(**values)


def percent(share: float | None) -> str:
    """A share as "86.7 %"; a dash where nothing was scored."""
    return "–" if share is None else f"{100 * share:.1f} %"


def score_name(name: str) -> str:
    """A score as people call it."""
    return NAMES.get(name, name.replace("_", " "))


def joined(names: Sequence[str]) -> str:
    """Outcomes or names in one line; a dash where there are none."""
    return " + ".join(str(name) for name in names) or "–"


def quoted(citation: CitationRecord) -> Markup:
    """What a citation shows, with the quoted words marked where they stand in it."""
    before, found, after = citation.shown.partition(citation.quote)
    if not found:
        return escape(citation.shown)
    return Markup("{}<mark>{}</mark>{}").format(before, found, after)


_templates.env.filters.update(percent=percent, score_name=score_name, joined=joined, quoted=quoted)
