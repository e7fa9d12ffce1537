"""The demo brand's documents: they parse as real ones do, agree with each other, and say that they are invented."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.approve import approve
from knowledge.parse import parse
from knowledge.parse.qa import REFERENCE_FIELD, answer_span, questions_of
from knowledge.types import Audience, DocumentKind, Market, ParsedDocument, Section, Table

LIBRARY = Path(__file__).parents[2] / "knowledge" / "library"
ANSWERS = "nelvoris-us-approved-answers.qa.yaml"
US, EU, STUDY, RESPONSE = (
    "nelvoris-us-prescribing-information.xml",
    "nelvoris-eu-product-information.xml",
    "nelvoris-us-study-nelumbo-3.xml",
    "nelvoris-us-standard-response-vaccination.xml",
)
MANIFEST: list[dict[str, Any]] = yaml.safe_load((LIBRARY / "manifest.yaml").read_text())["documents"]


@pytest.fixture(scope="module")
def documents() -> dict[str, ParsedDocument]:
    return {path.name: parse(path.read_bytes(), path.name) for path in LIBRARY.glob("*.xml")}


def section(document: ParsedDocument, number: str) -> Section:
    return next(s for s in document.sections if s.number == number)


def words_of(document: ParsedDocument, number: str) -> str:
    found = section(document, number)
    return document.text[found.start : found.end]


def table(document: ParsedDocument, caption: str) -> Table:
    return next(t for t in document.tables if t.caption and t.caption.of(document.text).startswith(caption))


def body(document: ParsedDocument, grid: Table) -> list[list[str]]:
    return [[document.text[cell.start : cell.end] for cell in row.cells] for row in grid.rows if not row.is_group]


def test_the_manifest_names_every_document_once():
    assert sorted(entry["file"] for entry in MANIFEST) == sorted(
        path.name for path in LIBRARY.iterdir() if path.name.endswith((".xml", ".qa.yaml"))
    )


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_every_document_can_be_approved_as_its_manifest_says(entry):
    document = parse((LIBRARY / entry["file"]).read_bytes(), entry["file"])
    approved = approve(
        document,
        approver=entry["approver"],
        mlr_id=entry["mlr_id"],
        market=Market(entry["market"]),
        audience=Audience(entry["audience"]),
        valid_from=entry["valid_from"],
        valid_until=entry["valid_until"],
        approved_at=entry["valid_from"],
    )
    assert approved.approval.market is document.market
    assert approved.approval.valid_from <= datetime(2026, 11, 22, tzinfo=UTC)


def test_the_approved_answers_name_sections_the_label_has_and_no_figure_it_has_not(documents):
    answers, label = parse((LIBRARY / ANSWERS).read_bytes(), ANSWERS), documents[US]
    references = [s.heading.removeprefix("Label: ") for s in answers.sections if s.field == REFERENCE_FIELD]
    headings = {s.path[-1].lower() for s in label.sections}
    assert references
    assert {reference.lower() for reference in references} <= headings
    for section, _ in questions_of(answers):
        said = answer_span(answers, section.index).of(answers.text)
        assert set(re.findall(r"\d+", said)) <= set(re.findall(r"\d+", label.text)), section.heading
    assert (answers.names, "fictional product" in answers.title) == (label.names, True)


def test_review_numbers_are_not_shared():
    assert len({entry["mlr_id"] for entry in MANIFEST}) == len(MANIFEST)


def test_only_the_standard_response_is_for_medical_staff_alone():
    assert {entry["file"] for entry in MANIFEST if entry["audience"] == "medical"} == {RESPONSE}


@pytest.mark.parametrize(
    ("name", "kind", "market", "sections", "tables"),
    [
        (US, DocumentKind.PRESCRIBING_INFORMATION, Market.US, 52, 11),
        (EU, DocumentKind.PRESCRIBING_INFORMATION, Market.EU, 33, 4),
        (STUDY, DocumentKind.CLINICAL_STUDY_SUMMARY, Market.US, 7, 2),
        (RESPONSE, DocumentKind.STANDARD_RESPONSE, Market.US, 8, 1),
    ],
)
def test_each_document_parses_to_its_kind_market_sections_and_tables(documents, name, kind, market, sections, tables):
    document = documents[name]
    assert (document.kind, document.market, document.language) == (kind, market, "en")
    assert (len(document.sections), len(document.tables)) == (sections, tables)


def test_all_documents_are_of_one_product_and_each_has_an_id_of_its_own(documents):
    names = {(d.names.product, d.names.generic, d.names.substances, d.names.routes) for d in documents.values()}
    assert names == {("Nelvoris", "lumivasertib", ("lumivasertib mesylate",), ("oral",))}
    assert len({d.document_id for d in documents.values()}) == len(documents)


def test_every_document_says_in_a_sentence_that_the_product_is_fictional(documents):
    for name, document in documents.items():
        sentences = [document.text[u.start : u.end] for u in document.units]
        assert any("fictional product" in sentence for sentence in sentences), name
        assert "fictional product" in document.title, name


def test_the_prescribing_information_is_rich_enough_to_ask_it_anything(documents):
    families = {s.field for s in documents[US].sections}
    assert len(documents[US].text.split()) > 3500
    assert families >= {
        "boxed_warning",
        "indications_and_usage",
        "dosage_and_administration",
        "dosage_forms_and_strengths",
        "contraindications",
        "warnings_and_cautions",
        "adverse_reactions",
        "drug_interactions",
        "use_in_specific_populations",
        "pregnancy",
        "lactation",
        "pediatric_use",
        "geriatric_use",
        "renal_impairment",
        "hepatic_impairment",
        "overdosage",
        "description",
        "mechanism_of_action",
        "pharmacodynamics",
        "pharmacokinetics",
        "nonclinical_toxicology",
        "clinical_studies",
        "how_supplied",
        "information_for_patients",
    }


def test_the_patients_medication_guide_is_left_out(documents):
    source = (LIBRARY / US).read_text()
    assert "hurt your liver" in source
    assert "hurt your liver" not in documents[US].text


def test_a_highlights_block_is_not_the_only_place_of_what_it_says(documents):
    document = documents[US]
    full = [document.text[u.start : u.end] for u in document.units if not u.is_highlight]
    assert any(text.startswith("The recommended induction dosage of NELVORIS is 40 mg") for text in full)


def test_the_renal_dosing_table_has_two_header_rows_rows_by_clearance_and_a_footnote(documents):
    document = documents[US]
    grid = table(document, "Table 1.")
    assert len(grid.header) == 2
    assert body(document, grid)[2] == ["15 to 29", "20 mg once daily", "10 mg once daily", "10 mg once daily"]
    assert grid.rows[3].cells[-1].columns == 3
    assert grid.footnotes[0].of(document.text).startswith("† NELVORIS has not been studied")


def test_the_dose_modification_table_has_groups_and_cells_over_several_rows(documents):
    document = documents[US]
    grid = table(document, "Table 2.")
    groups = [document.text[row.start : row.end] for row in grid.rows if row.is_group]
    assert [group.split(" [")[0] for group in groups] == ["Hepatotoxicity", "Hematologic reactions", "Infections"]
    assert [row[0] for row in body(document, grid)].count("ALT or AST increased") == 3


def test_lists_keep_the_sentence_they_hang_on(documents):
    document = documents[US]
    lead_ins = {u.lead_in.of(document.text) for u in document.units if u.lead_in}
    assert "NELVORIS is contraindicated in patients with:" in lead_ins


def test_the_markets_differ_in_indication(documents):
    american, european = words_of(documents[US], "1"), words_of(documents[EU], "4.1")
    assert "chronic pouchitis" in american
    assert "pouchitis" not in documents[EU].text.lower()
    assert "adolescents from 16 years" in european
    assert "not been established in pediatric patients" in words_of(documents[US], "8.4")


def test_the_markets_differ_in_dose(documents):
    american, european = words_of(documents[US], "2.2"), words_of(documents[EU], "4.2")
    assert "induction dosage of NELVORIS is 40 mg" in american
    assert "maintenance dosage of NELVORIS is 20 mg" in american
    assert "The recommended dose is 30 mg once daily for 8 weeks" in european
    assert "40 mg once daily" not in european
    assert body(documents[EU], table(documents[EU], "Table 2."))[0][1] == "30 mg once daily"


def test_the_markets_differ_in_contraindications(documents):
    american, european = words_of(documents[US], "4"), words_of(documents[EU], "4.3")
    assert "Child-Pugh C" in american
    assert "Child-Pugh B" not in american
    for only_european in ("Pregnancy", "Child-Pugh B or C", "strong CYP3A4 inducers", "Active tuberculosis"):
        assert only_european in european
        assert only_european.lower() not in american.lower()


def test_the_study_summary_repeats_the_figures_of_the_prescribing_information(documents):
    row = body(documents[US], table(documents[US], "Table 10."))[0]
    assert row == ["Clinical remission", "47%", "16%", "31% (21%, 41%)"]
    assert "47% (71/152)" in words_of(documents[STUDY], "4.1")
    assert "16% (24/152)" in words_of(documents[STUDY], "4.1")


def test_percentages_given_with_their_counts_are_right(documents):
    checked = 0
    for name, document in documents.items():
        for percent, count, total in re.findall(r"(\d+)% \((\d+)/(\d+)\)", document.text):
            assert round(100 * int(count) / int(total)) == int(percent), (name, percent, count, total)
            checked += 1
        for count, total, percent in re.findall(r"(\d+)/(\d+) \((\d+)\)", document.text):
            assert round(100 * int(count) / int(total)) == int(percent), (name, percent, count, total)
            checked += 1
    assert checked > 15


def test_the_subgroups_of_the_study_add_up_to_the_whole(documents):
    document = documents[STUDY]
    remission = [row for row in body(document, table(document, "Table 2.")) if row[0] == "Clinical remission"]
    counts = [[[int(n) for n in re.findall(r"\d+", cell)[:2]] for cell in row[1:]] for row in remission]
    assert [sum(column) for column in zip(*(row[0] for row in counts), strict=True)] == [71, 152]
    assert [sum(column) for column in zip(*(row[1] for row in counts), strict=True)] == [24, 152]


def test_every_section_a_document_refers_to_exists(documents):
    for name, document in documents.items():
        source = (LIBRARY / name).read_text()
        anchors = set(re.findall(r'<section ID="S([\d.]+)"', source))
        assert set(re.findall(r'href="#S([\d.]+)"', source)) <= anchors, name
        assert document.text


def test_every_table_a_text_refers_to_exists(documents):
    for name, document in documents.items():
        captions = {t.caption.of(document.text).split(".")[0] for t in document.tables if t.caption}
        assert len(captions) == len(document.tables), name
        assert set(re.findall(r"Table \d+", document.text)) == captions, name
