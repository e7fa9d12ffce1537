"""A thousand cases: the queue page stays quick; two people who take the same cases at once never both get one."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.adapters.engine import make_engine, writing
from assistant.adapters.sql_writes import ChainWriter, append_case_events
from assistant.audit import verify
from assistant.bootstrap import build
from assistant.cases.lines import CaseQuery
from assistant.cases.state import next_event
from assistant.config import StorageSettings, Token, WebSettings, load
from assistant.records import CaseEventKind, CaseKind, Priority, Routing
from assistant.types import Role
from assistant.web.app import create_app
from tests.turns import opened

CASES = 1000
CONTESTED = 200
QUEUE_P95_MS = 150.0
PRODUCTS = ("Nelvoris", "Otherol", "Thirdine", None)


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    tokens = tuple(Token(secret=SecretStr(f"token-{n}"), role=Role.MSL, pseudonym=f"msl-{n}") for n in (1, 2))
    storage = StorageSettings(directory=tmp_path_factory.mktemp("load"))
    settings = load(storage=storage, web=WebSettings(tokens=tokens))
    made = build(settings)
    engine = make_engine(settings.storage.url())
    with writing(engine) as connection:  # all at once: a commit for each would take longer than the test
        chain = ChainWriter(connection)
        for number in range(CASES):
            append_case_events(connection, chain, list(thread(number, made.clock.now())), made.rules)
        chain.close()
    engine.dispose()
    yield made
    made.close()


def thread(number, now):
    """A case of some product and priority; every second one is asked to be answered."""
    at = now - timedelta(minutes=17 * number)
    text = f"Question {number} about use in gout?"
    routing = Routing(team="medical-information", priority=tuple(Priority)[number % 3], rule="r", rules="r@1#0")
    event = opened(f"case_{number:06d}", CaseKind.MEDICAL_INFORMATION, at)
    event = event.model_copy(update={"product": PRODUCTS[number % 4], "text": text, "routing": routing})
    yield event
    if number % 2:
        yield next_event((event,), CaseEventKind.REQUESTED, "hcp", at + timedelta(minutes=1))


@pytest.fixture(scope="module")
def client(services):
    with TestClient(create_app(services)) as made:
        yield made


def test_the_queue_page_of_a_thousand_cases_is_quick(client, record_property):
    """Judged by processor time, which neighbours on the machine do not change; `make bench-cases` takes the clock's."""
    headers = {"Authorization": "Bearer token-1"}
    pages = ("/msl", "/msl?show=overdue", "/msl?q=gout&product=Nelvoris&order=newest", "/msl?show=all&start=500")
    client.get("/msl", headers=headers)
    taken = []
    for number in range(60):
        started = time.process_time()
        assert client.get(pages[number % len(pages)], headers=headers).status_code == 200
        taken.append((time.process_time() - started) * 1000)
    p95 = statistics.quantiles(taken, n=20)[-1]
    record_property("p95_ms", round(p95))
    assert p95 <= QUEUE_P95_MS


@pytest.mark.slow
def test_two_people_taking_the_same_cases_at_once_get_each_case_once(services, client):
    wanted = [line.case_id for line in services.desk.lines(CaseQuery(assignee="", limit=CONTESTED)).lines]
    before = {case_id: len(services.desk.case(case_id).events) for case_id in wanted}
    assert len(wanted) == CONTESTED

    def take(job):
        person, case_id = job
        headers = {"Authorization": f"Bearer token-{person}"}
        body = {"seen": before[case_id]}
        return person, client.post(f"/v1/cases/{case_id}/claim", json=body, headers=headers)

    jobs = [(person, case_id) for case_id in wanted for person in (1, 2)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(take, jobs))
    assert {r.status_code for _, r in answers} == {200, 409}
    assert sum(r.status_code == 200 for _, r in answers) == CONTESTED
    assert {r.json()["code"] for _, r in answers if r.status_code == 409} == {"overtaken"}
    for case_id in wanted:
        events = services.desk.case(case_id).events
        assert [e.kind for e in events[before[case_id] :]] == [CaseEventKind.ASSIGNED]
    winners = {r.json()["case_id"]: p for p, r in answers if r.status_code == 200}
    for case_id in wanted:
        assert services.desk.case(case_id).assignee == f"msl-{winners[case_id]}"
    assert services.desk.is_whole()
    assert verify(services.ledger.audit(limit=100_000)) == ()
