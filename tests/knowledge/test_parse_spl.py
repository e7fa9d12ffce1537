"""SPL documents: header, nested sections, lists, excerpts; hostile XML is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import HostileDocument, UnreadableDocument
from knowledge.parse import parse
from knowledge.types import DocumentKind, Market, ParsedDocument, UnitKind

LABELS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "labels" / "spl"
LOINC = 'codeSystem="2.16.840.1.113883.6.1"'


def section(code: str, title: str, body: str = "", inner: str = "") -> str:
    text = f"<text>{body}</text>" if body else ""
    return f'<component><section><code code="{code}" {LOINC}/><title>{title}</title>{text}{inner}</section></component>'


def spl(body: str, *, head: str = "", code: str = f'<code code="34391-3" {LOINC}/>') -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<document xmlns="urn:hl7-org:v3">{head}<id root="11"/>{code}<title>Examplio label</title>
<effectiveTime value="20240131"/><languageCode code="en-US"/><setId root="AB-12"/><versionNumber value="7"/>
<author><assignedEntity><representedOrganization><name>Invented Pharma</name></representedOrganization>
</assignedEntity></author>
<component><structuredBody>
<component><section><code code="48780-1" {LOINC}/><subject><manufacturedProduct><manufacturedProduct>
<name>EXAMPLIO</name><asEntityAsGeneric><genericMedicine><name>Examplinib</name></genericMedicine></asEntityAsGeneric>
<ingredient classCode="ACTIB"><ingredientSubstance><name>EXAMPLINIB MESYLATE</name></ingredientSubstance></ingredient>
</manufacturedProduct></manufacturedProduct></subject></section></component>
{body}</structuredBody></component></document>""".encode()


def shown(document: ParsedDocument) -> list[str]:
    return [document.text[unit.start : unit.end] for unit in document.units]


DOSAGE = section("34068-7", "2 DOSAGE", inner=section("42229-5", "2.1 Adults", "<paragraph>Give 5 mg.</paragraph>"))


def test_the_header_gives_identity_names_market_and_kind():
    document = parse(spl(DOSAGE), "x.xml")
    assert (document.document_id, document.version, document.market) == ("ab-12", "7", Market.US)
    assert (document.names.product, document.names.generic) == ("Examplio", "examplinib")
    assert document.names.substances == ("examplinib mesylate",)
    assert (document.manufacturer, document.language, str(document.effective_on)) == (
        "Invented Pharma",
        "en",
        "2024-01-31",
    )
    kind = '<code code="standard-response" codeSystem="urn:hcp-assistant:document-kind"/>'
    document = parse(spl(DOSAGE, head='<realmCode code="EU"/>', code=kind), "x.xml")
    assert (document.market, document.kind) == (Market.EU, DocumentKind.STANDARD_RESPONSE)


def test_an_unknown_realm_is_refused_by_name():
    with pytest.raises(UnreadableDocument, match="'JP' is no market"):
        parse(spl(DOSAGE, head='<realmCode code="JP"/>'), "x.xml")


def test_subsections_nest_and_take_the_family_of_their_parent():
    document = parse(spl(DOSAGE), "x.xml")
    assert [(s.field, s.number, s.heading, s.parent) for s in document.sections] == [
        ("dosage_and_administration", "2", "DOSAGE", None),
        ("dosage_and_administration", "2.1", "Adults", 0),
    ]


def test_lists_keep_their_lead_in_at_every_level():
    body = (
        "<paragraph>Do not give in:</paragraph><list><item>Gout of the:<list><item>foot</item></list></item>"
        "<item>Flu</item></list>"
    )
    document = parse(spl(section("34070-3", "4 CONTRAINDICATIONS", body)), "x.xml")
    leads = [unit.lead_in.of(document.text) if unit.lead_in else "" for unit in document.units]
    assert list(zip(shown(document), leads, strict=True)) == [
        ("Do not give in:", ""),
        ("Gout of the:", "Do not give in:"),
        ("foot", "Gout of the:"),
        ("Flu", "Do not give in:"),
    ]
    assert document.units[1].kind is UnitKind.LIST_ITEM


def test_patient_texts_and_excerpts_are_left_out():
    excerpt = "<excerpt><highlight><text><paragraph>Short. ( 4 )</paragraph></text></highlight></excerpt>"
    body = section("34070-3", "4 CONTRAINDICATIONS", "<paragraph>None at all.</paragraph>", excerpt)
    document = parse(spl(body + section("42231-1", "MEDICATION GUIDE", "What is it?")), "x.xml")
    assert shown(document) == ["None at all."]


def test_a_heading_without_text_is_quotable_itself():
    body = section("34070-3", "4 CONTRAINDICATIONS", inner=section("42229-5", "4.1 Gout of the foot"))
    assert shown(parse(spl(body), "x.xml")) == ["Gout of the foot"]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE d [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1/x">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_and_document_types_are_hostile(declaration, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{declaration}<document xmlns="urn:hl7-org:v3"/>'
    with pytest.raises(HostileDocument, match=r"x\.xml"):
        parse(text.encode(encoding), "x.xml")


@pytest.mark.parametrize(
    "data", [b"<document", b"<html/>", b"<", b"<document xmlns='urn:hl7-org:v3'/>", b"\xff\xfe<\x00"]
)
def test_malformed_or_other_xml_is_unreadable(data):
    with pytest.raises(UnreadableDocument, match=r"x\.xml"):
        parse(data, "x.xml")


@pytest.mark.skipif(not LABELS.is_dir(), reason="the shared labels are not here")
def test_the_shared_spl_files_parse():
    for path in sorted(LABELS.glob("*.xml")):
        document = parse(path.read_bytes(), path.name)
        assert document.names.product
        assert document.tables
        assert len(document.units) > 30
