import pytest
from corvexa import label

from assistant.screens.off_label import assess_harm, assess_use
from assistant.types import FindingKind, SafetyKind


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("corvexa for hidradenitis - dose?", "condition"),
        ("any sarcoidosis data?", "condition"),
        ("with a second drug in marker-positive colorectal - dose?", "condition"),
        ("2L urothelial: dose?", "condition"),
        ("dosing in giant cell arteritis", "condition"),
        ("acute gout flare, 40 mg x 3 days - evidence?", "condition"),
        ("corvexa in lupus nephritis, schedule?", "condition"),
        ("corvexa for cholesteatoma, dose?", "condition"),
        ("8 yo with psoriasis, starting dose", "age"),
        ("RA dose for a 10 year old", "age"),
        ("can I give it IV, same dose?", "route"),
        ("weekly instead of q2w, any regimen?", "frequency"),
        ("can I go up to 160 mg?", "amount"),
        ("1 g q2w, anyone tried?", "amount"),
        ("40 mg weekly?", "frequency"),
        ("Blomqvist syndrome, dosing?", "condition"),
        ("ZQX, titration?", "condition"),
        ("salivary gland ca dose", "condition"),
        ("given sublingually, same dose?", "route"),
        ("combining with upadacitinib, what do we know?", "combination"),
    ],
)
def test_a_use_outside_the_label_is_off_label(text, detail):
    finding = assess_use(text, (), label())
    assert finding is not None
    assert (finding.kind, finding.detail) == (FindingKind.OFF_LABEL, detail)
    assert finding.confidence >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "RA dose?",
        "plaque psoriasis in a 14 yo, starting dose",
        "psoriasis, can I start with 80 mg?",
        "is it approved for sarcoidosis?",
        "contraindicated in heart failure?",
        "is lupus nephritis covered by the indication?",
        "does it cause gout?",
        "risk of hepatitis B reactivation?",
        "dose in renal impairment?",
        "pt with diabetes and RA - dose?",
        "use in pregnancy?",
        "minimum age per the PI?",
        "how is it stored?",
        "use in kids - boxed warning?",
        "what does the label say about sarcoidosis",
        "pts on HD: dose?",
        "ALT limits to start?",
        "weekly LFTs needed?",
        "dose with methotrexate in RA?",
        "every 2 weeks or monthly in RA?",
    ],
)
def test_a_label_question_is_not(text):
    finding = assess_use(text, (), label())
    assert finding is None or finding.confidence < 0.5


def test_without_a_label_nothing_is_said():
    assert assess_use("corvexa for gout", (), ()) is None


def test_a_population_found_by_understanding_counts_as_an_age_only_where_the_label_has_none():
    assert assess_use("starting dose", ("pediatric",), label()) is None  # the label gives doses from 12 years


def test_harm_in_an_unapproved_use_is_a_further_kind_of_the_report():
    finding = assess_harm("used it for sarcoidosis and she got pneumonitis", label())
    assert finding is not None
    assert finding.detail == SafetyKind.OFF_LABEL_USE_WITH_HARM.value
    assert assess_harm("my RA pt got hives", label()) is None


@pytest.mark.parametrize(
    "text",
    [
        "any grade CRS, how many gr 3",
        "how many spike fevers?",
        "problems when stopping it, hair loss?",
        "can it be taken with omeprazole, pt has reflux",
        "HIV pt on omeprazole",
    ],
)
def test_rates_and_what_another_medicine_is_for_are_no_use(text):
    assert assess_use(text, (), label()) is None


@pytest.mark.parametrize("text", ["sarcoidosis pt on omeprazole, what dose", "pt has sarcoidosis, dose?"])
def test_the_dose_for_what_the_patient_has_still_is(text):
    assert assess_use(text, (), label()) is not None


def test_a_label_whose_indications_are_not_read_approves_no_use():
    (held,) = label()
    silent = held.document.model_copy(
        update={
            "sections": tuple(s for s in held.document.sections if s.field != "indications_and_usage"),
            "source_sha256": "2" * 64,
        }
    )
    assert assess_use("corvexa for sarcoidosis, dose?", (), [held.model_copy(update={"document": silent})]) is not None
