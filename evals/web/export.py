"""A run as one HTML file: style and drawings inside, no script, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from markupsafe import Markup

from assistant.web.rendering import STATIC
from evals.store.digest import RunHeadline, unique_keys, worst_first
from evals.store.judgements import Judgement
from evals.types import Run
from evals.web.rendering import rendered
from evals.web.views import RunView

_OWN = Path(__file__).parent / "static"


def export_page(run: Run, view: RunView, judged: Mapping[str, Sequence[Judgement]], exported_at: datetime) -> str:
    """The whole report: figures, pictures, what ran, and every case with its evidence, the worst first."""
    cases = dict(zip(unique_keys(case.id for case in run.cases), run.cases, strict=True))
    lines = worst_first(view.digest.lines)
    return rendered(
        "evals/export.html",
        view=view,
        cases=[(line, cases[line.key], judged.get(line.key, ())) for line in lines],
        exported_at=exported_at,
        style=_style(),
    )


def file_name(headline: RunHeadline) -> str:
    """A name that sorts by day: "evals-demo-2026-11-22-1401.html"."""
    suite = re.sub(r"[^a-z0-9]+", "-", headline.suite.lower()).strip("-")
    return f"evals-{suite[:60]}-{headline.started_at:%Y-%m-%d-%H%M}.html"


@cache
def _style() -> Markup:
    """The pages' own style sheets, joined; they are ours and hold no closing tag."""
    sheets = (STATIC / "tokens.css", STATIC / "base.css", _OWN / "evals.css")
    return Markup("\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets))  # noqa: S704 - our own files
