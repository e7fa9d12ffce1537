"""A safety case as drug safety reads it, and as it is handed on."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

import pytest
from lxml import etree

from assistant.cases.e2b import Sender, icsr
from assistant.cases.e2b_xml import NAMESPACE, SCHEMA, problems_of, to_xml
from assistant.cases.safety import read_report
from assistant.cases.safety_facts import age, gestation_weeks, lot_number, seriousness, sex
from assistant.cases.state import derive, next_event
from assistant.records import CaseEventKind, CaseKind, SafetyAssessment
from assistant.records import SeriousnessCriterion as S
from assistant.types import Finding, FindingKind, SafetyKind, Screening
from knowledge.types import Market
from tests.fakes import START
from tests.turns import PRODUCT, opened, turn

TEXT = "My patient on Veltrazone was admitted to the ICU with a rash."


def case(*told, text=TEXT, reason="adverse_event", product=PRODUCT, assessments=(), more=()):
    events = [
        opened("case_1", CaseKind.SAFETY).model_copy(
            update={"text": text, "reason": reason, "product": product, "interaction_id": "interaction_000001"}
        )
    ]
    for n, words in enumerate(told, start=1):
        events.append(next_event(events, CaseEventKind.FOLLOWED_UP, "hcp", START + timedelta(hours=n), words))
    for assessment in assessments:
        event = next_event(events, CaseEventKind.ASSESSED, "safety-1", START + timedelta(days=1))
        events.append(event.model_copy(update={"assessment": assessment}))
    for kind, at in more:
        events.append(next_event(events, kind, "safety-system", at))
    return derive(events)


def recorded(text=TEXT, start=26, end=61):
    finding = Finding(
        kind=FindingKind.SAFETY_REPORT, detail="adverse_event", start=start, end=end, found_by="rule@1", confidence=0.9
    )
    return {"interaction_000001": turn(screening=Screening(redacted=text, findings=(finding,)))}


def met(report):
    return {c.name: c.is_met for c in report.criteria}


def test_the_meter_shows_what_is_told_where_and_what_is_missing():
    report = read_report(case(), recorded())
    assert met(report) == {"reporter": True, "patient": False, "product": True, "event": True}
    assert report.missing == ("patient",)
    sources = {c.name: [s.quote for s in c.sources] for c in report.criteria}
    assert sources["product"] == ["Veltrazone"]
    assert sources["event"] == [TEXT[26:61]]
    assert all(TEXT[s.start : s.end] == s.quote for c in report.criteria for s in c.sources)


def test_a_later_answer_completes_the_same_case_and_day_0_stays():
    report = read_report(case("58 year old woman"), recorded())
    assert report.missing == ()
    patient = next(c for c in report.criteria if c.name == "patient")
    assert {s.event for s in patient.sources} == {2}
    assert (report.received_at, report.updated_at) == (START, START + timedelta(hours=1))
    assert (report.age.value, report.age.unit, report.sex) == (58, "years", "female")


def test_a_masked_person_beside_the_word_patient_is_a_patient_and_a_bare_patient_is_none():
    assert met(read_report(case(text="My patient [person] had a rash")))["patient"]
    assert not met(read_report(case(text="A patient had a rash")))["patient"]


def test_a_product_nobody_named_is_missing_until_it_is_told():
    assert "product" in read_report(case(text="A woman had a rash", product=None)).missing


def test_seriousness_is_proposed_from_the_words_and_decided_by_a_person():
    proposed = read_report(case())
    assert {s.criterion for s in proposed.serious} == {S.HOSPITALISATION, S.LIFE_THREATENING}
    assert not proposed.is_assessed
    assessed = read_report(case(assessments=[SafetyAssessment(seriousness=(S.HOSPITALISATION,), is_expected=False)]))
    assert ([s.criterion for s in assessed.serious], assessed.is_expected) == ([S.HOSPITALISATION], False)
    downgraded = read_report(case(assessments=[SafetyAssessment()]))
    assert not downgraded.is_serious
    assert "us.serious_unexpected" not in {c.id for c in downgraded.clocks}


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("she died on day 3", {S.DEATH}),
        ("no hospitalization, not admitted", set()),
        ("can it cause seizures?", set()),
        ("anaphylaxis, intubated, later discharged", {S.LIFE_THREATENING}),
        ("baby born with a cleft palate", {S.CONGENITAL_ANOMALY}),
        ("went to the ER with angioedema", {S.MEDICALLY_IMPORTANT}),
        ("mild itching for ten days", set()),
    ],
)
def test_words_of_seriousness_count_unless_negated_or_asked(text, criteria):
    assert set(seriousness(text)) == criteria


@pytest.mark.parametrize(
    ("text", "lot"),
    [
        ("lot AB1234 was cloudy", "AB1234"),
        ("Batch no. 22-B901", "22-B901"),
        ("AX99812", "AX99812"),
        ("the lot was bad", None),
        ("a lot of patients", None),
    ],
)
def test_a_lot_number_is_found_where_it_is_named_or_stands_alone(text, lot):
    found = lot_number(text)
    assert (found.quote if found else None) == lot


def test_ages_sexes_and_weeks_of_pregnancy():
    assert age("62 yo F").value == 62
    assert age("6 mo old baby").unit == "months"
    assert age("aged 90+").value == 90
    assert age("on it 2 weeks") is None
    assert (sex("45 yo m"), sex("his wife"), sex("a patient")) == ("male", None, None)
    assert gestation_weeks("now 8 weeks pregnant") == 8


def test_acknowledgement_ends_the_clocks_that_wait_for_it():
    acknowledged = (CaseEventKind.ACKNOWLEDGED, START + timedelta(minutes=5))
    report = read_report(case(more=[acknowledged]))
    assert all(clock.met_at == acknowledged[1] for clock in report.clocks)
    assert not any(clock.is_overdue(START + timedelta(days=100)) for clock in report.clocks)


def exported(found, turns=None):
    return icsr(read_report(found, turns or {}), Market.US, Sender(), "hcp_7f3a", "Pharmacy")


def test_the_export_is_valid_and_says_which_element_each_field_is():
    xml = to_xml(exported(case("58F, lot AB1234"), recorded()))
    assert problems_of(xml) == ()
    tree = etree.fromstring(xml)
    told = {e.get("e2b"): e.text for e in tree.iter() if e.get("e2b") != "-" and len(e) == 0}
    assert told["C.1.4"] == "20261122090000+0000"
    assert told["C.1.5"] == "20261122100000+0000"
    assert (told["D.2.2a"], told["D.2.2b"], told["D.5"]) == ("58", "a", "2")
    assert (told["E.i.1.1a"], told["E.i.3.2b"], told["E.i.3.2a"]) == (TEXT[26:61], "true", "false")
    assert (told["G.k.2.2"], told["G.k.4.r.7"], told["C.2.r.4"], told["C.1.7"]) == (PRODUCT, "AB1234", "2", "true")
    assert [e.get("nullFlavor") for e in tree.iter(f"{{{NAMESPACE}}}initials", f"{{{NAMESPACE}}}family_name")] == [
        "MSK",
        "MSK",
    ]


def test_the_same_events_give_the_same_bytes():
    assert to_xml(exported(case("58F"))) == to_xml(exported(case("58F")))


def test_text_that_xml_cannot_hold_does_not_stop_a_report():
    xml = to_xml(exported(case(text="rash \x00\x0b <b> & ￿ in a woman")))
    assert problems_of(xml) == ()
    assert "<b> &" in etree.fromstring(xml).findtext(f".//{{{NAMESPACE}}}case_narrative")


@pytest.mark.parametrize("kind", list(SafetyKind))
@pytest.mark.parametrize("product", [PRODUCT, None])
def test_every_kind_of_report_can_be_exported_with_whatever_is_missing(kind, product):
    xml = to_xml(exported(case(text="something happened", reason=kind.value, product=product)))
    assert problems_of(xml) == ()


def test_the_schema_refuses_what_does_not_fit():
    xml = to_xml(exported(case()))
    assert problems_of(xml.replace(b"20261122090000+0000", b"2026-11-22"))
    assert problems_of(xml.replace(b'e2b="C.1.4"', b'e2b="C.1.5"'))
    assert problems_of(re.sub(rb"<drug.*</drug>", b"", xml, flags=re.DOTALL))
    assert problems_of(b"<icsr")


def test_the_schema_documents_every_element():
    schema = etree.parse(SCHEMA)
    for element in schema.iter("{http://www.w3.org/2001/XMLSchema}element"):
        assert element.find(".//{http://www.w3.org/2001/XMLSchema}documentation") is not None, element.get("name")


def test_moments_are_written_in_utc():
    assert exported(case()).identification.first_received_at.tzinfo is UTC
