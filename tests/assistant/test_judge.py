from __future__ import annotations

import labels

from assistant.screens.medicines import find_medicines
from assistant.turn.judge import judge
from assistant.types import Finding, FindingKind, Part, PartKind, Screening, Understanding


def held(text, kind=PartKind.ON_LABEL, findings=(), product="Veltrano"):
    part = Part(text=text, standalone=text, kind=kind, product=product)
    screening = Screening(redacted=text, findings=tuple(findings))
    understanding = Understanding(parts=(part,), product=product)
    return judge(screening, understanding, lambda _product: (labels.approved(),), ("veltrano", "veltranib"), 0.5)


def comparison(text, confidence):
    return Finding(
        kind=FindingKind.COMPARATOR, start=0, end=len(text), found_by="us.comparator@1", confidence=confidence
    )


def kind_of(judged):
    return judged[1].parts[0].kind


def test_a_use_the_label_holds_stays_on_label():
    assert kind_of(held("dose for plaque psoriasis?")) is PartKind.ON_LABEL


def test_a_disease_the_label_never_names_is_off_label():
    assert kind_of(held("what dose for gout?")) is PartKind.OFF_LABEL


def test_a_comparison_with_a_medicine_the_studies_do_not_name_stays_a_comparison():
    text = "veltrano vs adalimumab, response at week 16?"
    assert kind_of(held(text, PartKind.COMPARATOR, [comparison(text, 0.65)])) is PartKind.COMPARATOR


def test_a_request_for_a_judgement_is_never_a_label_question():
    text = "is veltrano better than veltranib?"
    assert kind_of(held(text, PartKind.COMPARATOR, [comparison(text, 0.9)])) is PartKind.COMPARATOR


def test_harm_in_a_use_the_label_does_not_hold_is_a_kind_of_its_own():
    text = "my patient took it for gout and had hives"
    report = Finding(
        kind=FindingKind.SAFETY_REPORT, detail="adverse_event", start=0, end=len(text), found_by="r", confidence=0.9
    )
    screening, _ = held(text, PartKind.SAFETY_REPORT, [report])
    assert [f.detail for f in screening.findings] == ["adverse_event", "off_label_use_with_harm"]


def test_what_is_asked_beside_harm_in_such_a_use_is_asked_about_that_use():
    told, asked = "my patient took it for gout and had hives", "what dose should I have used?"
    text = f"{told} - {asked}"
    report = Finding(
        kind=FindingKind.SAFETY_REPORT, detail="adverse_event", start=0, end=len(told), found_by="r", confidence=0.9
    )
    assert kind_of(held(text, findings=[report])) is PartKind.OFF_LABEL


def test_without_a_product_nothing_is_held_against_a_label():
    screening, understanding = held("what dose for gout?", product=None)
    assert (screening.findings, understanding.parts[0].kind) == ((), PartKind.ON_LABEL)


def test_an_off_label_part_is_a_finding_with_its_place_in_the_message():
    screening, _ = held("what dose for gout?")
    (finding,) = screening.of_kind(FindingKind.OFF_LABEL)
    assert (finding.start, finding.end) == (0, len("what dose for gout?"))
    assert finding.detail == "condition"


def test_a_part_held_to_be_off_label_before_is_a_finding_too():
    screening, _ = held("something unheard of", PartKind.OFF_LABEL, product=None)
    assert [f.found_by for f in screening.of_kind(FindingKind.OFF_LABEL)] == ["off_label@1"]


def unknown(text, product="Veltrano"):
    part = Part(text=text, standalone=text, kind=PartKind.ON_LABEL, names_unknown_product=True)
    understanding = Understanding(parts=(part,), product=product)
    documents = (labels.approved(),)
    return judge(Screening(redacted=text), understanding, lambda _product: documents, ("veltrano", "veltranib"), 0.5)


def medicines_in_label():
    text = labels.veltrano().text
    return [m.name for m in find_medicines(text) if m.name not in {"veltrano", "veltranib"}]


def test_a_medicine_the_label_in_force_speaks_of_is_asked_of_that_label():
    name = medicines_in_label()[0]
    part = unknown(f"{name} - timing?")[1].parts[0]
    assert part.product == "Veltrano"
    assert not part.names_unknown_product
    assert part.standalone.startswith("Veltrano: ")


def test_a_medicine_no_label_in_force_speaks_of_stays_unknown():
    assert unknown("sildenafil - timing?")[1].parts[0].product is None
    assert unknown(f"{medicines_in_label()[0]} - timing?", product=None)[1].parts[0].product is None


def test_what_another_medicine_is_taken_for_is_no_use_asked_about():
    assert kind_of(held("pt on probenecid for gout, dose?")) is PartKind.ON_LABEL
