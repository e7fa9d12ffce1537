"""A small invented label, built by hand: known text, known structure."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from knowledge.types import (
    Approval,
    ApprovedDocument,
    Audience,
    Cell,
    Market,
    ParsedDocument,
    Partition,
    Passage,
    ProductNames,
    Row,
    ScoredPassage,
    Section,
    Span,
    Table,
    Unit,
    UnitKind,
)

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NAMES = ProductNames(product="Veltrano", generic="veltranib", substances=("veltranib mesylate",), routes=("oral",))


class LabelBuilder:
    """Writes canonical text and notes the spans as it goes."""

    def __init__(self) -> None:
        self.text = ""
        self.sections: list[Section] = []
        self.units: list[Unit] = []
        self.tables: list[Table] = []
        self.paragraphs = 0

    def write(self, words: str, end: str = "\n") -> Span:
        start = len(self.text)
        self.text += words + end
        return Span(start=start, end=start + len(words))

    def section(self, field: str, heading: str, number: str = "", parent: int | None = None) -> int:
        printed = f"{number} {heading}".strip()
        path = (*(self.sections[parent].path if parent is not None else ()), printed)
        span = self.write(printed)
        self.sections.append(
            Section(
                index=len(self.sections),
                code="",
                field=field,
                number=number,
                heading=heading,
                path=path,
                parent=parent,
                start=span.start,
                end=span.end,
            )
        )
        return len(self.sections) - 1

    def _unit(self, kind: UnitKind, span: Span, **more) -> int:
        self.units.append(
            Unit(
                index=len(self.units),
                kind=kind,
                section=len(self.sections) - 1,
                start=span.start,
                end=span.end,
                paragraph=self.paragraphs,
                **more,
            )
        )
        for index in self._open():
            self.sections[index] = self.sections[index].model_copy(update={"end": span.end})
        return len(self.units) - 1

    def _open(self) -> list[int]:
        index: int | None = len(self.sections) - 1
        found = []
        while index is not None:
            found.append(index)
            index = self.sections[index].parent
        return found

    def paragraph(self, *sentences: str) -> None:
        for number, sentence in enumerate(sentences):
            last = number == len(sentences) - 1
            self._unit(UnitKind.SENTENCE, self.write(sentence, "\n" if last else " "))
        self.paragraphs += 1

    def bullets(self, lead_in: str, *items: str, before: str = "") -> None:
        if before:  # a sentence of the same paragraph
            self._unit(UnitKind.SENTENCE, self.write(before, " "))
        span = self.write(lead_in)
        self._unit(UnitKind.SENTENCE, span)
        for item in items:
            self._unit(UnitKind.LIST_ITEM, self.write(f"• {item}"), lead_in=span)
        self.paragraphs += 1

    def table(self, caption: str, header: tuple[str, ...], *rows: tuple[str, ...], footnote: str = "") -> None:
        start = len(self.text)
        caption_span = self.write(caption)
        head = self._row(header)
        body = [self._row(row) for row in rows]
        for number, row in enumerate(body):
            self._unit(UnitKind.TABLE_ROW, Span(start=row.start, end=row.end), table=len(self.tables), row=number)
        notes = (self.write(footnote),) if footnote else ()
        self.tables.append(
            Table(
                index=len(self.tables),
                section=len(self.sections) - 1,
                start=start,
                end=len(self.text) - 1,
                caption=caption_span,
                header=(head,),
                rows=tuple(body),
                footnotes=notes,
            )
        )
        self.paragraphs += 1

    def _row(self, cells: tuple[str, ...]) -> Row:
        start = len(self.text)
        made = []
        for column, cell in enumerate(cells):
            span = self.write(cell, "" if column == len(cells) - 1 else " | ")
            made.append(Cell(column=column, start=span.start, end=span.end))
        self.text += "\n"
        return Row(start=start, end=len(self.text) - 1, cells=tuple(made))

    def build(self, document_id: str = "veltrano-us", version: str = "1") -> ParsedDocument:
        return ParsedDocument(
            source_sha256=hashlib.sha256(self.text.encode()).hexdigest(),
            source_name="veltrano.xml",
            source_format="spl",
            document_id=document_id,
            version=version,
            title="Veltrano (veltranib) tablets",
            names=NAMES,
            effective_on=date(2026, 1, 5),
            market=Market.US,
            text=self.text,
            sections=tuple(self.sections),
            tables=tuple(self.tables),
            units=tuple(self.units),
        )


def veltrano() -> ParsedDocument:
    """Prescribing information of an invented kinase inhibitor."""
    label = LabelBuilder()
    label.section("boxed_warning", "WARNING: HEPATOTOXICITY")
    label.paragraph("Severe liver injury has occurred.", "Check aminotransferases before treatment.")
    label.section("indications_and_usage", "INDICATIONS AND USAGE", "1")
    label.paragraph("VELTRANO is indicated for adults with moderate plaque psoriasis.")
    dosage = label.section("dosage_and_administration", "DOSAGE AND ADMINISTRATION", "2")
    label.section("dosage_and_administration", "Recommended Dosage", "2.1", dosage)
    label.paragraph(
        "The recommended dosage is 40 mg once daily with food.",
        "If a dose is missed by more than 12 hours, skip it.",
    )
    label.section("dosage_and_administration", "Renal Impairment", "2.2", dosage)
    label.paragraph("Reduce the dosage in renal impairment as shown in Table 1.")
    label.table(
        "Table 1: Dosage by creatinine clearance",
        ("Creatinine clearance (mL/min)", "Dosage"),
        ("60 or above", "40 mg once daily"),
        ("30–59", "20 mg once daily"),
        ("Below 30", "Not recommended a"),
        footnote="a Not studied on dialysis.",
    )
    label.section("contraindications", "CONTRAINDICATIONS", "4")
    label.bullets(
        "VELTRANO is contraindicated in patients with:", "severe hepatic impairment", "known allergy to veltranib"
    )
    label.section("drug_interactions", "DRUG INTERACTIONS", "7")
    label.paragraph(
        "Strong CYP3A inhibitors raise veltranib exposure.",
        "In these patients, halve the dosage.",
        "However, do not give itraconazole.",
    )
    return label.build()


def approved(document: ParsedDocument | None = None, audience: Audience = Audience.HCP) -> ApprovedDocument:
    """The label with a live approval."""
    held = document or veltrano()
    return ApprovedDocument(
        document=held,
        approval=Approval(
            approval_id=f"approval_{held.document_id}_{held.version}",
            source_sha256=held.source_sha256,
            approver="reviewer",
            mlr_id="MLR-1",
            market=Market.US,
            audience=audience,
            valid_from=datetime(2026, 1, 5, tzinfo=UTC),
            approved_at=datetime(2026, 1, 4, tzinfo=UTC),
        ),
    )


def passages(document: ApprovedDocument) -> tuple[ScoredPassage, ...]:
    """One passage a section or table, all found equally well."""
    held = document.document
    groups: dict[tuple[int, int | None], list[Unit]] = {}
    for unit in held.units:
        groups.setdefault((unit.section, unit.table), []).append(unit)
    partition = Partition(product=held.names.product, market=Market.US, audience=document.approval.audience)
    made = []
    for rank, ((section, table), units) in enumerate(groups.items(), start=1):
        start, end = units[0].start, units[-1].end
        passage = Passage(
            passage_id=f"passage_{start}",
            document_id=held.document_id,
            version=held.version,
            partition=partition,
            section=section,
            heading_path=held.sections[section].path,
            field=held.sections[section].field,
            start=start,
            end=end,
            units=tuple(u.index for u in units),
            table=table,
            text=held.text[start:end],
            embedded_text=held.text[start:end],
            content_hash=str(start),
        )
        made.append(ScoredPassage(passage=passage, score=1.0, dense=0.5, dense_rank=rank))
    return tuple(made)
