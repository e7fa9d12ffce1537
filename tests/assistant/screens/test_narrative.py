"""What a clause tells weighs more than what it asks: cues for a story, frames against it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.screens.clauses import split_clauses
from assistant.screens.message import ScreenInput, TokenReading
from assistant.screens.narrative import CUES, Told, cue_weight, frame_weight, own_words, read_cues, tell_event
from assistant.screens.safety import WEIGHED, SafetyScreen, read_by_rules
from assistant.screens.signs import signs
from assistant.screens.told_model import REPORT, SURE, Thresholds
from assistant.types import SafetyKind, Scope

OURS = own_words(("zelvantra", "corvexa forte"))


def told(text, which=0):
    """The weight of one clause of a message as the report of an adverse event."""
    cued = read_cues(text, OURS)
    return tell_event(cued[which], cued, OURS).weight


def cues_of(text):
    return [set(one.cues) for one in read_cues(text, OURS)]


def test_the_words_of_product_names_are_ours_one_by_one():
    assert {"zelvantra", "corvexa", "forte"} == OURS
    assert own_words(()) == frozenset()


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("my patient fell", "patient"),
        ("the girl sat there", "someone"),
        ("it hurt yesterday", "time"),
        ("she developed it", "onset"),
        ("she has it", "has"),
        ("we stopped it", "action"),
        ("reporting a case", "report"),
        ("on zelvantra", "exposure"),
        ("corvexas hurt", "exposure"),
    ],
)
def test_each_cue_of_a_story_is_seen(text, cue):
    assert cue in cues_of(text)[0]
    assert cue in CUES


def test_a_sentence_without_cues_has_none():
    assert cues_of("the sky is blue") == [set()]


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        ("my patient had hives", "hives"),
        ("my patient had hives yesterday", "my patient had hives"),
        ("my patient had hives on day 2 of zelvantra", "my patient had hives on day 2 of physics"),
        ("reporting hives", "hives"),
        ("she developed hives", "she saw hives"),
        ("my patient had hives", "my patient had hives?"),
        ("she had hives yesterday", "incidence of hives yesterday"),
        ("she had hives", "if she had hives"),
        ("she had hives", "patients had hives"),
        ("she had hives?", "which dose, she had hives?"),
        ("she had hives?", "does the label say hives?"),
    ],
)
def test_a_story_weighs_more_than_a_question_or_a_general_statement(heavier, lighter):
    assert told(heavier) > told(lighter)


def test_nothing_that_happened_weighs_nothing_however_well_it_is_told():
    assert told("my patient came yesterday on day 2 of zelvantra") == 0


def cue(text, which=0):
    cued = read_cues(text, OURS)
    return cue_weight(cued[which], cued)


def test_a_patient_is_someone_and_counts_once():
    assert cue("my patient, she fell") == pytest.approx(cue("my patient fell"))
    assert cue("she developed it, she has it") == pytest.approx(cue("she developed it"))


def test_a_cue_in_another_telling_clause_counts_half():
    alone, beside = cue("the girl sat there."), cue("the girl sat there. case report")
    assert beside - alone == pytest.approx(cue("case report") / 2)
    assert 0 < alone < beside


@pytest.mark.parametrize("other", ["is there a case report?", "it developed.", "the sky is blue."])
def test_what_another_clause_asks_or_only_has_adds_no_story(other):
    assert cue(f"she fell yesterday. {other}") == pytest.approx(cue("she fell yesterday."))


def test_a_cue_both_clauses_hold_counts_once():
    assert cue("my patient fell. my patient got up") == pytest.approx(cue("my patient fell."))


def test_someone_beside_a_patient_adds_nothing():
    assert cue("his arm. the girl sat there") == pytest.approx(cue("his arm."))
    assert cue("the girl sat there. his arm") == pytest.approx(cue("the girl sat there") + cue("his arm") / 2)


@pytest.mark.parametrize(
    "text",
    [
        "what happened?",
        "which dose",
        "the incidence of it",
        "if a patient develops it",
        "patients in general had it",
        "what does the label say?",
    ],
)
def test_frames_speak_against_a_report(text):
    assert frame_weight(split_clauses(text)[0]) < 0


def test_a_plain_statement_has_no_frame():
    assert frame_weight(split_clauses("she had hives")[0]) == 0


def test_frames_add_up():
    asked, dose = split_clauses("what happened?")[0], split_clauses("which dose?")[0]
    both = frame_weight(dose)
    assert both < frame_weight(asked)


@pytest.mark.parametrize("question", ["can I start it?", "how common is it?", "which dose?"])
def test_a_finding_without_a_time_is_the_topic_of_the_question_behind_it(question):
    assert told(f"hives. {question}") < told("hives.")
    assert told(f"hives since yesterday. {question}") == pytest.approx(told("hives since yesterday."))


def test_a_question_of_another_kind_takes_nothing_as_its_topic():
    assert told("hives. is it stored cold?") == pytest.approx(told("hives."))


def test_confidence_rises_with_weight_from_nothing_to_all():
    (clause,) = split_clauses("hives")
    sure = [Told(clause, weight).confidence for weight in (-5, 0, 1, 1.45, 2, 5)]
    assert sure == sorted(sure)
    assert sure[0] < 0.01
    assert sure[3] == pytest.approx(0.5)
    assert sure[-1] > 0.99


# ---- the screen over it


def look(text, screen=None):
    return (screen or SafetyScreen()).look(ScreenInput(text=text, scope=Scope(), product_names=("zelvantra",)))


def kinds(text):
    return [found.detail for found in look(text)]


def test_of_two_clauses_of_one_kind_the_surer_is_shown():
    for text in (
        "she had hives. reporting anaphylaxis in my patient on day 2 of zelvantra",
        "reporting anaphylaxis in my patient on day 2 of zelvantra. she had hives",
    ):
        (found,) = look(text)
        assert "anaphylaxis" in text[found.start : found.end]


def test_the_dose_taken_by_mistake_is_an_overdose_and_no_error_beside_it():
    found = kinds("he took double the dose by mistake this morning")
    assert "overdose" in found
    assert "medication_error" not in found


def test_no_effect_shown_by_a_value_is_no_event_but_harm_beside_it_is():
    assert kinds("no response at all after 3 months in my patient, platelets 12") == ["lack_of_effect"]
    assert set(kinds("no response at all after 3 months in my patient, and she got hives")) == {
        "lack_of_effect",
        "adverse_event",
    }


def test_harm_in_an_unapproved_use_points_where_the_harm_is_told():
    found = look("used zelvantra off-label in my pt with sarcoid, he got pneumonitis on day 9")
    event = next(f for f in found if f.detail == "adverse_event")
    harm = next(f for f in found if f.detail == "off_label_use_with_harm")
    assert (harm.start, harm.end, harm.confidence) == (event.start, event.end, event.confidence)
    assert harm.found_by == "us.safety.off_label_use_with_harm@1"


def test_every_situation_is_weighed_in_every_clause():
    read = read_by_rules("she had hives. the pen jammed", ("zelvantra",))
    assert [kind for kind, _ in read.told] == [kind for kind in WEIGHED for _ in range(2)]
    assert set(WEIGHED) == set(SafetyKind) - {SafetyKind.OFF_LABEL_USE_WITH_HARM}


class Fitted:
    """A model that gives the same chances to every message."""

    def __init__(self, report, **kinds):
        self.thresholds = Thresholds(report=0.8, doubt=0.3, veto=0.1, kind=0.5)
        self.weigh = lambda *_: {kind.value: 0.0 for kind in SafetyKind} | {REPORT: report, **kinds}


class Reader:
    """A reader to which every text is one token."""

    def read(self, text):
        return TokenReading(vectors=np.ones((1, 2), dtype=np.float32), spans=((0, len(text)),))


def fitted(**chances):
    screen = SafetyScreen()
    screen._reader, screen._model = Reader(), Fitted(**chances)
    return screen


def screened(text, **chances):
    return [(f.detail, f.found_by, f.confidence) for f in look(text, fitted(**chances))]


STORY = "the girl threw her spoon away. what is the half-life of the drug in the blood?"
SURELY = "reporting anaphylaxis in my patient on day 2 of zelvantra"


def test_the_model_adds_a_report_where_rules_found_none_from_its_limit_on():
    assert screened(STORY, report=0.8, product_complaint=0.3, overdose=0.6) == [("overdose", "us.safety.fitted@1", 0.8)]
    assert screened(STORY, report=0.79, overdose=0.6) == []


def test_the_model_points_at_the_clause_that_tells_rather_than_asks():
    (found,) = look(STORY, fitted(report=0.9, overdose=0.6))
    assert STORY[found.start : found.end] == "the girl threw her spoon away."


def test_each_kind_likely_enough_is_named_beside_the_likeliest():
    def kinds(**chances):
        return {detail for detail, *_ in screened(STORY, report=0.9, **chances)}

    assert kinds(overdose=0.6, product_complaint=0.5) == {"overdose", "product_complaint"}
    assert kinds(overdose=0.6, product_complaint=0.49) == {"overdose"}
    assert kinds(overdose=0.2, product_complaint=0.1) == {"overdose"}


def test_the_model_takes_back_a_rule_below_its_limit_and_a_sure_one_below_a_lower_one():
    assert all(found.confidence < SURE for found in look("the pen leaked"))
    assert screened("the pen leaked", report=0.3, product_complaint=0.9)
    assert screened("the pen leaked", report=0.29, product_complaint=0.9) == []
    assert look(SURELY)[0].confidence >= SURE
    assert [detail for detail, *_ in screened(SURELY, report=0.1, adverse_event=0.9)] == ["adverse_event"]
    assert screened(SURELY, report=0.09, adverse_event=0.9) == []


def test_what_a_rule_is_sure_of_stays_beside_the_models_kind():
    assert {detail for detail, *_ in screened(SURELY, report=0.9, overdose=0.9)} == {"adverse_event", "overdose"}


def test_the_model_is_not_asked_about_nothing():
    assert screened("", report=1.0, overdose=1.0) == []
    assert screened("?!", report=1.0, overdose=1.0) == []


# ---- what the model hears of the rules


def heard(text):
    return signs(read_by_rules(text, ("zelvantra",)), WEIGHED)


def test_signs_are_as_many_for_every_message_and_within_bounds():
    assert {len(heard(text)) for text in ("hives", "a. b? c", "she had hives, is it listed?")} == {len(heard("x"))}
    strong = heard("reporting anaphylaxis, death, seizure in my patient on day 2 of zelvantra, we stopped it")
    assert strong[0] == 3.0  # cut there
    assert heard("what is the incidence of it?")[: len(WEIGHED)].max() <= 0


def test_what_is_told_and_what_is_asked_are_heard_apart():
    told, asked = heard("my patient had hives."), heard("my patient had hives?")
    half = (len(told) - len(WEIGHED)) // 2
    first, second = slice(len(WEIGHED), len(WEIGHED) + half), slice(len(WEIGHED) + half, None)
    assert told[first].any()
    assert not told[second].any()
    assert asked[second].any()
    assert not asked[first].any()


def test_the_heaviest_clause_of_a_kind_is_heard():
    assert heard("hives. my patient had hives yesterday.")[0] == heard("my patient had hives yesterday. hives.")[0]
