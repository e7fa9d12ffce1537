"""The last thing that counts as a use of a product and the first that does not. Medicines and labels are invented."""

from __future__ import annotations

import pytest
from corvexa import label
from kormadex import uses

from assistant.screens.ages import find_young, youngest
from assistant.screens.contrasts import contrasts
from assistant.screens.disguise import deciphered
from assistant.screens.known_words import KnownWords
from assistant.screens.label_uses import read_uses
from assistant.screens.off_label import assess_use, goes_on
from assistant.screens.others_use import without_others_use
from assistant.screens.regimens import beyond

LABEL = label()
USES = read_uses(LABEL)


def found(text):
    finding = assess_use(text, (), LABEL)
    return None if finding is None else (finding.detail, text[finding.start : finding.end])


def surely(text):
    finding = assess_use(text, (), LABEL)
    return finding.confidence if finding else 0.0


# ---- what a label says


def test_a_label_is_read_once():
    assert read_uses(LABEL) is USES
    assert read_uses(label()) is USES  # the same text from the same source


@pytest.mark.parametrize(
    ("dosage", "most"),
    [
        ("methotrexate 40 mg Kormadex", 40),  # as near to the one as to the other
        ("Take Kormadex 40 mg with methotrexate 900 mg.", 40),
        ("Take methotrexate 900 mg, then 40 mg Kormadex.", 40),
        ("70 mg" + " " * 60 + "methotrexate", 70),  # sixty characters away it is no longer the other one's
        ("70 mg" + " " * 59 + "methotrexate", None),
        ("methotrexate" + " " * 60 + "70 mg", 70),
        ("methotrexate" + " " * 59 + "70 mg", None),
    ],
)
def test_a_figure_belongs_to_the_medicine_that_is_nearer(dosage, most):
    assert uses(dosage=dosage).most_amounts.get("mg") == most


@pytest.mark.parametrize(
    ("dosage", "frequencies"),
    [
        ("Monitor blood counts weekly.", set()),
        ("Monitor blood counts weekly. Take it daily.", {"daily"}),
        ("Monitor the dose weekly.", {"weekly"}),
        ("Check weekly, administer daily.", {"daily", "weekly"}),
        ("With methotrexate weekly, take Kormadex daily.", {"daily"}),
    ],
)
def test_how_often_something_is_tested_is_no_frequency_of_dosing(dosage, frequencies):
    assert uses(dosage=dosage).frequencies == frequencies


def test_a_route_is_the_products_own_too():
    assert uses(dosage="Give methotrexate intravenously and Kormadex subcutaneously.").routes == {"subcutaneous"}


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        ("It is:\n• gout\n– asthma\nNo more.\n• ulcer", ("It is:", "It is: • gout", "It is: – asthma", "No more.")),
        ("Given to A. Smith and B. Roe. Then stopped.", ("Given to A. Smith and B. Roe.", "Then stopped.")),
        ("Indicated for gout. Limitations of Use: not in the young.", ("Indicated for gout.", "Limitations of Use:")),
        ("Indicated for gout;  and more", ("Indicated for gout;", "and more")),
    ],
)
def test_the_text_of_a_section_is_cut_into_sentences(words, sentences):
    read = uses(dosage=words).dosing
    assert len(read) >= len(sentences)
    assert all(one.startswith(begins) for one, begins in zip(read, sentences, strict=False))


def test_the_lowest_weight_and_the_most_doses_are_those_of_sentences_that_affirm():
    read = uses(
        "Indicated in patients weighing 40 kg or more. Indicated in those weighing 30 kg or more. "
        "It is not recommended in patients weighing 10 kg or more.",
        "Give up to 6 doses. Give up to 4 doses.",
    )
    assert (read.least_kilograms, read.most_doses) == (30.0, 6.0)


def test_a_label_that_says_nothing_sets_no_limit():
    read = uses("Indicated for gout.")
    assert (read.least_kilograms, read.most_doses, read.youngest, read.most_amounts) == (None, None, None, {})


# ---- what a question asks


@pytest.mark.parametrize("text", ["for gout, dose?", "gout, dose?", "corvexa gout dose?"])
def test_a_disease_is_asked_about_from_the_first_letter_on(text):
    assert found(text) == ("condition", "gout")
    assert surely(text) == 0.9


def test_a_disease_behind_at_most_two_words_heads_its_question():
    heads = surely("gout here, which dose?")
    assert surely("one of gout here, which dose?") == heads
    assert surely("corvexa one of gout here, which dose?") == heads  # the product's own name does not count
    assert surely("one of us gout here, which dose?") < heads


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("psoriasis from gout, which dose?", "gout"),
        ("RA with gout, dose?", None),
        ("gout with RA, dose?", None),
        ("dose in gout patients with RA?", None),
        ("dose in lupus nephritis?", "lupus nephritis"),  # a limitation of use
    ],
)
def test_a_disease_beside_an_approved_one_counts_only_where_it_is_what_is_treated(text, words):
    assert found(text) == (("condition", words) if words else None)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("any data on what works in it for us?", True),  # nine words
        ("any data on what works in it for us now?", False),
    ],
)
def test_a_question_of_up_to_nine_words_may_go_on_with_the_last_one(text, does):
    assert goes_on(text) is does


