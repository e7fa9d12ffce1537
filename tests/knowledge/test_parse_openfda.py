"""openFDA labels: sections, subsections, tables and highlights are found again in flattened text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.parse import parse
from knowledge.types import ParsedDocument, UnitKind

LABELS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "labels" / "openfda"


def openfda(**fields) -> bytes:
    record = {
        "set_id": "0A1B",
        "version": "3",
        "effective_time": "20240131",
        "openfda": {
            "brand_name": ["EXAMPLIO"],
            "generic_name": ["EXAMPLINIB"],
            "substance_name": ["EXAMPLINIB MESYLATE"],
            "route": ["ORAL"],
            "manufacturer_name": ["Invented Pharma"],
        },
    }
    record.update({key: value if isinstance(value, list) else [value] for key, value in fields.items()})
    return json.dumps({"meta": {}, "results": [record]}).encode()


def shown(document: ParsedDocument) -> list[str]:
    return [document.text[unit.start : unit.end] for unit in document.units]


def test_a_label_gives_its_names_version_date_and_sections():
    document = parse(openfda(contraindications="4 CONTRAINDICATIONS EXAMPLIO is not for use in gout."), "a/x.json")
    assert document.names.product == "Examplio"
    assert document.names.generic == "examplinib"
    assert (document.document_id, document.version, str(document.effective_on)) == ("0a1b", "3", "2024-01-31")
    (section,) = document.sections
    assert (section.number, section.heading, section.field, section.code) == (
        "4",
        "CONTRAINDICATIONS",
        "contraindications",
        "34070-3",
    )
    assert shown(document) == ["EXAMPLIO is not for use in gout."]


@pytest.mark.skipif(not LABELS.is_dir(), reason="the shared labels are not here")
@pytest.mark.parametrize("name", ["BLA761115.json", "NDA017377.json", "NDA009218.json"])
def test_a_real_label_parses_the_same_twice_and_its_spans_lie_in_the_text(name):
    data = (LABELS / name).read_bytes()
    document = parse(data, name)
    assert document == parse(data, name)
    end = 0
    for unit in document.units:
        assert end <= unit.start < unit.end <= len(document.text)
        end = unit.end
    assert any(unit.kind is UnitKind.TABLE_ROW for unit in document.units)


def test_numbered_subsections_become_nested_sections_and_cross_references_do_not():
    document = parse(
        openfda(
            dosage_and_administration=(
                "2 DOSAGE AND ADMINISTRATION 2.1 Recommended Dosage The recommended dose is 5 mg [see Dosage and "
                "Administration (2.2) ] . 2.2 Dosage in Patients with Renal Impairment Patients with gout get 2.5 mg."
            )
        ),
        "x.json",
    )
    assert [section.path for section in document.sections] == [
        ("2 DOSAGE AND ADMINISTRATION",),
        ("2 DOSAGE AND ADMINISTRATION", "2.1 Recommended Dosage"),
        ("2 DOSAGE AND ADMINISTRATION", "2.2 Dosage in Patients with Renal Impairment"),
    ]
    assert {section.field for section in document.sections} == {"dosage_and_administration"}
    assert shown(document)[1] == "Patients with gout get 2.5 mg."


def test_a_subsection_that_openfda_repeats_stands_once_with_its_own_field():
    pregnancy = "8.1 Pregnancy Risk Summary There are no data on EXAMPLIO in pregnancy."
    document = parse(
        openfda(use_in_specific_populations=f"8 USE IN SPECIFIC POPULATIONS {pregnancy}", pregnancy=pregnancy),
        "x.json",
    )
    assert document.text.count("There are no data") == 1
    assert [(s.field, s.code, s.parent) for s in document.sections] == [
        ("use_in_specific_populations", "43684-0", None),
        ("pregnancy", "42228-7", 0),
    ]


def test_an_old_label_is_split_where_other_fields_tell_the_boundaries():
    general = "General Watch the liver."
    document = parse(
        openfda(
            precautions=f"PRECAUTIONS {general} Geriatric Use Watch the old.",
            geriatric_use="Geriatric Use Watch the old.",
            general_precautions=general,
        ),
        "x.json",
    )
    assert [section.heading for section in document.sections] == ["PRECAUTIONS", "General", "Geriatric Use"]
    assert shown(document) == ["Watch the liver.", "Watch the old."]


def test_patient_texts_packaging_and_address_blocks_are_left_out():
    document = parse(
        openfda(
            contraindications="4 CONTRAINDICATIONS None.",
            spl_medguide="What is EXAMPLIO?",
            package_label_principal_display_panel="NDC 1",
            spl_unclassified_section="Manufactured by: Invented Pharma, Nowhere, 12345. All rights reserved to them.",
        ),
        "x.json",
    )
    assert shown(document) == ["None."]


def test_a_table_takes_the_place_of_its_flattened_text():
    flat = "Table 1: Dose by weight Weight Dose Light 5 mg Heavy 10 mg a taken whole"
    markup = (
        "<table><caption>Table 1: Dose by weight</caption><thead><tr><th>Weight</th><th>Dose</th></tr></thead><tbody>"
        "<tr><td>Light</td><td>5 mg</td></tr><tr><td>Heavy</td><td>10 mg</td></tr></tbody>"
        "<tfoot><tr><td colspan='2'>a taken whole</td></tr></tfoot></table>"
    )
    document = parse(
        openfda(
            dosage_and_administration=f"2 DOSAGE AND ADMINISTRATION Dose by weight. {flat} Swallow with water.",
            dosage_and_administration_table=markup,
        ),
        "x.json",
    )
    assert document.text.split("\n")[1:] == [
        "Dose by weight.",
        "Table 1: Dose by weight",
        "Weight | Dose",
        "Light | 5 mg",
        "Heavy | 10 mg",
        "a taken whole",
        "Swallow with water.",
    ]
    (table,) = document.tables
    assert table.footnotes[0].of(document.text) == "a taken whole"
    assert shown(document) == ["Dose by weight.", "Light | 5 mg", "Heavy | 10 mg", "Swallow with water."]


def test_bullets_become_items_with_the_sentence_they_hang_on_and_later_text_does_not():
    document = parse(
        openfda(
            contraindications=(
                "CONTRAINDICATIONS EXAMPLIO is contraindicated in: • gout of the foot • gout of the hand. "
                "Rashes were seen."
            )
        ),
        "x.json",
    )
    assert [(u.kind, u.lead_in is not None) for u in document.units] == [
        (UnitKind.SENTENCE, False),
        (UnitKind.LIST_ITEM, True),
        (UnitKind.LIST_ITEM, True),
        (UnitKind.SENTENCE, False),
    ]
    assert document.units[2].lead_in.of(document.text) == "EXAMPLIO is contraindicated in:"


def test_highlights_that_the_full_text_says_again_are_marked():
    document = parse(
        openfda(
            warnings_and_cautions=(
                "5 WARNINGS AND PRECAUTIONS Liver injury: Severe liver injury was seen. Monitor enzymes. ( 5.1 ) "
                "5.1 Liver Injury Severe liver injury was seen in trials. Monitor liver enzymes monthly."
            )
        ),
        "x.json",
    )
    assert [unit.is_highlight for unit in document.units] == [True, True, False, False]


def test_a_label_without_an_openfda_block_takes_its_name_from_the_product_data():
    record = {
        "set_id": "s",
        "version": "1",
        "contraindications": ["4 CONTRAINDICATIONS None."],
        "spl_product_data_elements": ["Examplio examplinib EXAMPLINIB WATER"],
    }
    document = parse(json.dumps({"results": [record]}).encode(), "x.json")
    assert document.names.product == "Examplio"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "neither"),
        (b"%PDF-1.7", "neither"),
        (b"{", "not readable as JSON"),
        (b"{}", "not an openFDA drug label"),
        (b'{"results": []}', "not an openFDA drug label"),
        (b'{"results": [{"set_id": "a"}, {"set_id": "b"}]}', "holds 2"),
        (b'{"results": [{"set_id": "a"}]}', "no section text"),
        (b'{"results": [{"contraindications": ["None."]}]}', "without a set_id"),
    ],
)
def test_what_is_no_label_gets_one_clear_error_with_its_name(data, said):
    with pytest.raises(UnreadableDocument, match=said) as error:
        parse(data, "folder/bad.json")
    assert str(error.value).startswith("bad.json: ")


@pytest.mark.slow
@pytest.mark.skipif(not LABELS.is_dir(), reason="the shared labels are not here")
def test_shared_labels_keep_every_word_of_their_sections():
    for path in sorted(LABELS.glob("*.json"))[::9]:
        document = parse(path.read_bytes(), path.name)
        record = json.loads(path.read_text())["results"][0]
        kept = set(re.findall(r"\w+", document.text.lower()))
        for field in ("dosage_and_administration", "contraindications", "warnings_and_cautions", "adverse_reactions"):
            words = re.findall(r"\w+", " ".join(record.get(field, [])).lower())
            assert sum(word in kept for word in words) >= 0.999 * len(words), (path.name, field)
