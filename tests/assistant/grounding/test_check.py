"""Each kind of fault is caught, each true way of saying it is kept. Product and passages are invented."""

from __future__ import annotations

import pytest

from assistant.grounding import FaultKind, check_proposed, check_sentence, missing_facts

LABEL = (
    "The recommended starting dose of VELTRANO is 40 mg taken orally once daily for 8 weeks. "
    "The maintenance dose of VELTRANO is 20 mg taken orally once daily. "
    "Do not start VELTRANO in adults with severe renal impairment unless the benefit outweighs the risk. "
    "Rash occurred in 6% of patients receiving VELTRANO and 1% of patients receiving placebo. "
    "Dizziness may occur within 2 hours. "
    "Reduce the dose if creatinine clearance is below 1,500 units."
)
LIST = "VELTRANO is contraindicated in patients with:\nsevere hepatic impairment\na history of angioedema"


def kinds(sentence: str, *passages: str) -> set[FaultKind]:
    return {fault.kind for fault in check_sentence(sentence, passages or (LABEL,))}


@pytest.mark.parametrize(
    "sentence",
    [
        "The recommended starting dose of VELTRANO is 40 mg taken orally once daily for 8 weeks.",
        "According to the label, the recommended starting dose is 40 mg by mouth once a day for 8 weeks.",
        "40 mg taken orally once daily for 8 weeks is the recommended starting dose of VELTRANO.",
        "The starting dose is 40 mg orally once daily for 8 weeks, and the maintenance dose is 20 mg once daily.",
        "Rash occurred in 6% of patients given VELTRANO and in 1% of patients given placebo.",
        "In adults with severe renal impairment, do not start VELTRANO unless the benefit outweighs the risk.",
        "Dizziness may occur within 2 hours.",
        "If creatinine clearance is below 1500 units, reduce the dose.",
    ],
)
def test_true_sentences_are_kept(sentence):
    assert kinds(sentence) == set()


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The recommended starting dose of VELTRANO is 60 mg taken orally once daily.", FaultKind.NUMBER),
        ("The recommended starting dose of VELTRANO is 20 mg taken orally once daily for 8 weeks.", FaultKind.NUMBER),
        ("Rash occurred in 1% of patients receiving VELTRANO and 6% of patients receiving placebo.", FaultKind.NUMBER),
        ("Reduce the dose if creatinine clearance is below 1,5 units.", FaultKind.NUMBER),
        ("The recommended starting dose of VELTRANO is 40 mcg taken orally once daily.", FaultKind.UNIT),
        ("The recommended starting dose of VELTRANO is 0.04 g taken orally once daily.", FaultKind.NUMBER),
        ("The recommended starting dose is 40 mg taken orally once daily for 8 days.", FaultKind.UNIT),
        ("Reduce the dose if creatinine clearance is above 1,500 units.", FaultKind.COMPARISON),
        ("Start VELTRANO in adults with severe renal impairment.", FaultKind.NEGATION),
        ("Do not start VELTRANO in adults with severe renal impairment.", FaultKind.NEGATION),
        ("The maintenance dose of VELTRANO is not 20 mg taken orally once daily.", FaultKind.NEGATION),
        ("Rash occurred without VELTRANO in 6% of patients.", FaultKind.NEGATION),
        ("Do not start VELTRANO in children with severe renal impairment.", FaultKind.POPULATION),
        ("Do not start VELTRANO unless the benefit outweighs the risk.", FaultKind.POPULATION),
        ("Do not start VELTRANO in adults with severe hepatic impairment.", FaultKind.POPULATION),
        ("The maintenance dose of warfarin is 20 mg taken orally once daily.", FaultKind.NAME),
        ("The maintenance dose of VELTRANO is 20 mg given intravenously once daily.", FaultKind.ROUTE),
        ("The maintenance dose of VELTRANO is 20 mg taken orally twice daily.", FaultKind.FREQUENCY),
        ("Dizziness will occur within 2 hours.", FaultKind.CERTAINTY),
        ("VELTRANO cures arthritis in most people.", FaultKind.SUPPORT),
        ("Dizziness may occur within 2 hours [3].", FaultKind.CITATION),
        ("Dizziness may occur within 2 hours (Smith et al).", FaultKind.CITATION),
    ],
)
def test_faults_are_caught_by_their_kind(sentence, kind):
    assert kind in kinds(sentence)


def test_a_list_item_is_held_with_the_sentence_it_hangs_on():
    assert kinds("VELTRANO is contraindicated in patients with severe hepatic impairment.", LIST) == set()
    assert kinds("VELTRANO is indicated in patients with severe hepatic impairment.", LIST) != set()


def test_a_lead_in_may_stand_in_a_passage_of_its_own():
    lead_in, item = LIST.split("\n")[:2]
    assert kinds("VELTRANO is contraindicated in patients with severe hepatic impairment.", lead_in, item) == set()


def test_nothing_cited_supports_nothing():
    assert {f.kind for f in check_sentence("Dizziness may occur.", ())} == {FaultKind.CITATION}


@pytest.mark.parametrize("named", [(), ("p2",), ("p1", "p7")])
def test_a_passage_that_was_not_offered_is_an_invented_citation(named):
    faults = check_proposed("Dizziness may occur within 2 hours.", named, {"p1": LABEL})
    assert [f.kind for f in faults] == [FaultKind.CITATION]


@pytest.mark.parametrize("sentence", ["", "   ", "\n", "?!", "7", "%", "[", "µ"])
def test_whatever_is_no_sentence_is_refused_and_breaks_nothing(sentence):
    assert check_sentence(sentence, (LABEL,))


def test_empty_passages_support_nothing():
    assert check_sentence("Dizziness may occur.", ("", " "))


def test_what_is_left_out_of_an_answer_is_named():
    required = [
        "The dose in adults with renal impairment is 40 mg orally once daily unless they are on dialysis (2.4)."
    ]
    assert missing_facts(required, required) == ()
    assert set(missing_facts(["The dose is 40 mg orally."], required)) >= {"adult", "renal", "once daily", "unless"}


def test_a_negation_left_out_of_an_answer_is_named():
    assert missing_facts(["Crush the tablets."], ["Do not crush the tablets."]) == ("a negation",)
