"""Carry what goes out about cases: plan it, claim it, send it, keep what came back; one stuck holds up no other.

Reports go at least once, under an id that makes a repetition harmless. Mails go at most once: the moment before their
text is sent is written down, and a mail cut off after it is held for a person (see README, Decisions).
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from assistant.cases.e2b import Icsr, Sender, icsr
from assistant.cases.e2b_xml import to_xml
from assistant.cases.lines import CaseQuery, line_of
from assistant.cases.notify import ANSWER, DUE, OVERDUE, Notices, signal_of
from assistant.cases.routing import RoutingRules
from assistant.cases.safety import SAFETY_CASES, read_report
from assistant.cases.state import derive
from assistant.errors import AssistantError, Conflict, MailUncertain, NotFound, PermanentError
from assistant.outgoing import (
    Channel,
    Contacts,
    Dispatch,
    Dispatches,
    DispatchState,
    Handover,
    Happening,
    Mailer,
    SafetySystem,
)
from assistant.policy import PolicyPack
from assistant.ports import Clock, Delivery, Desk, Ledger
from assistant.records import Case, CaseEventKind, CaseStatus, Interaction
from knowledge.types import Market

_log = structlog.get_logger(__name__)

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 600.0
WATCH_EVERY = timedelta(seconds=60)  # how often clocks are read and receipts asked for
BATCH = 20
ENOUGH_FAILURES = 3  # in a row: the place is away, and others should not wait for its time-outs
PAGE = 500


@dataclass(frozen=True)
class Carriers:
    """What carries; None where nothing is set, and then it waits."""

    safety_system: SafetySystem | None = None
    mailer: Mailer | None = None
    webhook: Delivery | None = None


@dataclass(frozen=True)
class Patience:
    """How long a claim is held, how often each is tried, when a clock is due soon."""

    lease_seconds: float = 120.0
    attempts: Mapping[Channel, int] = field(
        default_factory=lambda: {Channel.TRANSFER: 300, Channel.MAIL: 30, Channel.WEBHOOK: 30}
    )
    due_within: timedelta = timedelta(hours=24)


@dataclass
class Dispatcher:
    """Carries dispatches. All collaborators are given; see `assistant.bootstrap`."""

    dispatches: Dispatches
    desk: Desk
    ledger: Ledger
    contacts: Contacts
    policies: Mapping[Market, PolicyPack]
    rules: RoutingRules
    notices: Notices
    carriers: Carriers
    clock: Clock
    sender: Sender = field(default_factory=Sender)
    patience: Patience = field(default_factory=Patience)
    jitter: Callable[[], float] = random.random
    _watched_at: datetime | None = None

    def round(self) -> Counter[str]:
        """Plan what is new, carry what is due; how many were seen, planned, done, sent, retried, dead, …."""
        counts: Counter[str] = Counter()
        while seen := self.dispatches.plan(lambda event: self.notices.plan(event, self.clock.now())):
            counts["seen"] += seen
        if self._may_watch():
            counts["planned"] += self._watch_clocks()
            counts.update(self._ask_receipts())
        for channel, carry in self._ways():
            counts.update(self._carry_due(channel, carry))
        return counts

    def _ways(self) -> list[tuple[Channel, Callable[[str, Dispatch], str]]]:
        ways: list[tuple[Channel, Callable[[str, Dispatch], str]]] = []
        if self.carriers.safety_system is not None:
            ways.append((Channel.TRANSFER, self._hand_over))
        if self.carriers.mailer is not None:
            ways.append((Channel.MAIL, self._mail))
        if self.carriers.webhook is not None:
            ways.append((Channel.WEBHOOK, self._tell_webhook))
        return ways

    def _carry_due(self, channel: Channel, carry: Callable[[str, Dispatch], str]) -> Counter[str]:
        """Carry what is due on a channel, one by one, so that each has a whole lease; a place that is away is left.

        Each claim is made under a name of its own: the fence between carriers of one name.
        """
        counts: Counter[str] = Counter()
        in_a_row = 0
        for _ in range(BATCH):
            holder = f"dispatch:{uuid.uuid4().hex[:12]}"
            claimed = self.dispatches.claim(channel, holder, 1, self.patience.lease_seconds)
            if not claimed:
                break
            outcome = self._carry(holder, claimed[0], carry)
            counts[outcome] += 1
            in_a_row = in_a_row + 1 if outcome == "retried" else 0
            if in_a_row == ENOUGH_FAILURES:
                break
        return counts

    def _carry(self, holder: str, dispatch: Dispatch, carry: Callable[[str, Dispatch], str]) -> str:
        try:
            try:
                return carry(holder, dispatch)
            except Conflict:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one sets off must not stop the others
                return self._failed(holder, dispatch, error)
        except (Conflict, NotFound) as lost:
            _log.warning("dispatch.lease_lost", dispatch_id=dispatch.dispatch_id, error=str(lost))
            return "lost"

    def _failed(self, holder: str, dispatch: Dispatch, error: Exception) -> str:
        name = dispatch.dispatch_id
        said = str(error) if isinstance(error, AssistantError) else type(error).__name__  # others may quote a report
        _log.warning("dispatch.failed", dispatch_id=name, attempts=dispatch.attempts, error=said)
        if isinstance(error, MailUncertain):
            self.dispatches.finish(holder, name, DispatchState.UNCERTAIN, note=said)
            return "uncertain"
        if isinstance(error, PermanentError) or dispatch.attempts >= self.patience.attempts[dispatch.channel]:
            self.dispatches.finish(holder, name, DispatchState.DEAD, note=said, happened=_failure(dispatch, said))
            return "dead"
        self.dispatches.retry(holder, name, said, self.clock.now() + timedelta(seconds=self._wait(dispatch.attempts)))
        return "retried"

    def _wait(self, attempts: int) -> float:
        """Doubles with every attempt up to a ceiling; the upper half of it is chance."""
        ceiling = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(attempts - 1, 20))
        return ceiling * (0.5 + self.jitter() / 2)

    # ---------------------------------------------------------------- reports

    def _hand_over(self, holder: str, dispatch: Dispatch) -> str:
        assert self.carriers.safety_system is not None
        handover = self.handover(dispatch, self.carriers.safety_system.media_type)
        receipt = self.carriers.safety_system.hand_over(handover)
        happened = [Happening(kind=CaseEventKind.TRANSFERRED, text=f"revision {dispatch.revision}")]
        state = DispatchState.SENT
        if receipt.is_acknowledged:
            state = DispatchState.DONE
            acknowledged = CaseEventKind.ACKNOWLEDGED
            happened.append(Happening(kind=acknowledged, text=receipt.reference, actor="safety-system"))
        self.dispatches.finish(holder, dispatch.dispatch_id, state, note=receipt.reference, happened=happened)
        return state.value

    def handover(self, dispatch: Dispatch, media_type: str) -> Handover:
        """A report as it stood at the dispatch's revision: the same bytes at every attempt."""
        report = self.report_of(derive(self.desk.case(dispatch.case_id).events[: dispatch.revision]))
        is_xml = media_type == "application/xml"
        return Handover(
            transfer_id=dispatch.dispatch_id,
            case_id=dispatch.case_id,
            revision=dispatch.revision,
            media_type=media_type,
            body=to_xml(report) if is_xml else report.model_dump_json(indent=1).encode(),
        )

    def report_of(self, case: Case) -> Icsr:
        """A safety case as a report. Raises NotFound for a case of another kind: only safety cases are reported."""
        if case.kind not in SAFETY_CASES:
            raise NotFound(f"{case.case_id} is no safety case but {case.kind.value}; only those are exported.")
        turns = turns_of(case, self.ledger)
        asker = next((turn.question.asker for turn in turns.values()), None)
        who = (asker.pseudonym, asker.specialty) if asker else ("", "")
        return icsr(read_report(case, turns), case.market, self.sender, *who)

    def _ask_receipts(self) -> Counter[str]:
        """Ask for the receipts of reports handed over before."""
        counts: Counter[str] = Counter()
        system = self.carriers.safety_system
        for waiting in self.dispatches.unacknowledged(PAGE) if system is not None else ():
            assert system is not None
            try:
                receipt = system.receipt(waiting.dispatch_id)
                if receipt.is_acknowledged:
                    counts["done"] += self.dispatches.acknowledge(waiting.dispatch_id, receipt.reference)
            except PermanentError as refused:
                self.dispatches.refuse(waiting.dispatch_id, str(refused))
                counts["dead"] += 1
            except AssistantError as error:
                _log.warning("dispatch.receipt_unknown", dispatch_id=waiting.dispatch_id, error=str(error))
                break  # the others would fare no better now
        return counts

    # ---------------------------------------------------------------- mails and webhooks

    def _mail(self, holder: str, dispatch: Dispatch) -> str:
        assert self.carriers.mailer is not None
        case = self.desk.case(dispatch.case_id)
        if dispatch.about == ANSWER:
            address = self._address(case)
            if not address:
                return self._skip(holder, dispatch, "no mail address was agreed to")
            replied = case.events[dispatch.revision - 1]
            policy = self.policies[case.market]
            mail = self.notices.answer_mail(dispatch, address, replied.response, replied.text, policy)
        else:
            line = line_of(case, self.rules)
            if self._is_past(dispatch, line.due_at):
                return self._skip(holder, dispatch, "the clock no longer runs")
            mail = self.notices.staff_mail(dispatch, line)
        self.carriers.mailer.send(mail, lambda: self.dispatches.sending(holder, dispatch.dispatch_id))
        self.dispatches.finish(holder, dispatch.dispatch_id, DispatchState.DONE, note=mail.message_id)
        return DispatchState.DONE.value

    def _address(self, case: Case) -> str:
        """Where the HCP agreed to get the answer; asked now, so that what was taken back holds at once."""
        if case.status is CaseStatus.WITHDRAWN or case.interaction_id is None:
            return ""
        turn = self.ledger.interaction(case.interaction_id)
        contact = self.contacts.of(turn.question.conversation_id)
        return contact.address if contact is not None and contact.channel == "email" else ""

    def _tell_webhook(self, holder: str, dispatch: Dispatch) -> str:
        assert self.carriers.webhook is not None
        line = line_of(self.desk.case(dispatch.case_id), self.rules)
        if self._is_past(dispatch, line.due_at):
            return self._skip(holder, dispatch, "the clock no longer runs")
        self.carriers.webhook.send(signal_of(dispatch, line))
        self.dispatches.finish(holder, dispatch.dispatch_id, DispatchState.DONE)
        return DispatchState.DONE.value

    def _is_past(self, dispatch: Dispatch, due_at: datetime | None) -> bool:
        """Whether a notice of a clock has become untrue on its way."""
        if dispatch.about not in (DUE, OVERDUE):
            return False
        return due_at is None or due_at != datetime.fromisoformat(dispatch.detail)

    def _skip(self, holder: str, dispatch: Dispatch, why: str) -> str:
        self.dispatches.finish(holder, dispatch.dispatch_id, DispatchState.SKIPPED, note=why)
        return DispatchState.SKIPPED.value

    # ---------------------------------------------------------------- clocks

    def _may_watch(self) -> bool:
        now = self.clock.now()
        if self._watched_at is not None and now - self._watched_at < WATCH_EVERY:
            return False
        self._watched_at = now
        return True

    def _watch_clocks(self) -> int:
        """Plan the notices of clocks that end soon or have ended."""
        now, planned, offset = self.clock.now(), 0, 0
        while True:
            asked = CaseQuery(due_before=now + self.patience.due_within, order="due", limit=PAGE, offset=offset)
            lines = self.desk.lines(asked).lines
            told = [dispatch for line in lines for dispatch in self.notices.clock(line, now)]
            planned += self.dispatches.add(told) if told else 0
            offset += PAGE
            if len(lines) < PAGE:
                return planned


