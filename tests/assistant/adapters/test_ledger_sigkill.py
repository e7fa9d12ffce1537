"""A process is killed while it records: every turn it reported is there whole, and nothing is there in half."""

from __future__ import annotations

import contextlib
import multiprocessing
import time

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from assistant.adapters.engine import make_engine, migrate, reading
from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.sql_outbox import SqlOutbox
from assistant.adapters.tables import case_events, interactions, outbox
from assistant.adapters.vault import Vault
from assistant.audit import verify
from tests.fakes import FakeClock
from tests.turns import turn_record

KILLS = 20


def record_for_ever(url, key, number, reports):
    """The child: records turns until killed, and reports each once it is committed, never before."""
    ledger = SqlLedger(make_engine(url), FakeClock(), Vault(key))
    while True:
        number += 1
        ledger.record(turn_record(number))
        reports.send(number)


def record_until_killed(url, key, first, turns):
    """The numbers a child reported before it was killed, somewhere within a later turn."""
    # A fork server has imported everything once: a child begins in milliseconds.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "assistant.adapters.sql_ledger", "tests.turns"])
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=record_for_ever, args=(url, key, first, theirs))
    child.start()
    theirs.close()
    reported = [ours.recv() for _ in range(turns)]
    time.sleep(0.0007 * turns)
    child.kill()
    child.join(10)
    with contextlib.suppress(EOFError):
        while True:
            reported.append(ours.recv())
    return reported


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_reported_before_a_kill_is_there_whole(kind, tmp_path, request):
    is_sqlite = kind == "sqlite"
    url = f"sqlite:///{tmp_path / 'hcp.sqlite'}" if is_sqlite else request.getfixturevalue("postgres_url")
    key = Fernet.generate_key().decode()
    engine = make_engine(url)
    migrate(engine)
    reported: list[int] = []
    for kill in range(KILLS if is_sqlite else 5):
        reported += record_until_killed(url, key, first=kill * 10_000, turns=1 + kill % 7)

    ledger, clock = SqlLedger(engine, FakeClock(), Vault(key)), FakeClock()
    assert len(reported) >= (KILLS if is_sqlite else 5)
    for number in reported:
        assert ledger.interaction(f"interaction_{number:06d}")
        assert SqlDesk(engine, clock).case(f"case_{number:06d}").status == "open"
    with reading(engine) as connection:
        turns, cases, signals = (
            connection.scalar(select(func.count()).select_from(table)) for table in (interactions, case_events, outbox)
        )
    assert len(reported) <= turns <= len(reported) + KILLS
    assert (cases, signals) == (turns, 2 * turns)
    entries = ledger.audit(limit=100_000)
    assert len(entries) == 2 * turns
    assert verify(entries, ledger.audit_head()) == ()
    assert ledger.stored_sha256(1, len(entries)) == {e.sequence: e.content_sha256 for e in entries}
    assert SqlOutbox(engine, clock, 3).counts()["waiting"] == signals
    engine.dispose()
