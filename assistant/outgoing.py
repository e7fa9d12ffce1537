"""What goes out about cases (to a safety system, by mail, to a webhook): the values, and what is needed from outside.

A dispatch is one thing to be carried to one place, with an id made from what it is about: planned twice, it is
the same dispatch. See `assistant/cases/dispatch.py` for its course.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import Field

from assistant.records import CaseEvent, CaseEventKind
from knowledge.types import Value


class Channel(StrEnum):
    """How a dispatch travels."""

    TRANSFER = "transfer"  # to the safety system
    MAIL = "mail"
    WEBHOOK = "webhook"


class DispatchState(StrEnum):
    """Where a dispatch is."""

    WAITING = "waiting"  # for its turn, or for another attempt
    CLAIMED = "claimed"  # somebody carries it, until the lease ends
    SENDING = "sending"  # a mail whose text is on its way: never taken up by anyone else
    SENT = "sent"  # handed over, not acknowledged yet
    DONE = "done"  # taken: acknowledged by the safety system, accepted by the mail server or webhook
    SKIPPED = "skipped"  # nothing to do any more (no consent, nobody to tell)
    UNCERTAIN = "uncertain"  # a mail that may have gone out or not: a person decides
    DEAD = "dead"  # refused, or given up: a person decides


class Dispatch(Value):
    """One thing to carry to one place, about one case."""

    dispatch_id: str
    channel: Channel
    case_id: str
    about: str  # "report", "case.new", "case.due", "case.overdue", "answer.ready", "transfer.dead"
    revision: int  # sequence of the event it is about: what is sent is the case up to there
    recipient: str  # "safety-system", "hcp", "team:<name>", "webhook"
    detail: str = ""  # for notices of clocks: which, and when it is due
    created_at: datetime
    attempts: int = 0
    state: DispatchState = DispatchState.WAITING
    receipt: str = ""
    last_error: str = ""
    due_at: datetime | None = None  # next attempt, or end of the lease
    sent_at: datetime | None = None
    done_at: datetime | None = None


class Happening(Value):
    """What a dispatch adds to its case's thread; it takes the next place there."""

    kind: CaseEventKind
    text: str
    actor: str = "dispatch"


class Handover(Value):
    """A report as the safety system gets it. The same id always comes with the same bytes."""

    transfer_id: str  # the idempotency key
    case_id: str
    revision: int
    media_type: str
    body: bytes


class Receipt(Value):
    """What the safety system answered: its own reference, or nothing yet."""

    is_acknowledged: bool
    reference: str = ""


class Mail(Value):
    """A mail in plain text. The id never changes between attempts, so that a receiver can tell a copy."""

    message_id: str = Field(pattern=r"^<[^<>\s@]+@[^<>\s@]+>$")
    to: str = Field(pattern=r"^[^\s<>@,;]+@[^\s<>@,;]+$", max_length=254)
    subject: str = Field(pattern=r"^[^\r\n]*$", max_length=200)
    text: str


class Contact(Value):
    """How an HCP wants to be told, and that they agreed to it. Kept encrypted, per conversation."""

    conversation_id: str
    channel: Literal["portal", "email", "phone"]
    address: str = Field(default="", max_length=254)  # of mail, or a telephone number
    agreed_to: str = Field(max_length=500)  # the sentence shown
    agreed_at: datetime


class SafetySystem(Protocol):
    """Where safety reports go."""

    @property
    def media_type(self) -> str:
        """The form it takes: application/xml or application/json."""
        ...

    def hand_over(self, handover: Handover) -> Receipt:
        """Give it one report; a repeated id is the same report. Raises TransientError, PermanentError."""
        ...

    def receipt(self, handover_id: str) -> Receipt:
        """Ask whether a report handed over before was acknowledged meanwhile. Raises TransientError, PermanentError."""
        ...


class Mailer(Protocol):
    """Sends mail."""

    def send(self, mail: Mail, on_text: Callable[[], None]) -> None:
        """Send one mail. `on_text` is called once, right before the text itself is sent.

        Raises TransientError or PermanentError when the mail was surely not taken, MailUncertain when it may have
        been. What `on_text` raises stops the sending and is passed on.
        """
        ...


class Contacts(Protocol):
    """How HCPs agreed to be reached."""

    def agree(self, contact: Contact, actor: str) -> None:
        """Keep a contact; it replaces the one before."""
        ...

    def withdraw(self, conversation_id: str, actor: str, at: datetime) -> None:
        """Forget a contact. Raises NotFound."""
        ...

    def of(self, conversation_id: str) -> Contact | None:
        """The contact agreed to, if there is one now."""
        ...


Plan = Callable[[CaseEvent], Sequence[Dispatch]]


class Dispatches(Protocol):
    """All that goes out, with the state of each."""

    def plan(self, plan: Plan, limit: int = 500) -> int:
        """Look at the case events not looked at yet, in order, and keep what `plan` makes of each; how many events."""
        ...

    def add(self, dispatches: Sequence[Dispatch]) -> int:
        """Keep dispatches that are not there yet; how many were new."""
        ...

    def claim(self, channel: Channel, owner: str, limit: int, lease_seconds: float) -> tuple[Dispatch, ...]:
        """Take up to `limit` due ones; nobody else sees them until the lease ends. A claim is an attempt."""
        ...

    def sending(self, owner: str, dispatch_id: str) -> None:
        """The text is about to go out: from here on nobody else takes it up. Raises Conflict (lease lost)."""
        ...

    def finish(
        self, owner: str, dispatch_id: str, state: DispatchState, *, note: str = "", happened: Sequence[Happening] = ()
    ) -> None:
        """Put a claimed one into its next state, with what it adds to the case, as one. Raises Conflict."""
        ...

    def retry(self, owner: str, dispatch_id: str, error: str, at: datetime) -> None:
        """Give a claimed one back for another attempt at that time. Raises Conflict."""
        ...

    def acknowledge(self, dispatch_id: str, reference: str) -> bool:
        """The safety system took a report; False when that was known. Raises NotFound, Conflict (never handed over)."""
        ...

    def refuse(self, dispatch_id: str, reason: str) -> None:
        """The safety system refused a report it had been handed. Raises NotFound, Conflict (known to be done)."""
        ...

    def unacknowledged(self, limit: int) -> tuple[Dispatch, ...]:
        """Reports handed over and not acknowledged, oldest first."""
        ...

    def revive(self, channel: Channel, dispatch_ids: Sequence[str] = ()) -> int:
        """Give dead ones (all of the channel, or these) a new first attempt; how many."""
        ...

    def of_case(self, case_id: str) -> tuple[Dispatch, ...]:
        """All about one case, oldest first."""
        ...

    def in_state(self, channel: Channel, states: Sequence[DispatchState], limit: int = 100) -> tuple[Dispatch, ...]:
        """Those of a channel in these states, oldest first."""
        ...

    def counts(self) -> dict[str, dict[str, int]]:
        """How many there are, by channel and state."""
        ...


def dispatch_id(channel: Channel, case_id: str, about: str, revision: int, recipient: str, detail: str = "") -> str:
    """The id of a dispatch, made from what it is: the same thing has the same id wherever it is planned."""
    told = "\n".join((channel.value, case_id, about, str(revision), recipient, detail))
    return "dispatch_" + base64.b32encode(hashlib.sha256(told.encode()).digest())[:20].decode().lower()
