"""What an evaluation passes along: suite → case → result with scores → run.

A score of None means "not scored" (the case does not ask for it); it is never counted as zero.
The case schema is that of the bench (one JSON object a line); our YAML suites hold the same cases
under a front page.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from assistant.types import SafetyKind
from knowledge.types import Market, Value

NonEmpty = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class OutcomeName(StrEnum):
    """The outcomes of a reply, by the `kind` they carry."""

    ANSWER = "answer"
    HANDOFF = "handoff"
    SAFETY = "safety"
    DECLINE = "decline"
    CLARIFY = "clarify"
    EMERGENCY = "emergency"


class Expectation(Value):
    """What a right reply holds. Empty lists mean: nothing to score there."""

    outcome: OutcomeName
    also: tuple[OutcomeName, ...] = ()
    accept: tuple[tuple[OutcomeName, ...], ...] = ()
    sections: tuple[str, ...] = ()
    quotes: tuple[NonEmpty, ...] = ()
    must_include: tuple[NonEmpty, ...] = ()
    must_not: tuple[NonEmpty, ...] = ()
    safety: tuple[SafetyKind, ...] = ()
    redact: tuple[NonEmpty, ...] = ()


class EvalCase(Value):
    """One conversation; only the reply to its last turn is graded."""

    id: NonEmpty
    category: NonEmpty
    label: str | None = None  # file name in the library folder
    product: str | None = None  # brand as the portal would scope it
    market: Market = Market.US
    turns: tuple[NonEmpty, ...] = Field(min_length=1)
    expect: Expectation
    why: str = ""


class Metric(StrEnum):
    """Figures a gate can be set on; each is a field of `Summary`."""

    OUTCOME_ACCURACY = "outcome_accuracy"
    EVIDENCE_HIT = "evidence_hit"
    COMPLETENESS = "completeness"
    LEAKS = "leaks"
    REDACTION = "redaction"
    SAFETY_KINDS = "safety_kinds"
    CITATIONS_VALID = "citations_valid"
    SECONDS_P95 = "seconds_p95"
    RETRIEVAL_HIT = "retrieval_hit"
    HANDOFF_RATE = "handoff_rate"
    REFUSAL = "refusal"  # this and those below are means of marks, or of the whole suite
    EVIDENCE_PRECISION = "evidence_precision"
    EVIDENCE_RECALL = "evidence_recall"
    NDCG = "ndcg"
    FIRST_RANK = "first_rank"
    BREVITY = "brevity"
    CONTEXT = "context"
    BALANCE = "balance"
    AURC = "aurc"
    CALIBRATION_ERROR = "calibration_error"


class Gate(Value):
    """A bound a suite's overall figure must keep; an unscored figure fails its gate."""

    at_least: float | None = None
    at_most: float | None = None


class Suite(Value):
    """Cases with who stands behind them and what they must reach."""

    name: NonEmpty
    source: str  # file name
    sha256: str  # of the file
    owner: str = ""
    purpose: str = ""
    market: Market = Market.US
    product: str | None = None
    gates: dict[Metric, Gate] = Field(default_factory=dict)
    cases: tuple[EvalCase, ...] = Field(min_length=1)


class CitationRecord(Value):
    """One citation of a reply, as others' scripts read it."""

    document_id: str
    version: str
    section: str
    start: int
    end: int
    quote: str
    shown: str


class ReplyRecord(Value):
    """What the HCP saw, and what was kept of the question."""

    outcomes: tuple[OutcomeName, ...]
    text: str  # all that the HCP sees
    answer_text: str = ""  # the answers' share of it
    answer_words: int = 0  # of the answers' own blocks: without safety information and references
    citations: tuple[CitationRecord, ...] = ()
    safety_citations: tuple[CitationRecord, ...] = ()  # of the important safety information
    safety_kinds: tuple[SafetyKind, ...] = ()
    recorded_text: str = ""  # the question as recorded, after redaction
    reasons: tuple[str, ...] = ()  # of hand-offs and declines: "handoff: unsure"
    confidences: tuple[float, ...] = ()  # of the drafts that were composed, shown or not


class FoundPassage(Value):
    """One passage that retrieval brought, shortened; ranks start at 1, None: not found by that arm."""

    part: int
    document_id: str
    version: str
    section: str
    start: int
    end: int
    text: str
    dense_rank: int | None = None
    lexical_rank: int | None = None


class CheckRecord(Value):
    """One check made on a draft; None: it could not be made, which counts as failed."""

    part: int
    name: str
    passed: bool | None
    reason: str = ""


class Mark(Value):
    """One scorer's verdict on one case: 0 to 1, 1 best; None: unscored. The scorer's version stands in the run."""

    value: float | None
    reason: str = ""
    spread: float | None = None  # standard deviation over a judge's repeated runs; None: not repeated


