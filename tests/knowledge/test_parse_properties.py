"""Whatever comes in: a valid document or one of our errors; every span lies where it says."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import DocumentError
from knowledge.parse import parse
from knowledge.types import ParsedDocument

TABLE = """<table><caption>Table 1: Doses<footnote>Whole</footnote></caption><tbody>
<tr><td rowspan='2'>Light</td><td>5 mg</td></tr><tr><td>6 mg</td></tr>
<tr><td colspan='2'>Heavy</td></tr><tr><td>Men</td><td>10 mg</td></tr></tbody></table>"""
DOSAGE = """2 DOSAGE AND ADMINISTRATION Take with food. ( 2.1 ) 2.1 Adults The dose is: • 5 mg • 6 mg. Take it.
Table 1: Doses Whole Light 5 mg 6 mg Heavy Men 10 mg 2.2 Storage Keep dry."""
LABEL = json.dumps(
    {
        "results": [
            {
                "set_id": "s",
                "version": "1",
                "openfda": {"brand_name": ["Examplio"]},
                "dosage_and_administration": [DOSAGE],
                "dosage_and_administration_table": [TABLE],
                "storage_and_handling": ["2.2 Storage Keep dry."],
            }
        ]
    }
).encode()
SPL = (
    '<document xmlns="urn:hl7-org:v3"><setId root="a"/><component><structuredBody><component><section>'
    "<subject><manufacturedProduct><name>Examplio</name></manufacturedProduct></subject><title>1 USES</title><text>"
    f"<paragraph>Use it for:</paragraph><list><item>gout</item></list>{TABLE}</text>"
    "</section></component></structuredBody></component></document>"
).encode()


def holds(document: ParsedDocument) -> None:
    size, end = len(document.text), 0
    for unit in document.units:
        assert end <= unit.start < unit.end <= size
        section = document.sections[unit.section]
        assert section.start <= unit.start
        assert unit.end <= section.end <= size
        assert unit.lead_in is None or unit.lead_in.end <= unit.start
        end = unit.end
    for section in document.sections:
        assert section.parent is None or document.sections[section.parent].end >= section.end
    for table in document.tables:
        for row in (*table.header, *table.rows):
            assert table.start <= row.start <= row.end <= table.end
            assert all(table.start <= cell.start < cell.end <= table.end for cell in row.cells)
            assert row.group is None or table.rows[row.group].is_group


def tried(data: bytes) -> None:
    try:
        document = parse(data, "x")
    except DocumentError:
        return
    holds(document)
    assert parse(data, "x") == document


def test_the_small_examples_hold():
    for data in (LABEL, SPL):
        document = parse(data, "x")
        holds(document)
        assert document.tables
        assert any(unit.lead_in for unit in document.units)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([LABEL, SPL]), st.data())
def test_a_cut_or_damaged_file_is_a_document_or_our_error(whole, data):
    at = data.draw(st.integers(0, len(whole)))
    damage = data.draw(st.binary(max_size=4))
    tried(whole[:at])
    tried(whole[:at] + damage + whole[at + len(damage) :])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_section_text_makes_a_document_whose_spans_hold(text, table):
    record = {
        "set_id": "s",
        "openfda": {"brand_name": ["Examplio"]},
        "warnings": ["WARNINGS " + text + " • one 5.1 Two"],
        "warnings_table": [f"<table><tr><td>{table}</td></tr></table>"],
        "warnings_and_cautions": ["5 WARNINGS AND PRECAUTIONS 5.1 " + text],
        "pregnancy": text,
        "spl_unclassified_section": [text, 5, None],
    }
    tried(json.dumps({"results": [record]}).encode())


@settings(max_examples=80, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "results",
                        "set_id",
                        "openfda",
                        "brand_name",
                        "warnings",
                        "warnings_table",
                        "version",
                        "effective_time",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json_is_a_document_or_our_error(value):
    tried(json.dumps(value).encode())
