"""What makes a use off-label, one reason a test, and what keeps each reason from counting. The label is invented."""

from __future__ import annotations

import pytest
from corvexa import label

from assistant.screens.label_uses import read_uses
from assistant.screens.off_label import assess_harm, assess_use, goes_on
from assistant.types import FindingKind, SafetyKind

LABEL = label()


def found(text, populations=(), held=LABEL):
    finding = assess_use(text, populations, held)
    return None if finding is None else (finding.detail, text[finding.start : finding.end])


def surely(text, populations=()):
    finding = assess_use(text, populations, LABEL)
    return finding.confidence if finding else 0.0


ACTED_ON = 0.5


def named(name):
    """The invented label under another name and with another sentence in it."""
    (one,) = LABEL
    more = one.document.model_copy(update={"source_sha256": name.ljust(64, "0"), "text": one.document.text + name})
    return (one.model_copy(update={"document": more}),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("corvexa for gout - dose?", "gout"),
        ("use it in asthma, dose?", "asthma"),
        ("to treat sarcoidosis, which dose?", "sarcoidosis"),
        ("what about gout, dose?", "gout"),
        ("asthma dose?", "asthma"),
        ("what dose in psoriasis, and for gout?", "gout"),
    ],
)
def test_a_disease_the_label_does_not_hold_is_named_at_its_place(text, words):
    assert found(text) == ("condition", words)
    assert surely(text) >= ACTED_ON


@pytest.mark.parametrize(
    "text",
    [
        "RA dose without gout?",
        "RA dose in a patient with diabetes?",
        "is it approved for gout?",
        "risk of gout?",
        "psoriasis dose",
        "heart failure patients, RA dose?",
    ],
)
def test_a_disease_denied_beside_or_asked_about_is_none(text):
    assert surely(text) < ACTED_ON


def test_a_disease_the_label_excludes_is_surer_than_one_it_only_warns_of():
    assert surely("corvexa in lupus nephritis, schedule?") > surely("dose in hepatitis B?")


def test_a_disease_asked_for_by_name_is_surer_than_one_that_only_stands_there():
    assert surely("corvexa for gout - dose?") > surely("would corvexa do anything at all in someone who has gout?")


def test_a_disease_the_label_never_names_is_surer_than_one_it_names_elsewhere():
    assert surely("corvexa for gout, dose?") > surely("corvexa for hepatitis B, dose?")


@pytest.mark.parametrize("text", ["corvexa for cholesteatoma, dose?", "dose to treat hiccups?"])
def test_a_complaint_no_list_holds_is_a_use_where_it_is_to_be_treated(text):
    assert found(text)[0] == "condition"


@pytest.mark.parametrize(
    "text", ["cholesteatoma and the dose?", "risk of cholesteatoma, dose for it?", "corvexa for cholesteatoma"]
)
def test_a_complaint_no_list_holds_that_is_not_to_be_treated_is_none(text):
    assert surely(text) < ACTED_ON


def test_a_complaint_the_label_names_is_none():
    assert found("corvexa for cholesteatoma, dose?", held=named(" Cholesteatoma may shrink.")) is None


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("psoriasis dose for an 11 yo", "11 yo"),
        ("psoriasis dose for a 12 yo", None),
        ("RA dose for a 17 yo", None),  # the label's general age counts where none is given for the disease
        ("corvexa dose for an 8 yo", "8 yo"),
        ("8 yo with psoriasis: how was the picnic", None),  # no dose is asked for
        ("psoriasis dose for an 18 yo", None),
    ],
)
def test_an_age_below_the_labels_is_outside_it(text, age):
    assert found(text) == (("age", age) if age else None)


