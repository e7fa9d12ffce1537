"""What a turn leaves behind: the recorded interaction, cases, signals, feedback, audit entries."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from assistant.responses import ResponseDocument
from assistant.types import Draft, Evidence, Question, Reply, Screening, Understanding, Verification
from knowledge.types import Market, Value


class ModelCall(Value):
    """One call to a language model, as made."""

    model: str
    prompt: str  # name@version#sha256
    input_tokens: int
    output_tokens: int
    seconds: float
    error: str = ""


class Release(Value):
    """What software and data answered: enough to explain the answer years later."""

    software: str  # package version
    commit: str  # "unknown" where there is none
    policy: str  # name@version#sha256
    index: str
    models: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()


class Interaction(Value):
    """One whole turn, as recorded. It holds the redacted question, never the raw one."""

    interaction_id: str
    question: Question  # with `text` redacted
    screening: Screening
    understanding: Understanding | None
    evidence: tuple[Evidence, ...] = ()
    drafts: tuple[Draft, ...] = ()
    verifications: tuple[Verification, ...] = ()
    reply: Reply
    model_calls: tuple[ModelCall, ...] = ()
    failures: tuple[str, ...] = ()  # "step: exception", for steps that failed
    release: Release
    stage_seconds: dict[str, float] = Field(default_factory=dict)
    finished_at: datetime


class CaseKind(StrEnum):
    """Who a case is for."""

    MEDICAL_INFORMATION = "medical_information"  # MSL
    SAFETY = "safety"  # drug safety
    PRODUCT_COMPLAINT = "product_complaint"  # drug safety too, with a clock of its own (21 CFR 211.198)


class CaseStatus(StrEnum):
    """Where a case is; derived by `assistant.cases.state`."""

    OPEN = "open"  # nobody asked for a reply yet; or reopened
    REQUESTED = "requested"
    ASSIGNED = "assigned"
    REPLIED = "replied"
    TRANSFERRED = "transferred"  # sent to the safety system, not yet acknowledged
    FAILED = "failed"  # the last transfer failed
    ACKNOWLEDGED = "acknowledged"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    RESOLVED = "resolved"


class CaseEventKind(StrEnum):
    """What can happen to a case."""

    OPENED = "opened"
    REQUESTED = "requested"  # the HCP confirmed: please send it to an expert
    ASSIGNED = "assigned"  # text: to whom; empty: the actor took it
    RELEASED = "released"  # given back to the queue
    NOTED = "noted"  # seen by staff alone
    DRAFTED = "drafted"  # a reply so far, in `response`
    REPLIED = "replied"  # a signed reply, in `response`; the HCP sees it
    TRANSFERRED = "transferred"  # safety: sent to the safety system; medical: to another team (`text`)
    MERGED = "merged"  # into the case named in `text`
    WITHDRAWN = "withdrawn"  # by the HCP
    RESOLVED = "resolved"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"  # by the receiving safety system; text: its reference
    FAILED = "failed"  # a transfer or a message could not be delivered; text: why
    FOLLOWED_UP = "followed_up"  # the HCP added something, or answered a question back
    RATED = "rated"  # the HCP rated the reply; reason: "up" or "down"
    ASSESSED = "assessed"  # drug safety weighed the report, in `assessment`
    PROPOSED = "proposed"  # a signed reply was handed on; reason: "approved_answer" or "eval_case"


class Priority(StrEnum):
    """How soon a case is wanted."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"


class Routing(Value):
    """Where a case went when it was opened, and how fast it is due, by the rules of that day."""

    team: str
    priority: Priority
    therapeutic_area: str = ""
    territory: str = ""
    language: str = "en"
    rule: str  # the rule that decided, as name of the rule in `rules`
    rules: str  # name@version#sha256


class SeriousnessCriterion(StrEnum):
    """What makes a case serious (ICH E2A II.B)."""

    DEATH = "death"
    LIFE_THREATENING = "life_threatening"
    HOSPITALISATION = "hospitalisation"
    DISABILITY = "disability"
    CONGENITAL_ANOMALY = "congenital_anomaly"
    MEDICALLY_IMPORTANT = "medically_important"


class SafetyAssessment(Value):
    """What drug safety found in a report; the latest one holds. Causality is no part of it."""

    seriousness: tuple[SeriousnessCriterion, ...] = ()  # none: not serious
    is_expected: bool | None = None  # listed in the approved label; None: not decided
    lot_number: str = Field(default="", max_length=60)


class CaseEvent(Value):
    """One event of a case's thread; never changed, never removed. `sequence` starts at 1 within its case."""

    event_id: str
    case_id: str
    case_kind: CaseKind
    sequence: int = Field(ge=1)
    kind: CaseEventKind
    actor: str  # pseudonym or "assistant"
    at: datetime
    interaction_id: str | None = None
    product: str | None = None
    market: Market
    reason: str = ""  # opened: why; a HandOff.reason or the SafetyKinds joined by ","
    text: str = ""  # opened: the question, redacted; noted/replied: the words
    response: ResponseDocument | None = None  # drafted, replied
    routing: Routing | None = None  # opened
    assessment: SafetyAssessment | None = None  # assessed


class Case(Value):
    """A case as its events tell it; derived by `assistant.cases.state.derive`, never stored."""

    case_id: str
    kind: CaseKind
    status: CaseStatus
    product: str | None
    market: Market
    reason: str
    text: str
    interaction_id: str | None
    assignee: str | None
    routing: Routing | None = None
    opened_at: datetime
    requested_at: datetime | None = None  # the last time the HCP asked for a reply
    changed_at: datetime
    events: tuple[CaseEvent, ...]


class Purpose(StrEnum):
    """What a signal may be used for; a consumer decodes only its own purpose (purpose firewall)."""

    PROFILE = "profile"  # commercial profile and segmentation, only under consent
    MEDICAL = "medical"
    SAFETY = "safety"
    QUALITY = "quality"


class Signal(Value):
    """What happened, for other services, as a CloudEvents 1.0 event. No free text unless the purpose allows it."""

    signal_id: str
    type: str  # noun.participle: "answer.given"
    source: str = "hcp-assistant"
    subject: str  # interaction or case id
    purpose: Purpose
    consent: Literal["granted", "denied", "not_needed"]
    schema_version: str = "1"
    data: dict[str, str | int | float | bool | tuple[str, ...] | None]
    at: datetime


class VaultEntry(Value):
    """Raw text that law needs kept (a safety report); stored encrypted, apart from everything else."""

    reference: str
    case_id: str
    text: str
    received_at: datetime


class TurnRecord(Value):
    """All that one turn leaves behind; written in one transaction or not at all."""

    interaction: Interaction
    case_events: tuple[CaseEvent, ...] = ()
    follow_ups: tuple[CaseEvent, ...] = ()  # of cases there are: each takes the next place in its thread
    signals: tuple[Signal, ...] = ()
    vault: tuple[VaultEntry, ...] = ()


class Feedback(Value):
    """What an HCP thinks of a reply. The comment is screened like any message."""

    feedback_id: str
    interaction_id: str
    rating: Literal["up", "down"]
    reason: str = ""
    comment: str = ""  # redacted
    given_at: datetime


class AuditEntry(Value):
    """One link of the hash chain: `hash = sha256(previous_hash + canonical JSON of the rest)`."""

    sequence: int
    at: datetime
    actor: str
    action: str  # "turn.recorded", "finding.safety_report", "case.event", "document.approved", …
    subject: str
    content_sha256: str  # of what was written
    previous_hash: str
    hash: str
