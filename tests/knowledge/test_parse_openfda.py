"""openFDA labels: sections, subsections, tables and highlights are found again in flattened text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
