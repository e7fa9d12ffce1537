"""Comparisons with other medicines: which are judgements, which are the label's own trial, which name one medicine."""

from __future__ import annotations

import pytest
from corvexa import label

from assistant.screens.comparator import STUDY_NAME, ComparatorScreen, compared_in_label, same_substance
from assistant.screens.message import ScreenInput
from assistant.types import FindingKind, Scope
from knowledge.types import Market, Section

NAMES = ("zelvantra", "zelvantinib", "corvexa", "corvexumab")


def look(text, market=Market.US):
    return ComparatorScreen().look(ScreenInput(text=text, scope=Scope(market=market), product_names=NAMES))


def surely(text):
    return max((f.confidence for f in look(text)), default=0.0)


JUDGED = [
    "is corvexa better than adalimumab?",
    "corvexa vs adalimumab - which works faster?",
    "which of corvexa or adalimumab lowers more?",
]
OPEN = ["corvexa vs adalimumab?", "remission vs krelanzi?"]
TRIAL = [
    "corvexa vs adalimumab in the pivotal trial?",
    "corvexa vs adalimumab in LUMEN-2?",
    "corvexa versus methotrexate alone, HR?",
]
NONE = ["corvexa and adalimumab?", "corvexa vs placebo?", "dose of corvexa?", "corvexa or adalimumab", ""]


def test_a_judgement_is_surer_than_an_open_comparison_than_the_trials_own_and_that_than_none():
    for judged, opened, tried, none in zip(JUDGED * 2, OPEN * 3, TRIAL * 2, NONE * 2, strict=False):
        assert surely(judged) > surely(opened) > surely(tried) > surely(none) == 0.0


@pytest.mark.parametrize(
    "text",
    ["corvexa vs adalimumab. which lowers more?", "which lowers more? corvexa vs adalimumab."],
)
def test_the_yardstick_may_stand_in_another_clause(text):
    assert surely(text) == surely(JUDGED[1])


def test_a_heading_is_judged_with_what_stands_under_it():
    assert surely("corvexa vs adalimumab: in the pivotal trial?") == surely(TRIAL[0])
    assert surely("in the pivotal trial? corvexa vs adalimumab: remission?") == surely(OPEN[0])
    assert surely("what dose? corvexa vs adalimumab: in the pivotal trial?") == surely(TRIAL[0])
    assert surely("corvexa vs adalimumab:") == surely(OPEN[0])


def test_each_clause_that_compares_is_a_finding_with_its_place_and_market():
    text = "corvexa vs adalimumab? what dose? corvexa better than etanercept?"
    found = look(text, Market.UK)
    assert [text[f.start : f.end] for f in found] == ["corvexa vs adalimumab?", "corvexa better than etanercept?"]
    assert {(f.kind, f.found_by) for f in found} == {(FindingKind.COMPARATOR, "uk.comparator@1")}


@pytest.mark.parametrize(
    ("text", "compares"),
    [
        ("better than adalimumab", True),
        ("better than the adalimumab", True),
        ("better than it was before adalimumab", False),  # too far away
        ("adalimumab is better than before", False),  # before, not behind
        ("which one, corvexa or adalimumab, is faster?", True),
        ("which one, corvexa or the adalimumab, is faster?", True),
        ("which one, adalimumab or corvexa, is faster?", True),
        ("better than (any of us) adalimumab", True),  # twelve characters between them
        ("better than (some of us) adalimumab", False),
        ("which one, corvexa and adalimumab or none, is faster?", False),
        ("which dose, corvexa or corvexa, is faster?", False),
    ],
)
def test_the_other_medicine_stands_where_a_comparison_needs_it(text, compares):
    assert bool(look(text)) is compares


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("LUMEN-2", True),
        ("STUDY1", True),
        ("KEYNOTE", True),
        ("ABC-DEF", False),
        ("ABCD-EF", True),
        ("RASH", False),
        ("lumen-2", False),
    ],
)
def test_a_study_is_known_by_its_capitals(name, is_one):
    assert (STUDY_NAME.search(f"in {name} again") is not None) is is_one


def studied(words, field="clinical_studies"):
    """The invented label with one more section."""
    (held,) = label()
    text = held.document.text + words
    start = len(held.document.text)
    section = Section(index=9, code="", field=field, heading=field, path=(field,), start=start, end=len(text))
    more = {"text": text, "sections": (*held.document.sections, section)}
    return (held.model_copy(update={"document": held.document.model_copy(update=more)}),)


@pytest.mark.parametrize(
    ("text", "field", "held"),
    [
        ("corvexa vs adalimumab?", "clinical_studies", True),
        ("corvexa vs adalimumab?", "clinical_studies_section", True),
        ("corvexa vs adalimumab?", "adverse_reactions", True),
        ("corvexa vs adalimumab?", "drug_interactions", False),
        ("corvexa vs adalimumab or etanercept?", "clinical_studies", False),  # one of them alone is not enough
        ("corvexa?", "drug_interactions", True),
        ("corvexa vs corvexumab?", "clinical_studies", True),
        ("vs krelanzi?", "clinical_studies", False),
        ("vs placebo?", "clinical_studies", False),  # no medicine is named
    ],
)
def test_a_comparison_is_the_labels_own_where_all_it_names_stands_in_its_studies(text, field, held):
    assert (
        compared_in_label(text, NAMES, studied("Adalimumab was given to the others, Corvexa to some.", field)) is held
    )


def test_an_unlisted_rival_in_the_studies_is_the_labels_own():
    assert compared_in_label("vs krelanzi?", NAMES, studied("Krelanzi was given to the others."))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("is corvexa the same as corvexumab?", True),
        ("corvexa vs adalimumab?", False),
        ("corvexa vs krelanzi?", False),
        ("any difference?", False),
        ("which is better, corvexa or corvexumab?", False),
    ],
)
def test_brand_and_generic_of_one_medicine_are_compared_with_no_other(text, same):
    assert same_substance(text, NAMES, label()) is same
