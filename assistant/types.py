"""Everything a turn passes along, in the order it passes it.

question → screened → understood → retrieved → composed → verified → decided → recorded → signalled.
All values are frozen; a step returns one value and never changes another's.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from knowledge.types import Audience, Market, ProductNames, SearchResult, Value

# ---------------------------------------------------------------- question


class Role(StrEnum):
    """What a person using the system is."""

    HCP = "hcp"
    MSL = "msl"
    SAFETY = "safety"
    CONTENT = "content"
    COMPLIANCE = "compliance"
    ADMIN = "admin"


class Asker(Value):
    """Who asks, by pseudonym; never a name."""

    pseudonym: str
    role: Role = Role.HCP
    specialty: str = ""
    territory: str = ""  # where the portal says so: "US-NY"


class Scope(Value):
    """What the portal this question comes from is about."""

    product: str | None = None  # ProductNames.product
    market: Market = Market.US
    audience: Audience = Audience.HCP
    language: str = "en"


class Question(Value):
    """One message of an HCP, as received. `text` may hold personal data: it is never stored as is."""

    question_id: str
    conversation_id: str
    asker: Asker
    scope: Scope
    text: str
    asked_at: datetime


# ---------------------------------------------------------------- screened


class FindingKind(StrEnum):
    """What a screen can find in a message."""

    SAFETY_REPORT = "safety_report"  # detail: a SafetyKind
    PERSONAL_DATA = "personal_data"  # detail: person, phone, email, mrn, …
    MISUSE = "misuse"
    OFF_LABEL = "off_label"
    COMPARATOR = "comparator"
    PERSONAL_DIRECTION = "personal_direction"  # asks us to decide one patient's treatment
    EMERGENCY = "emergency"
    OUT_OF_SCOPE = "out_of_scope"
    PERSON_WANTED = "person_wanted"
    LANGUAGE = "language"  # written in a language nothing is approved in
    SCREEN_FAILED = "screen_failed"  # detail: the screen's name


class SafetyKind(StrEnum):
    """Kinds of safety information (ICH E2D, GVP Module VI special situations, 21 CFR 211.198)."""

    ADVERSE_EVENT = "adverse_event"
    PRODUCT_COMPLAINT = "product_complaint"
    PREGNANCY_EXPOSURE = "pregnancy_exposure"
    LACTATION_EXPOSURE = "lactation_exposure"
    MEDICATION_ERROR = "medication_error"
    OVERDOSE = "overdose"
    MISUSE_ABUSE = "misuse_abuse"
    LACK_OF_EFFECT = "lack_of_effect"
    OCCUPATIONAL_EXPOSURE = "occupational_exposure"
    OFF_LABEL_USE_WITH_HARM = "off_label_use_with_harm"


class Finding(Value):
    """Something a screen saw: where (offsets into the screened text), by which rule, how surely (0..1)."""

    kind: FindingKind
    detail: str = ""
    start: int
    end: int
    found_by: str  # rule or model name, e.g. "us.safety.event@1"
    confidence: float = Field(ge=0, le=1)
    rule: str = ""  # the rule of the market's policy pack it is made under: "us.safety.reporting@2"


class Screening(Value):
    """What all screens found. Offsets of findings are into `redacted`, except personal data (into the raw text)."""

    redacted: str  # the question with personal data masked: the only text later steps may see
    findings: tuple[Finding, ...] = ()
    vault_reference: str | None = None  # where the raw text lies, only where law needs it

    def of_kind(self, kind: FindingKind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(f for f in self.findings if f.kind is kind)


# ---------------------------------------------------------------- understood


class PartKind(StrEnum):
    """What one part of a message wants."""

    ON_LABEL = "on_label"
    OFF_LABEL = "off_label"
    SAFETY_REPORT = "safety_report"
    COMPARATOR = "comparator"
    PERSONAL_DIRECTION = "personal_direction"
    OUT_OF_SCOPE = "out_of_scope"
    MISUSE = "misuse"
    SMALL_TALK = "small_talk"
    PERSON_WANTED = "person_wanted"


class Part(Value):
    """One question within a message, made standalone."""

    text: str  # as written, redacted
    standalone: str  # with product, population and topic of the conversation filled in
    carried: tuple[str, ...] = ()  # the words of `standalone` that were taken over from what was said before
    kind: PartKind
    product: str | None = None  # ProductNames.product
    candidates: tuple[str, ...] = ()  # products it could mean, when it is not decided
    fields: dict[str, float] = Field(default_factory=dict)  # label section family → probability
    populations: tuple[str, ...] = ()  # "pediatric", "renal_impairment", …
    companions: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # other medicines → what labels call them
    names_unknown_product: bool = False  # asks about a medicine the library does not hold
    origin: Literal["asker", "firm"] = "asker"


class Understanding(Value):
    """The message as typed parts, with the product the conversation is about from here on."""

    parts: tuple[Part, ...]
    product: str | None = None


# ---------------------------------------------------------------- retrieved


class Evidence(Value):
    """What was found for one part. `result` is None when retrieval was not possible."""

    part: int  # index in `Understanding.parts`
    result: SearchResult | None


# ---------------------------------------------------------------- composed


class Citation(Value):
    """An exact place in an approved document version: `text[start:end] == quote`, always."""

    document_id: str
    version: str
    sha256: str  # of the canonical text
    approval_id: str
    title: str
    section: str  # heading path, " > " between levels
    start: int
    end: int
    quote: str
    shown: str  # the cited span with the rest of its sentence, item or row


class Piece(Value):
    """Verbatim words with the citation (index in the draft's citations) they come from."""

    text: str
    citation: int
    further: tuple[int, ...] = ()  # more citations that a reworded sentence rests on


class Statement(Value):
    """Sentences in reading order."""

    kind: Literal["statement"] = "statement"
    heading: str = ""
    pieces: tuple[Piece, ...]
    is_generated: bool = False  # worded by a model: held against its citations, not equal to them


class ListBlock(Value):
    """List items under the sentence they hang on."""

    kind: Literal["list"] = "list"
    heading: str = ""
    lead_in: Piece | None = None
    items: tuple[Piece, ...]


class TableRow(Value):
    """One row: a text a column, filled from spanning cells."""

    cells: tuple[str, ...]
    citation: int
    is_group: bool = False


class TableBlock(Value):
    """The rows asked for, with caption, header and the footnotes they refer to."""

    kind: Literal["table"] = "table"
    heading: str = ""
    lead_in: Piece | None = None
    caption: Piece | None = None
    header: tuple[tuple[str, ...], ...] = ()
    rows: tuple[TableRow, ...]
    footnotes: tuple[Piece, ...] = ()


class SafetyInformation(Value):
    """Important safety information, boxed warning first; shown with every product answer (21 CFR 202.1)."""

    kind: Literal["safety_information"] = "safety_information"
    heading: str = "Important safety information"
    is_boxed: bool = False
    pieces: tuple[Piece, ...] = Field(min_length=1)


Block = Annotated[Statement | ListBlock | TableBlock | SafetyInformation, Field(discriminator="kind")]


class Draft(Value):
    """A proposed answer to one part: blocks, and the citations they point into."""

    part: int
    blocks: tuple[Block, ...]
    more: tuple[Block, ...] = ()  # "more from the label", folded
    safety_information: SafetyInformation | None = None
    citations: tuple[Citation, ...]
    confidence: float = Field(ge=0, le=1)  # calibrated probability that this answers the part
    features: dict[str, float] = Field(default_factory=dict)  # what the confidence was computed from
    is_approved_text: bool = False  # begins with an approved answer, which nothing may reword


class ProposedSentence(Value):
    """One sentence a language model offers, and the ids of the passages it says it rests on."""

    text: str
    passages: tuple[str, ...]


class ProposedAnswer(Value):
    """What a language model offers; nothing of it is shown before it is held against its passages."""

    sentences: tuple[ProposedSentence, ...]


# ---------------------------------------------------------------- verified


class Check(Value):
    """One named check. None means it could not be made, and counts as failed."""

    name: str
    passed: bool | None
    reason: str = ""


class Verification(Value):
    """All checks made on one draft."""

    part: int
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """True only if there are checks and every one passed."""
        return bool(self.checks) and all(c.passed is True for c in self.checks)


# ---------------------------------------------------------------- decided


class DocumentLink(Value):
    """A pointer to a whole approved document."""

    document_id: str
    version: str
    title: str
    effective_on: date | None = None


class Answer(Value):
    """On-label answer, every word of it cited."""

    kind: Literal["answer"] = "answer"
    names: ProductNames
    blocks: tuple[Block, ...]
    more: tuple[Block, ...] = ()
    safety_information: SafetyInformation  # 21 CFR 202.1(e)(5): without it there is no answer
    citations: tuple[Citation, ...]
    label: DocumentLink
    confidence: float


class Clarify(Value):
    """One decisive question back."""

    kind: Literal["clarify"] = "clarify"
    text: str
    choices: tuple[str, ...] = ()


class HandOff(Value):
    """A medical information request to an MSL; no product answer is given."""

    kind: Literal["handoff"] = "handoff"
    reason: Literal[
        "off_label", "comparator", "not_in_label", "unsure", "unknown_product", "person_wanted", "check_failed"
    ]
    topic: str = ""  # the part's own words, redacted
    text: str
    looked_in: tuple[str, ...] = ()  # section headings searched
    case_id: str


class SafetyIntake(Value):
    """Safety information was received and passed on; at most one gentle question back."""

    kind: Literal["safety"] = "safety"
    safety_kinds: tuple[SafetyKind, ...]
    text: str
    follow_up: str = ""
    asked_about: str = ""  # what `follow_up` asks for: patient, product, lot_number
    is_follow_up: bool = False  # this turn answered it: nothing was opened, the case it names was added to
    is_precaution: bool = False  # a screen broke: nobody knows whether anything was reported
    missing_criteria: tuple[str, ...] = ()  # of the four minimum criteria
    case_id: str
    received_at: datetime  # Day 0


class Followed(Value):
    """The answer to the one question that a safety intake asked back, and the case it belongs to."""

    intake: SafetyIntake  # what was asked, in an earlier turn
    start: int = 0  # of the answer, in the redacted text
    end: int
    is_whole: bool  # nothing else is in the message


class Decline(Value):
    """Not a matter for this assistant."""

    kind: Literal["decline"] = "decline"
    reason: Literal["misuse", "out_of_scope", "personal_direction", "small_talk", "language"]
    text: str


class Emergency(Value):
    """Someone may be in danger now; comes first."""

    kind: Literal["emergency"] = "emergency"
    text: str


Outcome = Annotated[
    Emergency | SafetyIntake | Answer | Clarify | HandOff | Decline,
    Field(discriminator="kind"),
]


class Notice(Value):
    """A fixed sentence of ours, from the policy pack."""

    kind: Literal["ai", "personal_data", "exposure"]
    text: str


class Reply(Value):
    """All outcomes of one turn, in the fixed order emergency, safety, answer, clarify, hand-off, decline."""

    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    notices: tuple[Notice, ...] = ()