class Scores(Value):
    """One case's scores; None where the case does not ask for it."""

    outcome: bool
    outcomes: dict[OutcomeName, bool] = Field(default_factory=dict)  # each expected outcome alone
    evidence_hit: bool | None = None
    retrieval_rank: int | None = None  # of the first passage found that holds a gold quote; 0: none does
    completeness: bool | None = None
    leaks: int | None = None  # how many `must_not` strings occur
    redaction: bool | None = None
    safety_kinds: bool | None = None  # every expected kind was found
    safety_exact: bool | None = None  # ... and no other
    citations: int = 0  # all citations of the reply, folded and safety ones included
    citations_valid: int = 0
    answer_words: int | None = None  # words of the answers' own blocks
    handed_off: bool = False


class CaseResult(Value):
    """One case as played and scored; `error` is set when the turn raised, and the case is then a miss."""

    id: str
    category: str
    expected: OutcomeName
    turns: tuple[str, ...]
    reply: ReplyRecord | None
    scores: Scores
    seconds: float  # of the last turn
    error: str | None = None
    findings: tuple[str, ...] = ()  # what failed, in words, for `hcp evals show`
    found: tuple[FoundPassage, ...] = ()  # what retrieval brought for the last turn, best first
    checks: tuple[CheckRecord, ...] = ()  # made on the drafts of the last turn
    expect: Expectation | None = None  # what the case asks for, so that a stored run explains itself
    why: str = ""  # the case's own reason
    marks: dict[str, Mark] = Field(default_factory=dict)  # by scorer; `evals.scorers` says how each is made


class Summary(Value):
    """Figures over a group of cases; None where no case of the group was scored on it."""

    cases: int
    outcome_accuracy: float | None
    evidence_hit: float | None
    retrieval_hit: float | None  # a gold quote lies in a passage that was found, whether or not it was shown
    completeness: float | None
    leaks: int | None
    redaction: float | None
    safety_kinds: float | None
    safety_exact: float | None
    citations_valid: float | None  # valid citations over all citations
    answer_words_p50: float | None
    handoff_rate: float | None
    seconds_p50: float | None
    seconds_p95: float | None
    errors: int
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)  # 95 %, of the shares above (Wilson)
    marks: dict[str, float] = Field(default_factory=dict)  # means by scorer; absent where nothing was scored
    aurc: float | None = None  # area under risk and coverage: mean share wrong when only the surest are answered
    calibration_error: float | None = None  # expected calibration error of the stated confidences


class SuiteReference(Value):
    """Which suite ran, by name and content."""

    name: str
    source: str
    sha256: str
    cases: int


class JudgeRecord(Value):
    """The model that judged a run, and what that took; only the part that was played now, where a run was resumed."""

    model: str
    base_url: str  # "" for the provider's own
    answered_as: tuple[str, ...] = ()  # names the server gave: more than one means that the model changed meanwhile
    repeats: int
    temperature: float
    calls: int
    failed: int  # calls that brought no verdict
    input_tokens: int
    output_tokens: int
    cost: float | None  # None: no prices are set
    currency: str


class RunRecord(Value):
    """What ran, where and when: enough to say whether two runs may be compared."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    software: str
    commit: str  # "unknown" where there is none
    dirty: bool | None  # None: not known
    packages: dict[str, str]
    settings: dict[str, Any]  # secrets hidden
    library: str  # folder name, or "current"
    library_key: str  # content key of a throwaway library, "" for the current one
    documents: int
    passages: int
    files_left_out: tuple[str, ...] = ()
    release: str  # index release
    policy: str
    models: tuple[str, ...] = ()
    machine: dict[str, str]
    suites: tuple[SuiteReference, ...]
    selection: dict[str, str] = Field(default_factory=dict)  # --limit, --category, --case
    code: str = ""  # sha256 of our own source, prompts, policies and model files as they lay there
    prompts: tuple[str, ...] = ()  # name@version#sha256 of each prompt in use
    scorers: dict[str, str] = Field(default_factory=dict)  # name → version
    seeds: dict[str, int] = Field(default_factory=dict)  # what the figures drew with
    workers: int = 1
    judge: JudgeRecord | None = None


class GateResult(Value):
    """One gate, held or broken, with the figure it was held against."""

    suite: str
    metric: Metric
    value: float | None
    bound: str
    passed: bool


class Run(Value):
    """A whole run: record, figures, every case's reply and scores."""

    form: Literal["hcp.evals.run/1"] = "hcp.evals.run/1"
    run: RunRecord
    summary: dict[str, Summary]  # by category
    totals: dict[str, Summary]  # "overall", "answerable"
    gates: tuple[GateResult, ...] = ()
    cases: tuple[CaseResult, ...]
