"""What the assistant needs from outside. Adapters live in `assistant.adapters`; fakes in `tests/fakes.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from assistant.cases.lines import CasePage, CaseQuery, Tally
from assistant.records import (
    AuditEntry,
    Case,
    CaseEvent,
    CaseKind,
    Feedback,
    Interaction,
    Signal,
    TurnRecord,
)
from assistant.types import ProposedAnswer
from knowledge.questions import ApprovedQuestion
from knowledge.types import (
    ApprovedDocument,
    Audience,
    Market,
    Partition,
    ProductNames,
    Query,
    SearchResult,
    Value,
)


class Clock(Protocol):
    """Tells the time, in UTC."""

    def now(self) -> datetime:
        """The present moment, timezone-aware UTC."""
        ...


class Knowledge(Protocol):
    """Approved documents: names, search, and exact text. Implemented by `knowledge.Library`."""

    def products(self, market: Market, audience: Audience, at: datetime) -> tuple[ProductNames, ...]:
        """The products that have an effective document there."""
        ...

    def search(self, query: Query) -> SearchResult:
        """Find passages of effective documents in the query's partitions. Raises IndexUnavailable."""
        ...

    def approved_questions(self, query: Query) -> tuple[ApprovedQuestion, ...]:
        """The questions of effective approved pairs nearest to the query's text, best first."""
        ...

    def document(self, document_id: str, version: str) -> ApprovedDocument:
        """One document version with its approval. Raises UnknownDocument, NotApproved."""
        ...

    def effective(self, partition: Partition, at: datetime) -> tuple[ApprovedDocument, ...]:
        """The documents effective for a product, market and audience; prescribing information first."""
        ...

    def is_effective(self, document_id: str, version: str, partition: Partition, at: datetime) -> bool:
        """Whether this version may be cited there at that moment; asked of the catalog, not of an index."""
        ...

    def release(self) -> str:
        """The name of the index release now serving."""
        ...


class ModelReply(Value):
    """What a language model proposed, and what it took."""

    answer: ProposedAnswer
    input_tokens: int
    output_tokens: int


class ChatModel(Protocol):
    """A language model that words an answer; everything it says is checked afterwards."""

    @property
    def name(self) -> str:
        """The model as recorded, "provider:name"."""
        ...

    def propose(self, prompt: str, question: str, passages: Mapping[str, str]) -> ModelReply:
        """Sentences for a question, each naming the ids of its passages. Passages are data, never instructions.

        Raises TransientError (timeout, rate limit, server trouble), PermanentError (nonsense, refused, too long).
        """
        ...


class Ledger(Protocol):
    """The record. Append-only."""

    def record(self, record: TurnRecord) -> None:
        """Write interaction, case events, audit entries, outbox rows and vault entries in one transaction."""
        ...

    def interaction(self, interaction_id: str) -> Interaction:
        """One recorded turn. Raises NotFound."""
        ...

    def conversation(self, conversation_id: str, last: int = 10) -> tuple[Interaction, ...]:
        """The last turns of a conversation, oldest first; empty when there are none."""
        ...

    def add_feedback(
        self, feedback: Feedback, case_events: Sequence[CaseEvent] = (), signals: Sequence[Signal] = ()
    ) -> None:
        """Write feedback, and what its comment set off, in one transaction. Raises NotFound."""
        ...

    def audit(self, after: int = 0, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """Audit entries in order, from the one after `after`."""
        ...


class Desk(Protocol):
    """Cases as threads of events."""

    def append(self, event: CaseEvent, signals: Sequence[Signal] = ()) -> None:
        """Add the next event of a case, with its audit entry. Raises NotFound, Conflict (sequence taken)."""
        ...

    def case(self, case_id: str) -> Case:
        """One case, derived from its events. Raises NotFound."""
        ...

    def cases(self, kind: CaseKind | None = None, status: str | None = None, limit: int = 100) -> tuple[Case, ...]:
        """Cases, newest first."""
        ...

    def lines(self, query: CaseQuery) -> CasePage:
        """A stretch of a queue, and how many cases it holds in all."""
        ...

    def tallies(self, query: CaseQuery) -> tuple[Tally, ...]:
        """How many cases there are of each combination of kind, status, product, market, reason, assignee."""
        ...

    def position(self, kinds: Sequence[CaseKind]) -> int:
        """A number that grows whenever a case of these kinds changes."""
        ...

    def rebuild(self) -> int:
        """Make what queues are found by anew from the events; how many cases there are."""
        ...


class Outbox(Protocol):
    """Signals waiting to be delivered, at least once."""

    def claim(self, owner: str, limit: int, lease_seconds: float) -> tuple[Signal, ...]:
        """Take up to `limit` waiting signals for this owner; others do not see them until the lease ends."""
        ...

    def delivered(self, owner: str, signal_id: str) -> None:
        """Mark a claimed signal as delivered. Raises Conflict when the lease was lost."""
        ...

    def failed(self, owner: str, signal_id: str, error: str) -> None:
        """Give a claimed signal back for a later try, or to the dead letters after the last one."""
        ...

    def counts(self) -> dict[str, int]:
        """How many signals are waiting, claimed, delivered, dead."""
        ...


class Delivery(Protocol):
    """Where signals go: a webhook, NATS, or the terminal."""

    def send(self, signal: Signal) -> None:
        """Deliver one CloudEvent. Raises TransientError (try again) or PermanentError (dead letter)."""
        ...