def test_children_are_outside_only_a_label_for_adults():
    adults = named("adults")
    (one,) = adults
    text = one.document.text.replace("pediatric patients 12 years of age and older", "others over all of the whole")
    text = text.replace("under 12 years.", "of any kind....")
    adults = (one.model_copy(update={"document": one.document.model_copy(update={"text": text})}),)
    assert read_uses(adults).youngest == 18
    assert found("dose in children?", held=adults) == ("age", "children")
    assert found("starting dose", ("pediatric",), adults) == ("age", "starting dose")
    assert found("starting dose", ("geriatric",), adults) is None
    assert found("dose in children?") is None


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("can I give it IV?", True),
        ("can I give it SC?", False),
        ("can I give it IV with methotrexate?", False),  # the other one's route
        ("it was IV", False),
        ("PR interval, can I give it?", False),
        ("can I give 40 mg PR?", True),
    ],
)
def test_a_route_the_label_does_not_hold_is_outside_it(text, outside):
    assert found(text) == (("route", text) if outside else None)


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("weekly instead of every 2 weeks?", True),
        ("every 2 weeks?", False),
        ("is weekly better?", True),
        ("is weekly or every 2 weeks better?", False),
        ("is weekly better with methotrexate?", False),
        ("weekly injections hurt", False),
    ],
)
def test_a_frequency_the_label_does_not_hold_is_outside_it(text, outside):
    assert found(text) == (("frequency", text) if outside else None)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("can I give 81 mg?", "81 mg"),
        ("can I give 80 mg?", None),
        ("can I give 1,000 mg?", "1,000 mg"),
        ("can I give 100 mg/kg?", None),
        ("can I give 100 mg with methotrexate?", None),
        ("risk of 100 mg, can I give it?", None),
        ("does it come as one pen?", None),
        ("what happens beyond 100 mg?", "100 mg"),
    ],
)
def test_an_amount_above_the_labels_largest_is_outside_it(text, amount):
    assert found(text) == (("amount", amount) if amount else None)


def test_an_amount_the_label_names_elsewhere_is_asked_about_as_such():
    assert found("is 300 mg right?", held=named(" In a study 300 mg was given.")) is None
    assert found("is 300 mg right?") == ("amount", "300 mg")
    assert found("can I exceed it to 300 mg?", held=named(" In a study 300 mg was given!")) == ("amount", "300 mg")


@pytest.mark.parametrize(
    ("text", "medicine"),
    [
        ("combining with upadacitinib?", "upadacitinib"),
        ("combining it with corvexumab?", None),
        ("upadacitinib - combining with what?", None),
        ("combining with the following one of them: say upadacitinib?", None),
        ("together with upadacitinib", "upadacitinib"),
    ],
)
def test_a_combination_with_a_medicine_the_label_never_names_is_outside_it(text, medicine):
    assert found(text) in ((("combination", medicine),) if medicine else (None,))


def test_a_combination_the_label_names_is_none():
    assert found("combining with upadacitinib?", held=named(" Take with upadacitinib.")) is None


def test_the_surest_reason_is_told():
    text = "can I give 160 mg for gout combining with upadacitinib?"
    assert found(text)[0] == "condition"
    finding = assess_use(text, (), LABEL)
    assert (finding.kind, finding.found_by) == (FindingKind.OFF_LABEL, "off_label.condition@1")


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("what dose works?", True),
        ("any data?", True),
        ("any data in gout?", False),
        ("what dose in a 9 yo?", False),
        ("what dose works if I may ask you so late?", False),
        ("is it stored cold?", False),
    ],
)
def test_a_question_without_a_use_of_its_own_goes_on_with_the_last_one(text, does):
    assert goes_on(text) is does


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("took it for gout and had hives", "gout"),
        ("my gout patient had hives", "gout"),
        ("my gout pt had hives", "gout"),
        ("she has gout and had hives", None),
        ("took it for psoriasis and had hives", None),
        ("took it for diabetes screening, had psoriasis and hives", None),
        ("she had hives", None),
    ],
)
def test_harm_counts_as_in_an_unapproved_use_where_that_is_what_it_was_taken_for(text, words):
    finding = assess_harm(text, LABEL)
    assert (finding and text[finding.start : finding.end]) == words
    if finding:
        assert (finding.kind, finding.detail) == (FindingKind.SAFETY_REPORT, SafetyKind.OFF_LABEL_USE_WITH_HARM)


def test_without_a_label_no_harm_is_held_against_one():
    assert assess_harm("took it for gout and had hives", ()) is None


@pytest.mark.parametrize(
    "text", ["what dose would people fear hepatitis B?", "how does it help where heart failure is common?"]
)
def test_a_disease_that_only_stands_in_a_question_and_in_the_label_is_doubtful(text):
    assert 0 < surely(text) < ACTED_ON


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("psoriasis due to gout, dose?", True),
        ("gout psoriasis, dose?", True),
        ("psoriasis and gout, dose?", False),
        ("gout, psoriasis, dose?", False),
    ],
)
def test_the_disease_behind_an_approved_one_is_another_use_and_one_beside_it_is_none(text, outside):
    assert found(text) == (("condition", "gout") if outside else None)
