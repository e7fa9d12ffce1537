"""Two people work on the same queue and are killed again and again: no event is lost, none doubled.

CHAOS_KILLS says how often (`make chaos-cases`: 50).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import time
from collections import Counter
from datetime import timedelta
from multiprocessing.connection import wait

import pytest

from assistant.adapters.clock import SystemClock
from assistant.adapters.engine import make_engine, migrate
from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.vault import Vault
from assistant.audit import verify
from assistant.cases.lines import CaseQuery
from assistant.cases.routing import read_rules
from assistant.cases.work import CaseWork, Incomplete, signature_holds
from assistant.errors import Conflict, TransientError
from assistant.pipeline import new_id
from assistant.records import CaseEventKind, CaseStatus
from assistant.responses import ResponseDocument
from tests.assistant.adapters.conftest import postgres, postgres_url  # noqa: F401 - fixtures
from tests.turns import opened

KILLS = int(os.environ.get("CHAOS_KILLS", "2"))
CASES_A_KILL = 8
WAITING = (CaseStatus.OPEN, CaseStatus.REQUESTED)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def work_for_ever(url, person, reports):
    """The child: takes cases and answers them until killed; tells of each act once it is committed, never before."""
    engine = make_engine(url)
    desk = SqlDesk(engine, SystemClock())
    work = CaseWork(desk=desk, clock=SystemClock(), rules=read_rules(), new_id=new_id)
    document = ResponseDocument(request="You asked.", summary="There are no data.", not_approved="It is not.")
    while True:
        mine = desk.lines(CaseQuery(assignee=person, statuses=(CaseStatus.ASSIGNED,), limit=1)).lines
        free = desk.lines(CaseQuery(assignee="", statuses=WAITING, limit=3)).lines
        try:
            if mine:
                work.send(mine[0].case_id, person, mine[0].sequence, document, person)
                reports.send(("replied", mine[0].case_id))
            elif free:
                work.claim(free[0].case_id, person, free[0].sequence)
                reports.send(("assigned", free[0].case_id))
            else:
                time.sleep(0.01)
        except Incomplete:
            raise  # would be refused for ever
        except (Conflict, TransientError):
            continue  # the other one was first


def two_until_killed(url, least):
    """What two children told before both were killed, somewhere within a later act."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "assistant.adapters.sql_desk", "assistant.cases.work"])
    pipes, children = [], []
    for person in ("msl-1", "msl-2"):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=work_for_ever, args=(url, person, theirs))
        child.start()
        theirs.close()
        pipes.append(ours)
        children.append(child)
    told = []
    while len(told) < least:
        told += [pipe.recv() for pipe in wait(pipes, timeout=60)]
    time.sleep(random.uniform(0, 0.02))
    for child in children:
        child.kill()
    for child in children:
        child.join(10)
    for pipe in pipes:
        with contextlib.suppress(EOFError):
            while True:
                told.append(pipe.recv())
    return told


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_act_is_lost_or_doubled(kind, tmp_path, request):
    url = f"sqlite:///{tmp_path / 'hcp.sqlite'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    engine = make_engine(url)
    migrate(engine)
    desk = SqlDesk(engine, SystemClock())
    now, told = SystemClock().now(), []
    for kill in range(KILLS):
        for number in range(CASES_A_KILL):
            event = opened(f"case_{kill:03d}_{number:03d}", at=now + timedelta(seconds=kill * 100 + number))
            desk.append(event.model_copy(update={"product": None}))
        told += two_until_killed(url, least=1 + kill % 4)

    threads = [c.events for c in desk.cases(limit=10_000)]
    assert len(threads) == KILLS * CASES_A_KILL
    done = Counter((e.kind.value, e.case_id) for t in threads for e in t if e.sequence > 1)
    assert set(told) <= set(done), "an act that was told of is gone"
    assert max(Counter(told).values()) == 1
    assert max(done.values()) == 1, "an act stands twice"
    assert len(done) - len(told) <= 2 * KILLS  # committed, then killed before it could be told
    for thread in threads:
        assert [e.sequence for e in thread] == list(range(1, len(thread) + 1))
        for reply in (e for e in thread if e.kind is CaseEventKind.REPLIED):
            assert reply.actor == thread[1].actor
            assert signature_holds(reply.response)
    assert desk.is_whole()
    entries = SqlLedger(engine, SystemClock(), Vault(_key())).audit(limit=100_000)
    assert verify(entries) == ()
    assert len(entries) == sum(len(t) for t in threads)
    engine.dispose()


def _key():
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
