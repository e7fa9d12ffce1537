"""The evals console at `/evals`: runs over time, a run, a case with its evidence, verdicts of people, an export.

Mounted by entry point (`hcp.consoles`), as the assistant knows nothing of evaluations.
"""

from __future__ import annotations

from fastapi import APIRouter


def console() -> APIRouter:
    """The console's routes, for `assistant.web.app`."""
    from evals.web.pages import router

    return router
