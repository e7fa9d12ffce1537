"""Everything the library passes along: a document's stages, its structure, and what a search returns.

Offsets are always Python string offsets into one document version's canonical text
(`ParsedDocument.text`); `text[start:end]` is the only meaning a span has.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Market(StrEnum):
    """Where a document is approved; a market only ever sees its own documents."""

    US = "US"
    EU = "EU"
    UK = "UK"


class Audience(StrEnum):
    """Who may read a document: every HCP, or medical staff (MSL) alone."""

    HCP = "hcp"
    MEDICAL = "medical"


class DocumentKind(StrEnum):
    """What sort of approved document this is."""

    PRESCRIBING_INFORMATION = "prescribing_information"
    CLINICAL_STUDY_SUMMARY = "clinical_study_summary"
    STANDARD_RESPONSE = "standard_response"
    APPROVED_QA = "approved_qa"  # question-and-answer pairs: answered whole or not at all, never searched


class Span(Value):
    """A half-open stretch of canonical text."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)

    def of(self, text: str) -> str:
        """The characters this span covers."""
        return text[self.start : self.end]


class ProductNames(Value):
    """The names one product goes by, as its own label states them."""

    product: str  # brand as printed, e.g. "Trodelvy"
    generic: str = ""  # nonproprietary name in lower case, e.g. "sacituzumab govitecan"
    substances: tuple[str, ...] = ()  # lower case, with salts as the label gives them
    routes: tuple[str, ...] = ()  # lower case


class Section(Value):
    """One (sub)section of a document; sections nest by `parent` and cover their subsections."""

    index: int  # position in `ParsedDocument.sections`
    code: str  # LOINC section code, "" where the source gives none
    field: str  # openFDA's name of the section family, e.g. "dosage_and_administration"
    number: str = ""  # "2.3"
    heading: str  # "Dose Modifications for Adverse Reactions", as printed, without the number
    path: tuple[str, ...]  # headings from the top, this one included, numbers included where printed
    parent: int | None = None
    start: int
    end: int


class UnitKind(StrEnum):
    """The smallest quotable pieces of a document."""

    SENTENCE = "sentence"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"


class Cell(Value):
    """One cell of a table row: its text span, and the columns it covers.

    A cell spanning several rows appears in each of them, always with the span where its text stands.
    """

    column: int
    columns: int = 1
    start: int
    end: int


class Row(Value):
    """One line of a table; `start:end` covers only the cells that begin in this row."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    is_group: bool = False  # a row that heads the rows below it ("Severe Neutropenia")
    group: int | None = None  # index in `Table.rows` of the group row it stands under


class Table(Value):
    """A table: caption, header rows, body rows, footnotes, all as spans into the canonical text."""

    index: int  # position in `ParsedDocument.tables`
    section: int
    start: int
    end: int
    caption: Span | None = None
    header: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()
    footnotes: tuple[Span, ...] = ()


class Unit(Value):
    """A sentence, list item or table row that may be quoted on its own, with what it depends on."""

    index: int  # position in `ParsedDocument.units`, in reading order
    kind: UnitKind
    section: int
    start: int
    end: int
    lead_in: Span | None = None  # the sentence a list hangs on ("… in the following situations:")
    table: int | None = None  # for rows: index in `ParsedDocument.tables`
    row: int | None = None  # for rows: index in that table's `rows`
    paragraph: int = 0  # units of one paragraph or list share this number
    is_highlight: bool = False  # stands in a Highlights block that the full section repeats


class ParsedDocument(Value):
    """What a parser makes of one file: canonical text and its structure. Not yet approved."""

    source_sha256: str  # of the file's bytes
    source_name: str  # file name only, for messages
    source_format: Literal["openfda", "spl", "fhir", "pdf", "docx", "markdown", "yaml"]
    document_id: str  # the label's set id, or a stable id given by the source; same over versions
    version: str
    kind: DocumentKind = DocumentKind.PRESCRIBING_INFORMATION
    title: str
    names: ProductNames
    manufacturer: str = ""
    effective_on: date | None = None
    market: Market | None = None  # where the source says so
    language: str = "en"
    text: str
    sections: tuple[Section, ...]
    tables: tuple[Table, ...] = ()
    units: tuple[Unit, ...]

    @property
    def text_sha256(self) -> str:
        """Of the canonical text."""
        return _sha256(self.text)


@lru_cache(maxsize=192)  # kept by the text, not in the document, whose copies may hold another
def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Approval(Value):
    """The MLR decision that makes a document version usable, bound to the file's hash."""

    approval_id: str
    source_sha256: str
    approver: str
    mlr_id: str
    market: Market
    audience: Audience
    valid_from: datetime
    valid_until: datetime | None = None
    approved_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""


class ApprovedDocument(Value):
    """A document with its approval. Only `knowledge.approve.approve` makes one."""

    document: ParsedDocument
    approval: Approval


class DocumentStatus(StrEnum):
    """Where a document version is in its life; derived from approval, dates and newer versions."""

    SUBMITTED = "submitted"
    APPROVED = "approved"  # valid from a later day
    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class DocumentSummary(Value):
    """One line of the catalog."""

    document_id: str
    version: str
    kind: DocumentKind
    title: str
    names: ProductNames
    market: Market | None
    audience: Audience | None
    status: DocumentStatus
    effective_on: date | None
    approval_id: str | None
    mlr_id: str | None
    source_sha256: str
    passages: int


class Partition(Value):
    """What an index is cut by, so that one market or audience cannot reach another's text."""

    product: str  # ProductNames.product
    market: Market
    audience: Audience


class Passage(Value):
    """A retrieval chunk: a run of neighbouring units of one section (or one table)."""

    passage_id: str  # stable: derived from document, version and offsets
    document_id: str
    version: str
    partition: Partition
    section: int
    heading_path: tuple[str, ...]
    field: str
    start: int
    end: int
    units: tuple[int, ...]  # indices into `ParsedDocument.units`
    table: int | None = None
    text: str  # text[start:end]
    embedded_text: str  # what is embedded: heading path and text, shortened
    content_hash: str  # sha256 of `embedded_text`: an embedding is made once per hash


class Query(Value):
    """What to look for, where. `fields` maps section families to a probability (prior)."""

    text: str  # normalised for matching
    heard: str | None = None  # what the dense arm is asked with, when not with `text`
    partitions: tuple[Partition, ...]
    fields: dict[str, float] = Field(default_factory=dict)
    limit: int = Field(default=12, ge=1, le=200)
    at: datetime  # validity is judged at this moment


class ScoredPassage(Value):
    """A passage found, with the evidence for its rank (ranks start at 1; None: not found by that arm)."""

    passage: Passage
    score: float  # fused; comparable within one Evidence
    dense: float | None = None  # cosine similarity, -1..1
    dense_rank: int | None = None
    lexical: float | None = None  # BM25
    lexical_rank: int | None = None


class SearchResult(Value):
    """What a search found, best first, and with which index release."""

    query: Query
    index_release: str
    passages: tuple[ScoredPassage, ...]
    degraded: bool = False  # the dense arm was not available; lexical answered alone
