"""Reads approved question-and-answer pairs: a YAML file that a content team writes and a reviewer signs.

Each pair becomes a section: its first question is the heading, the answer stands below it word for word, and what
else it is asked as and which label sections it is drawn from follow as subsections. So a pair has canonical text,
offsets and citations like any other document.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from knowledge.errors import HostileDocument, UnreadableDocument
from knowledge.parse.drafts import SectionDraft, Text
from knowledge.parse.fields import by_number
from knowledge.types import Market, ParsedDocument, Section, Span

QUESTION_FIELD = "approved_question"  # a subsection that is another phrasing of its pair's question
REFERENCE_FIELD = "label_reference"  # a subsection that names a label section the answer is drawn from
ANSWER_FIELD = "approved_answer"  # a pair that names no label section of the numbered format
_BULLETS = ("- ", "• ", "* ")
_FORM = (
    "Give document_id, version, title, product (brand, generic), market, and pairs, each with questions, answer "
    "and sections; knowledge/library/nelvoris-us-approved-answers.qa.yaml is an example"
)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Product(_Form):
    """The product's names, as its label gives them."""

    brand: str = Field(min_length=1)
    generic: str = ""
    substances: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


class Pair(_Form):
    """Questions that one approved text answers."""

    questions: tuple[str, ...] = Field(min_length=1)
    answer: str = Field(min_length=1)
    sections: tuple[str, ...] = Field(min_length=1)  # of the label: "2.4 Dosage in Renal Impairment"

    @field_validator("questions", "sections")
    @classmethod
    def _flat(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        flat = tuple(" ".join(line.split()) for line in lines)
        if not all(flat) or len(set(flat)) < len(flat):
            raise ValueError("an entry is empty or stands twice")
        return flat


class QaFile(_Form):
    """The file's form."""

    document_id: str = Field(min_length=1, max_length=200)
    version: str = Field(min_length=1, max_length=100)
    title: str = Field(min_length=1)
    product: Product
    manufacturer: str = ""
    market: Market
    effective_on: date | None = None
    language: str = "en"
    pairs: tuple[Pair, ...] = Field(min_length=1)


def read_qa(data: bytes, name: str) -> QaFile:
    """Reads the file into its form.

    Raises:
        UnreadableDocument: not YAML, or not of this form; the message names the place.
        HostileDocument: with aliases, by which a small file can unfold into a huge one.
    """
    try:
        text = data.decode("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            raise HostileDocument(f"{name}: uses YAML aliases; write each text out")
        held: Any = yaml.load(text, _Strings)  # noqa: S506  a SafeLoader
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableDocument(f"{name}: not readable YAML ({_place(error)}). {_FORM}") from error
    try:
        form = QaFile.model_validate(held)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the file"
        raise UnreadableDocument(f"{name}: {place}: {fault['msg']}. {_FORM}") from error
    asked = [question.lower() for pair in form.pairs for question in pair.questions]
    twice = next((question for question in asked if asked.count(question) > 1), None)
    if twice is not None:
        raise UnreadableDocument(f"{name}: {twice!r} is asked in two pairs; a question has one approved answer")
    return form


def sections_of(form: QaFile) -> list[SectionDraft]:
    """The pairs as sections, in the file's order."""
    return [_pair(pair) for pair in form.pairs]


def questions_of(document: ParsedDocument) -> list[tuple[Section, tuple[str, ...]]]:
    """Each pair's section with all its questions, of a document that was parsed from such a file."""
    children: dict[int, list[str]] = {}
    for section in document.sections:
        if section.parent is not None and section.field == QUESTION_FIELD:
            children.setdefault(section.parent, []).append(section.heading)
    tops = [section for section in document.sections if section.parent is None]
    return [(section, (section.heading, *children.get(section.index, ()))) for section in tops]


def answer_span(document: ParsedDocument, section: int) -> Span:
    """Where a pair's whole answer stands. Raises ValueError when the section has no text of its own."""
    units = [unit for unit in document.units if unit.section == section]
    return Span(start=min(unit.start for unit in units), end=max(unit.end for unit in units))


def _pair(pair: Pair) -> SectionDraft:
    first, *others = pair.questions
    numbers = [reference.split()[0].rstrip(".") for reference in pair.sections]
    families = [family for number in numbers if (family := by_number(number) or by_number(number.split(".")[0]))]
    draft = SectionDraft(field=families[0].field if families else ANSWER_FIELD, heading=first)
    draft.content.extend(_texts(pair.answer))
    draft.content.extend(SectionDraft(field=QUESTION_FIELD, heading=question) for question in others)
    draft.content.extend(SectionDraft(field=REFERENCE_FIELD, heading=f"Label: {r}") for r in pair.sections)
    return draft


def _texts(answer: str) -> list[Text]:
    """A line is a list item or a part of a paragraph; an empty line ends a paragraph."""
    texts: list[Text] = []
    is_open = False
    for line in answer.splitlines():
        flat = " ".join(line.split())
        if flat.startswith(_BULLETS):
            texts.append(Text(flat[2:], level=1))
        elif flat and is_open and texts:
            last = texts.pop()
            texts.append(Text(f"{last.text} {flat}", level=last.level))
        elif flat:
            texts.append(Text(flat))
        is_open = bool(flat)
    return texts


def _place(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}; put a text with : ? , or # into quotes"
    return str(error).partition("\n")[0]


class _Strings(yaml.SafeLoader):
    """YAML in which a plain number stays as written: version 1.10 is not 1.1, section 8.10 not 8.1."""


_Strings.yaml_implicit_resolvers = {
    key: [
        (tag, pattern) for tag, pattern in resolvers if tag not in {"tag:yaml.org,2002:float", "tag:yaml.org,2002:int"}
    ]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
