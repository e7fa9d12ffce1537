"""How quick the queues are: pages and queries over many cases, by the clock.

`python -m evals.bench_cases --cases 33000` writes about 100,000 events into a throwaway database (SQLite, or the
PostgreSQL of `--database-url`) and prints milliseconds. Cases are invented; figures hold for the machine they are
taken on.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.adapters.engine import make_engine, writing
from assistant.adapters.sql_writes import ChainWriter, append_case_events
from assistant.bootstrap import Services, build
from assistant.cases.lines import CaseQuery
from assistant.cases.state import event_id, next_event
from assistant.config import Settings, StorageSettings, Token, WebSettings, load
from assistant.records import CaseEvent, CaseEventKind, CaseKind
from assistant.types import Role
from assistant.web.app import create_app
from knowledge.types import Market

TIMES = 60
BATCH = 2000  # cases a transaction
PAGES = ("/msl", "/msl?show=overdue", "/msl?q=gout&product=Otherol&order=newest", "/msl?show=all&start=500")
KINDS = (CaseKind.MEDICAL_INFORMATION,)


def main() -> int:
    """Measure, print, and exit 1 when the queue page of 1,000 cases misses 150 ms at p95."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--database-url", default=None, help="an empty database; a throwaway SQLite when not given")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = None if chosen.database_url is None else SecretStr(chosen.database_url)
        token = Token(secret=SecretStr("bench"), role=Role.MSL, pseudonym="msl-1")
        storage = StorageSettings(directory=Path(folder), database_url=url)
        settings = load(storage=storage, web=WebSettings(tokens=(token,)))
        services = build(settings)
        try:
            events = _fill(settings, services, chosen.cases)
            figures = {"cases": chosen.cases, "events": events, "load_average": os.getloadavg()[0]}
            figures |= _measured(services)
        finally:
            services.close()
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return 1 if chosen.cases <= 1000 and figures["page_p95_ms"] > 150 else 0  # noqa: PLR2004 - the bound named above


def _fill(settings: Settings, services: Services, cases: int) -> int:
    """Write the cases, some thousands a transaction; how many events."""
    engine = make_engine(settings.storage.url())
    written = 0
    for first in range(0, cases, BATCH):
        with writing(engine) as connection:
            chain = ChainWriter(connection)
            for number in range(first, min(first + BATCH, cases)):
                events = list(_thread(number, services.clock.now()))
                append_case_events(connection, chain, events, services.rules)
                written += len(events)
            chain.close()
    engine.dispose()
    return written


def _thread(number: int, now: datetime) -> Iterator[CaseEvent]:
    case_id, at = f"case_{number:08d}", now - timedelta(minutes=number)
    opening = CaseEvent(
        event_id=event_id(case_id, 1),
        case_id=case_id,
        case_kind=CaseKind.MEDICAL_INFORMATION,
        sequence=1,
        kind=CaseEventKind.OPENED,
        actor="assistant",
        at=at,
        product=("Otherol", "Thirdine", None)[number % 3],
        market=tuple(Market)[number % 3],
        reason=("off_label", "not_in_label")[number % 2],
        text=f"Question {number} about use in gout, as many words as an HCP writes when in a hurry?",
    )
    events = [opening]
    steps = (CaseEventKind.REQUESTED, CaseEventKind.ASSIGNED, CaseEventKind.REPLIED, CaseEventKind.RESOLVED)
    for minute, kind in enumerate(steps[: 1 + number % 4], start=1):
        events.append(next_event(events, kind, f"msl-{number % 7}", at + timedelta(minutes=minute)))
    yield from events


def _measured(services: Services) -> dict[str, float]:
    now = services.clock.now()
    headers = {"Authorization": "Bearer bench"}
    with TestClient(create_app(services)) as client:
        pages = [_milliseconds(partial(client.get, page, headers=headers)) for page in PAGES * (TIMES // 4)]
    queries: dict[str, Callable[[], object]] = {
        "first_page": lambda: services.desk.lines(CaseQuery(kinds=KINDS)),
        "overdue": lambda: services.desk.lines(CaseQuery(kinds=KINDS, due_before=now, limit=1)),
        "words": lambda: services.desk.lines(CaseQuery(kinds=KINDS, words="gout hurry")),
        "counts": lambda: services.desk.tallies(CaseQuery(kinds=KINDS)),
        "position": lambda: services.desk.position(KINDS),
    }
    figures = {"page_p50_ms": statistics.median(pages), "page_p95_ms": statistics.quantiles(pages, n=20)[-1]}
    for name, query in queries.items():
        figures[f"{name}_p50_ms"] = statistics.median(_milliseconds(query) for _ in range(15))
    return {name: round(value, 1) for name, value in figures.items()}


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