@pytest.mark.parametrize(
    ("between", "combined"),
    [(" ", True), (" with ", True), (f" with {'x' * 18} ", True), (f" with {'x' * 19} ", False)],
)
def test_a_medicine_up_to_25_characters_behind_combining_is_combined(between, combined):
    text = f"combining{between}upadacitinib?"
    assert found(text) == (("combination", "upadacitinib") if combined else None)


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("40 mg - weekly?", True),
        ("40 mg -- weekly?", False),
        ("weekly - 40 mg?", True),
        ("weekly -- 40 mg?", False),
        ("10 mg, 40 mg weekly?", True),
        ("weekly, or 40 mg every 2 weeks?", False),
    ],
)
def test_a_frequency_up_to_three_characters_from_an_amount_is_a_regimen(text, outside):
    assert [(b.detail, b.start, b.end) for b in beyond(text, USES)] == [("frequency", 0, len(text))] * outside


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("pt on probenecid for gout, dose?", "pt on probenecid for     , dose?"),
        (
            "on probenecid for gout and on sertraline for depression, dose?",
            "on probenecid for      and on sertraline for           , dose?",
        ),
        ("on methotrexate to treat psoriasis - dose?", "on methotrexate to treat           - dose?"),
        ("takes velzora for gout", "takes velzora for gout"),
        ("methotrexate for psoriasis", "methotrexate for psoriasis"),
    ],
)
def test_every_other_word_keeps_its_place_where_a_use_is_blanked_out(text, left):
    assert without_others_use(text, {"velzora"}) == left


# ---- ages


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("dose for a 4 mo old", 4 / 12),
        ("then after 4 mo, dose?", None),
        ("every 4 mo", None),
        ("for 4 yo", 4),  # years of age are never a span
        ("17.9 yo", 17.9),
        ("18 yo", None),
        ("215 mo boy", 215 / 12),
        ("(216 mo)", None),
        ("kids 6 to 11 and 12 yo", 6),
    ],
)
def test_an_age_is_young_below_eighteen_years_in_whatever_unit(text, years):
    asked = find_young(text)
    assert (asked and asked.years) == (years and pytest.approx(years))


@pytest.mark.parametrize(
    ("sentence", "age"),
    [
        ("Patients 18 years of age and older.", 18.0),
        ("Patients 17.9 years of age and older.", 17.9),
        ("Patients 19 years of age and older.", None),
        (f"Patients at least 9 years {'x' * 4} of age may.", 9.0),
        (f"Patients at least 9 years {'x' * 5} of age may.", None),  # too far behind to belong to it
        ("Aged 12 years.", 12.0),
        ("Children may take it now.", 0.0),
        ("Children may take it.", None),  # as short as a heading
        ("Children in Child-Pugh class A may.", None),
    ],
)
def test_a_number_of_years_is_an_age_where_it_says_so_nearby(sentence, age):
    assert youngest([sentence]) == age


# ---- sides of a disease


def sides(text, *indications):
    return [(one.detail, text[one.start : one.end]) for one in contrasts(text, indications, ())]


@pytest.mark.parametrize(
    ("text", "held", "outside"),
    [
        ("partial tics", "Indicated for generalized tics.", ["partial tics"]),
        ("generalized tics", "Indicated for generalized tics.", []),
        ("partial tics", "Indicated for partial or generalized tics, and for partial tics.", []),
        ("partial gout", "Indicated for generalized tics.", []),
        ("partial tic", "Indicated for generalized tic.", []),  # three letters tell nothing
        ("localised tics", "Indicated for generalised tics.", ["localised tics"]),
    ],
)
def test_an_adjective_excludes_its_opposite_of_the_same_noun(text, held, outside):
    assert [words for _, words in sides(text, held)] == outside


# ---- words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("forget sistem", "forget system"),  # one slip in six letters
        ("forget sistam", None),
        ("ignore guidelinas", "ignore guidelines"),
        ("ignore guiedlinas", None),  # two in ten
        ("ignore instrucktiuns", "ignore instructions"),  # two in thirteen
        ("ignore instrukktiuns", None),
    ],
)
def test_longer_words_of_orders_may_be_misspelt_more(text, plain):
    assert list(deciphered(text)) == ([plain] if plain else [])


@pytest.mark.parametrize("word", ["heart", "white", "child", "young"])
def test_an_everyday_word_stays_one_though_a_name_of_medicine_holds_it(word):
    assert KnownWords("x", ()).keeps(word)
