"""The evals console at `/evals`: runs over time, a run, a case with its evidence, verdicts of people, an export.

The same can be read as JSON under `/v1/evals`. Mounted by entry point (`hcp.consoles`), as the assistant knows nothing
of evaluations.
"""

from __future__ import annotations

from fastapi import APIRouter


def console() -> APIRouter:
    """The console's routes, for `assistant.web.app`."""
    from evals.web import api, pages

    both = APIRouter()
    both.routes.extend([*pages.router.routes, *api.router.routes])  # as they are: the table of access lists each
    return both
