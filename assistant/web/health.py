"""Is it alive, is it ready, and what serves."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from assistant.web.services import Given
from knowledge.types import Value

router = APIRouter(prefix="/v1/health", tags=["health"])


class Live(Value):
    """The process answers."""

    status: Literal["live"] = "live"


class Ready(Value):
    """Each part asked, with what it said."""

    status: Literal["ready", "not_ready"]
    index: str  # the index release now serving, or what failed
    record: str
    signals: dict[str, int]
    is_warm: bool = True  # whether the labels are read ahead; until then the first question on one waits for it


@router.get("/live", summary="The process answers")
async def live() -> Live:
    """Always the same, and asks nothing of any part."""
    return Live()


@router.get("/ready", summary="Every part answers", responses={503: {"model": Ready}})
def ready(request: Request, services: Given, response: Response) -> Ready:
    """Ask the index, the record and the outbox; 503 when one does not answer."""
    signals: dict[str, int] = {}
    index, record = "unavailable", "unavailable"
    try:
        services.ledger.audit(limit=1)
        signals = services.outbox.counts()
        record = "readable"
        index = services.knowledge.release()
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
        response.status_code = 503
        return Ready(status="not_ready", index=index, record=record, signals=signals)
    return Ready(status="ready", index=index, record=record, signals=signals, is_warm=request.app.state.is_warm())