def turns_of(case: Case, ledger: Ledger) -> dict[str, Interaction]:
    """The recorded turns that a case's events came from."""
    found: dict[str, Interaction] = {}
    for name in dict.fromkeys(event.interaction_id for event in case.events if event.interaction_id):
        try:
            found[name] = ledger.interaction(name)
        except NotFound:  # a case opened by other means
            continue
    return found


def _failure(dispatch: Dispatch, why: str) -> tuple[Happening, ...]:
    """What a dispatch that was given up adds to its case: that it did, where someone waits for it."""
    if dispatch.channel is Channel.TRANSFER or dispatch.about == ANSWER:
        return (Happening(kind=CaseEventKind.FAILED, text=f"{dispatch.about}: {why}"),)
    return ()


class DispatchLoop:
    """Carries in the background of this process until stopped."""

    def __init__(self, dispatcher: Dispatcher, interval: float) -> None:
        """`interval`: seconds between looks when there is nothing to do."""
        self._dispatcher = dispatcher
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Finish what is under way and end; what is still waiting stays where it is."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = sum(self._dispatcher.round().values()) > 0
            except Exception as error:  # noqa: BLE001 - the database is away, or worse: everything is safe in it
                _log.warning("dispatch.round_failed", error=type(error).__name__)
                busy = False
            if not busy:
                self._stopping.wait(self._interval)
