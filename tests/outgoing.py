"""Parts for tests of what goes out: a dispatcher over a real database, and receivers that fail as told."""

from __future__ import annotations

import random
from datetime import timedelta

from cryptography.fernet import Fernet

from assistant.adapters.engine import make_engine, migrate
from assistant.adapters.sql_contacts import SqlContacts
from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.sql_dispatches import SqlDispatches
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.sql_received import SqlReceived
from assistant.adapters.vault import Vault
from assistant.cases.dispatch import Carriers, Dispatcher
from assistant.cases.notify import Audience, Notices
from assistant.cases.routing import read_rules
from assistant.errors import TransientError
from assistant.outgoing import Receipt
from assistant.policy import load_policy
from assistant.records import CaseEvent, CaseEventKind, CaseKind, TurnRecord
from assistant.types import Finding, FindingKind, SafetyIntake, SafetyKind, Screening
from knowledge.types import Market
from tests.fakes import FakeClock
from tests.turns import PRODUCT, intake, turn

TEAM = "safety-team@example.org"
KEY = Fernet.generate_key().decode()


class Site:
    """Record, dispatches and a dispatcher over one database, on a clock of the test's."""

    def __init__(self, url, clock=None, key=KEY, **carriers):
        self.clock = clock or FakeClock()
        self.engine = make_engine(url)
        migrate(self.engine)
        self.rules = read_rules()
        vault = Vault(key)
        self.ledger = SqlLedger(self.engine, self.clock, vault)
        self.desk = SqlDesk(self.engine, self.clock)
        self.dispatches = SqlDispatches(self.engine, self.clock)
        self.contacts = SqlContacts(self.engine, vault)
        self.received = SqlReceived(self.engine)
        self.dispatcher = self.made(Carriers(**carriers))

    def made(self, carriers):
        told = Audience(
            mail={CaseKind.SAFETY: (TEAM,), CaseKind.MEDICAL_INFORMATION: ("msl@example.org",)},
            has_webhook=carriers.webhook is not None,
            portal_url="https://medinfo.example.org",
            sender_domain="example.org",
        )
        return Dispatcher(
            dispatches=self.dispatches,
            desk=self.desk,
            ledger=self.ledger,
            contacts=self.contacts,
            policies={market: load_policy(market) for market in Market},
            rules=self.rules,
            notices=Notices(told),
            carriers=carriers,
            clock=self.clock,
            jitter=random.Random(7).random,
        )

    def close(self):
        self.engine.dispose()


def reported(number, at, text="58F on Veltrazone had a rash", market=Market.US, kind=SafetyKind.ADVERSE_EVENT):
    """The record of a turn that reported something to drug safety."""
    name = f"{number:06d}"
    outcome = SafetyIntake(
        **{**intake(f"case_safety{name}", at).model_dump(), "safety_kinds": (kind,)},
    )
    finding = Finding(
        kind=FindingKind.SAFETY_REPORT, detail=kind.value, start=0, end=len(text), found_by="rule@1", confidence=0.9
    )
    made = turn(
        f"interaction_{name}",
        (outcome,),
        conversation_id=f"conversation_{name}",
        at=at,
        screening=Screening(redacted=text, findings=(finding,)),
    )
    scope = made.question.scope.model_copy(update={"market": market})
    question = made.question.model_copy(update={"text": text, "scope": scope})
    opened = CaseEvent(
        event_id=f"event_{name}",
        case_id=outcome.case_id,
        case_kind=CaseKind.SAFETY,
        sequence=1,
        kind=CaseEventKind.OPENED,
        actor="assistant",
        at=at,
        interaction_id=made.interaction_id,
        product=PRODUCT,
        market=market,
        reason=kind.value,
        text=text,
    )
    return TurnRecord(interaction=made.model_copy(update={"question": question}), case_events=(opened,))


class Flaky:
    """A safety system that fails at random, is away for a while, and takes a repeated id once.

    Half of its failures come after it took the report: the answer got lost on the way.
    """

    media_type = "application/xml"

    def __init__(self, clock, failing=0.3, away=None, seed=1):
        self.clock = clock
        self.failing = failing
        self.away = away
        self.chance = random.Random(seed)
        self.failures = self.refused_while_away = 0
        self.taken = {}

    def hand_over(self, handover):
        if self.away and self.away[0] <= self.clock.now() < self.away[1]:
            self.refused_while_away += 1
            raise TransientError("The safety system cannot be reached.")
        fails = self.chance.random() < self.failing
        if fails and self.chance.random() < 0.5:
            self.failures += 1
            raise TransientError("The safety system answered 500.")
        first = self.taken.setdefault(handover.transfer_id, handover)
        assert first == handover, "the same id came with other bytes"
        if fails:
            self.failures += 1
            raise TransientError("The answer got lost.")
        return Receipt(is_acknowledged=True, reference=f"PV-{handover.case_id}")

    def receipt(self, handover_id):
        return Receipt(is_acknowledged=handover_id in self.taken, reference="PV")


class Outbasket:
    """A mailer that keeps what it is given."""

    def __init__(self):
        self.sent = []

    def send(self, mail, on_text):
        on_text()
        self.sent.append(mail)


def go_through(site, until, step=timedelta(minutes=10)):
    """Let time pass and the dispatcher work until a moment."""
    while True:
        while any(site.dispatcher.round()[name] for name in ("done", "sent", "skipped")):
            pass
        if site.clock.now() >= until:
            return
        site.clock.at = min(site.clock.now() + step, until)
