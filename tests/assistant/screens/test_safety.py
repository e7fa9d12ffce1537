import pytest

from assistant.screens import ScreenInput
from assistant.screens.safety import SafetyScreen
from assistant.types import Scope

NAMES = ("zelvantra", "zelvantinib", "corvexa", "corvexumab")


def kinds(text, product=None):
    message = ScreenInput(text=text, scope=Scope(product=product), product_names=NAMES)
    findings = SafetyScreen().look(message)
    assert all(0 <= f.start < f.end <= len(text) for f in findings)
    return {f.detail for f in findings}


REPORTS = [
    "58F on corvexa, facial swelling 40 min after dose 3. FYI",
    "TEN day 11, she's in ICU",
    "AST 9x ULN + itching at week 6 in one of ours, stopped",
    "one of my pts on Zelvantra was hospitalised last week with pancreatitis",
    "plts 9k on zelvantinib day 14, nothing else changed",
    "collapsed at home yesterday, ECG shows complete heart block. drug stopped",
    "sadly our 81M on corvexa died of a GI bleed after the 2nd infusion",
    "hematemesis day 3, Hgb 5.9, 2 units given. held it",
    "mother says he's been hallucinating since we went up to 40 mg",
    "she got shingles on it in June",
    "new onset psoriasis after cycle 4, wanted to report it",
    "pt of mine developed uveitis on corvexa. what does the label say about rechallenge?",
    "7yo, WBC came back 1.1 on day 9. cutoff to stop?",
    "had to stop Zelvantra in my patient because of severe diarrhoea",
    "my lady on corvexa has ALT 6x ULN today, when to recheck?",
    "losing his hair since C2",
    "He was found unresponsive this morning, started zelvantra 3 days ago",
    "reporting a case of tendon rupture, 66M, day 5",
    "siezure on day 2 of zelvantra, 34F",
    "QTc 530 on 10 bid, repeat 525. at what QTc does the label say stop",
]


@pytest.mark.parametrize("text", REPORTS)
def test_what_happened_to_a_patient_is_an_adverse_event(text):
    assert "adverse_event" in kinds(text, "Zelvantra")


SITUATIONS = [
    ("the pen jammed halfway and nothing came out, lot AB123", "product_complaint"),
    ("found black specks in the vial this morning", "product_complaint"),
    ("my patient's needle bent and the syringe leaked", "product_complaint"),
    ("she's 9 weeks pregnant and was on corvexa until yesterday", "pregnancy_exposure"),
    ("wife of a man on zelvantinib has just conceived", "pregnancy_exposure"),
    ("my pt on Zelvantra found out she's pregnant, what now?", "pregnancy_exposure"),
    ("new mum has been taking zelvantra while breastfeeding", "lactation_exposure"),
    ("nurse gave corvexa IM instead of SC", "medication_error"),
    ("pharmacist dispensed the wrong strength, she took two", "medication_error"),
    ("he took double the dose by mistake this morning", "overdose"),
    ("she overdosed on zelvantra last night, observed in ED", "overdose"),
    ("patient is snorting his zelvantra tablets", "misuse_abuse"),
    ("my patient has been giving her pills to her sister to lose weight", "misuse_abuse"),
    ("corvexa has stopped working for her after 6 months", "lack_of_effect"),
    ("no response at all after 3 months in my patient", "lack_of_effect"),
    ("pharmacy tech got a needlestick while drawing up corvexa", "occupational_exposure"),
    ("I spilled zelvantra on my hands without gloves", "occupational_exposure"),
    ("used corvexa off-label in my pt with sarcoid, he got pneumonitis on day 9", "off_label_use_with_harm"),
]


@pytest.mark.parametrize(("text", "kind"), SITUATIONS)
def test_a_special_situation_is_found(text, kind):
    assert kind in kinds(text, "Corvexa")


QUESTIONS = [
    "how common is grade 3 diarrhoea with corvexa?",
    "what % of patients had rash in the trial",
    "if a patient develops pneumonitis, hold or stop for good?",
    "hypothetically if someone got SJS, rechallenge?",
    "which serious skin reactions are listed for zelvantra?",
    "management of infusion reactions?",
    "headache and nausea vs placebo",
    "ANC cutoff to withhold?",
    "who is at higher risk of hepatotoxicity per PI?",
    "pt has penicillin allergy - can I give corvexa?",
    "does zelvantra cause weight gain?",
    "pregnancy data for corvexa?",
    "is it safe in breastfeeding?",
    "what to do if the pen jams?",
    "what should a patient do if a dose is missed?",
    "zelvantra in a pt with epilepsy - dose?",
    "pt CrCl 22, label dose?",
    "dose for psoriasis in a 24yo",
    "bleeding rates zelvantra vs warfarin in STUDY-1",
    "can a 40 year old start at 3 mg rather than 6",
    "highest single overdose reported in the label?",
    "pt with history of MI, any dose change?",
    "corvexa in pregnancy w raised TSH: how much to raise the dose",
    "symptoms of overdose?",
    "is the tablet scored, can it be crushed?",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_about_what_happens_in_general_is_no_report(text):
    assert kinds(text, "Zelvantra") == set()


def test_a_denied_reaction_leaves_the_medication_error():
    assert kinds("she was given the wrong drug, no rash, no reaction so far") == {"medication_error"}


def test_a_report_beside_a_question_has_the_span_of_its_own_clause():
    text = "label dose for gout? also one of my pts got DRESS on it in March, and what about kids"
    (found,) = SafetyScreen().look(ScreenInput(text=text, scope=Scope(), product_names=NAMES))
    assert "DRESS" in text[found.start : found.end]
    assert "label dose" not in text[found.start : found.end]
    assert found.found_by == "us.safety.event@1"
