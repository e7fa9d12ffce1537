"""Public question sets of the shared folder, as rows with what a right answer stands in.

Nothing of them is part of this repository; where each comes from is told in the shared folder's SOURCES.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.drafting import SectionText, document
from evals.errors import SuiteError
from knowledge.parse.fields import BY_CODE, by_number
from knowledge.parse.numbering import split_number
from knowledge.types import ParsedDocument, ProductNames, Value

SETS = ("fdarxbench", "medinfo", "medquad", "absent")
_FILES = {
    "fdarxbench": "fdarxbench.jsonl",
    "medinfo": "medinfo2019.jsonl",
    "medquad": "medquad_drugs.jsonl",
    "absent": "medquad_drugs_absent.jsonl",
}
_PASSAGES = "fdarxbench_passages.jsonl"


class LabelQuestion(Value):
    """One question. Gold is a passage (document and section heading) or a label file with section families."""

    set_name: str
    id: str
    text: str
    drug: str  # as the set names it
    documents: tuple[str, ...] = ()  # ids of FDARxBench documents that are right
    headings: tuple[str, ...] = ()  # ... and the sections in them
    labels: tuple[str, ...] = ()  # label files that are right
    fields: tuple[str, ...] = ()  # ... and the section families in them

    @property
    def is_answerable(self) -> bool:
        """Whether the set names the place of the answer."""
        return bool((self.documents and self.headings) or (self.labels and self.fields))


def read_questions(name: str, folder: Path) -> tuple[LabelQuestion, ...]:
    """The questions of one set. Raises SuiteError when the file is not there or of another form."""
    path = folder / _FILES[name]
    read = {"fdarxbench": _fdarxbench, "medinfo": _medinfo, "medquad": _medquad, "absent": _absent}[name]
    rows = read_rows(path)
    try:
        found = [read(row, number) for number, row in enumerate(rows, start=1)]
    except (KeyError, TypeError) as error:
        raise SuiteError(f"{path}: a row lacks {error}; is it the set '{name}'?") from None
    return tuple(found)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file. Raises SuiteError."""
    if not path.is_file():
        raise SuiteError(f"{path}: no such file; name the folder of question sets with --questions.")
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except json.JSONDecodeError as error:
        raise SuiteError(f"{path}:{error.lineno}: not JSON ({error.msg}).") from None


def passage_documents(folder: Path, held: Mapping[str, ProductNames]) -> tuple[ParsedDocument, ...]:
    """FDARxBench's passages as documents: one a label (set id), each passage a section of it.

    `held` are the names of the labels beside them, by product in lower case: what is of the same product goes
    by the same names.
    """
    by_label: dict[str, list[dict[str, Any]]] = {}
    for row in read_rows(folder / _PASSAGES):
        by_label.setdefault(row["set_id"], []).append(row)
    return tuple(_passage_document(set_id, rows, held) for set_id, rows in by_label.items())


def _passage_document(set_id: str, rows: Sequence[dict[str, Any]], held: Mapping[str, ProductNames]) -> ParsedDocument:
    sections = [
        SectionText(
            field=_family(row["section_code"], row["section_title"]), heading=row["section_title"], body=row["text"]
        )
        for row in rows
    ]
    drug = str(rows[0]["drug_name"])
    names = held.get(drug.casefold()) or ProductNames(product=drug, generic=drug.lower())
    return document(names, set_id, sections, _PASSAGES)


def _family(code: str, title: str) -> str:
    """The name openFDA gives a passage's section family: by its code, else by the number it is printed with."""
    number, _ = split_number(title)
    top = number.partition(".")[0]
    family = BY_CODE.get(code) or by_number(number) or by_number(top)
    return family.field if family else "spl_unclassified_section"


def _fdarxbench(row: dict[str, Any], number: int) -> LabelQuestion:
    return LabelQuestion(
        set_name="fdarxbench",
        id=row["qid"] or f"row {number}",
        text=row["question"],
        drug=row["drug_name"],
        documents=(row["set_id"],),
        headings=tuple(dict.fromkeys(c["section_title"] for c in row["context"])),
    )


def _medinfo(row: dict[str, Any], number: int) -> LabelQuestion:  # noqa: ARG001 - one signature for all sets
    return LabelQuestion(
        set_name="medinfo",
        id=row["id"],
        text=row["question"],
        drug=row["focus"],
        labels=tuple(row["strict_labels"]),
        fields=tuple(row["target_sections"]) if row["strict_has_section"] else (),
    )


def _medquad(row: dict[str, Any], number: int) -> LabelQuestion:  # noqa: ARG001 - one signature for all sets
    return LabelQuestion(
        set_name="medquad",
        id=row["qid"],
        text=row["question"],
        drug=row["focus"],
        labels=tuple(row["strict_labels"]),
        fields=tuple(row["target_sections"]) if row["strict_answerable"] else (),
    )


def _absent(row: dict[str, Any], number: int) -> LabelQuestion:  # noqa: ARG001 - one signature for all sets
    return LabelQuestion(set_name="absent", id=row["qid"], text=row["question"], drug=row["focus"])
