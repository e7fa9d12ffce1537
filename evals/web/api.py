"""What the console shows, as JSON for other programs: runs, a run's figures and cases, one case, a comparison."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from assistant.errors import NotFound
from assistant.web.services import Given
from evals.compare import Comparison, compare
from evals.store.digest import RunDigest, RunHeadline
from evals.store.judgements import Judgement
from evals.types import CaseResult
from evals.web.stored import found, judgements_of, store_of
from knowledge.types import Value

router = APIRouter(prefix="/v1/evals", tags=["evals"])
RunId = Annotated[str, Query(max_length=100)]


class StoredRuns(Value):
    """Every stored run, and why some files could not be read."""

    runs: tuple[RunHeadline, ...]
    left_out: tuple[str, ...]


class StoredCase(Value):
    """One case as it was played and scored, and what people said of it."""

    case: CaseResult
    judgements: tuple[Judgement, ...]


@router.get("/runs", summary="List stored runs")
def runs(services: Given) -> StoredRuns:
    """Every stored run with its scores and broken gates, the newest first."""
    readable, unreadable = store_of(services).listed()
    return StoredRuns(runs=readable, left_out=tuple(lost.fault for lost in unreadable))


@router.get("/runs/{run_id}", summary="A run without its replies")
def run(run_id: str, services: Given) -> RunDigest:
    """What ran, its gates and figures with their intervals, and a line for each case."""
    return found(lambda: store_of(services).digest(run_id))


@router.get("/runs/{run_id}/case", summary="One case of a run")
def case(run_id: str, key: Annotated[str, Query(max_length=300)], services: Given) -> StoredCase:
    """The reply with its evidence, checks and every scorer's reason; `key` is that of the run's line."""
    held = found(lambda: store_of(services).case(run_id, key))
    if held is None:
        raise NotFound(f"There is no case {key!r} in {run_id}; the run's lines hold the keys of its cases.")
    return StoredCase(case=held, judgements=found(lambda: judgements_of(services).of_run(run_id)).get(key, ()))


@router.get("/comparison", summary="Compare two runs")
def comparison(first: RunId, second: RunId, services: Given) -> Comparison:
    """What broke, what was fixed, and each change with its interval and p-value; `refusals` say what may not be."""
    store = store_of(services)
    return compare(found(lambda: store.run(first)), found(lambda: store.run(second)))
