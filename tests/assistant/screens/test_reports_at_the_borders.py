"""What makes a report of something told, weighed one against the other, at the last word that counts."""

from __future__ import annotations

import pytest

from assistant.screens.clauses import split_clauses
from assistant.screens.clinical_events import event_weight, names_event
from assistant.screens.message import ScreenInput
from assistant.screens.narrative import Told, cue_weight, read_cues, tell_event
from assistant.screens.safety import SafetyScreen
from assistant.types import Scope

OURS = ("zelvantra",)


def weight(text, own=OURS):
    (clause,) = split_clauses(text)
    return event_weight(clause, own)


def told(text):
    message = ScreenInput(text=text, scope=Scope(), product_names=OURS)
    return {found.detail: text[found.start : found.end] for found in SafetyScreen().look(message)}


def test_events_weigh_by_how_surely_they_are_harm():
    by_weight = ["she was admitted", "gout", "cholesteatoma", "she had hives", "Hgb 5.9"]
    weights = [weight(text) for text in by_weight]
    assert weights == sorted(set(weights))
    assert weight("she threw up") == weight("she had hives")  # a complaint in plain words is a reaction
    assert weight("he died") < weight("Hgb 5.9")
    assert all(0 < one < 2 for one in weights)


@pytest.mark.parametrize(
    ("text", "is_laid"),
    [
        ("hives on zelvantra", True),
        ("hives flared on zelvantra", True),
        ("hives flared up on zelvantra", False),
        ("hives on the very first zelvantra", True),  # the fifth word behind it
        ("hives on the very first big zelvantra", False),
        ("hives zelvantra", False),
        ("hives on", False),
        ("hives in zelvantra", False),
        ("hives with the combination", True),
    ],
)
def test_an_event_is_laid_to_our_medicine_within_five_words(text, is_laid):
    assert (weight(text) > weight("hives")) is is_laid
    assert weight(text) >= weight("hives")


def test_an_event_laid_to_another_medicine_weighs_as_one_laid_to_ours_unless_it_is_an_allergy():
    assert weight("anaphylaxis after penicillin") == weight("anaphylaxis after zelvantra")
    assert 0 < weight("anaphylaxis to penicillin") < weight("anaphylaxis")


@pytest.mark.parametrize(
    ("text", "lighter"),
    [
        ("history of throwing up", True),
        ("threw up in 2019", True),
        ("on it for hives", True),
        ("seen in ER for hives", False),
        ("went for hives", False),
    ],
)
def test_what_is_past_or_treated_weighs_less_and_what_brought_someone_in_does_not(text, lighter):
    assert (weight(text) < weight("hives")) is lighter


def test_a_denied_complaint_is_none_and_one_behind_it_counts():
    assert weight("no throwing up") == 0
    assert not names_event(split_clauses("no throwing up")[0])
    assert weight("no hives, seizure") > 0


@pytest.mark.parametrize("times", [1, 2, 5])
def test_only_two_further_events_count(times):
    one, two, three = weight("hives"), weight("hives, uveitis"), weight("hives, uveitis, pneumonitis")
    more = weight("hives, uveitis, pneumonitis" + ", colitis" * times)
    assert one < two < three == pytest.approx(more)
    assert three - two == pytest.approx(two - one)


def test_without_an_event_nothing_is_told():
    cued = read_cues("my patient came yesterday")
    assert tell_event(cued[0], cued).weight == 0.0
    assert cue_weight(cued[0], cued) > 0


@pytest.mark.parametrize(
    ("weights", "sure"),
    [(1.45, 0.5), (2.45, 0.952574), (0.45, 0.047426), (1.95, 0.817574)],
)
def test_a_report_is_as_likely_as_not_at_one_weight_and_nearly_sure_a_little_above(weights, sure):
    (clause,) = split_clauses("hives")
    assert Told(clause, weights).confidence == pytest.approx(sure, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        # the mistake that is the overdose is not told twice, one told elsewhere is
        ("he took double the dose by mistake this morning", {"adverse_event", "overdose"}),
        ("platelets 12, no response at all after 3 months in my patient", {"lack_of_effect"}),
        (
            "no response at all after 3 months. my patient had platelets 12 yesterday",
            {"adverse_event", "lack_of_effect"},
        ),
        (
            "my patient had platelets 12 yesterday. no response at all after 3 months",
            {"adverse_event", "lack_of_effect"},
        ),
        ("pregnant on zelvantra", {"pregnancy_exposure"}),
        ("she is pregnant", set()),
        ("could be pregnant, on zelvantra", set()),
        ("used off-label", set()),
        ("the pen jammed", {"product_complaint"}),
    ],
)
def test_a_kind_that_only_repeats_another_is_left_out(text, kinds):
    assert set(told(text)) == kinds


def test_of_two_clauses_that_tell_a_kind_the_surer_is_shown_wherever_it_stands():
    sure = "the pen jammed in my patient yesterday"
    assert told(f"the pen jammed. {sure}")["product_complaint"] == sure
    assert told(f"{sure}. the pen jammed")["product_complaint"] == f"{sure}."
