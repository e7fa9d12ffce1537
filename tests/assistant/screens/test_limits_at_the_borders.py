"""Narrower limits, other subjects, urgency and strange purposes: the last that counts and the first that does not.

Medicines, markers and labels are invented.
"""

from __future__ import annotations

import pytest
from kormadex import uses

from assistant.screens.emergency import EmergencyScreen
from assistant.screens.message import ScreenInput
from assistant.screens.personal_direction import PersonalDirectionScreen
from assistant.screens.purposes import strange_purposes
from assistant.screens.restrictions import restrictions
from assistant.screens.scope import ScopeScreen
from assistant.types import FindingKind, Scope


def limits(text, *indications):
    held = " ".join(indications).lower()
    return [(r.detail, text[r.start : r.end]) for r in restrictions(text, indications, (), held)]


MUTANT = "Indicated for melanoma with a KRAX G12C mutation."
AMPLIFIED = "Indicated for melanoma with KRAX amplification."


@pytest.mark.parametrize(
    ("text", "held", "spans"),
    [
        ("KRAX amplified melanoma?", MUTANT, ["KRAX amplified"]),
        ("KRAX-amplified melanoma?", MUTANT, ["KRAX-amplified"]),
        ("amplified KRAX melanoma?", MUTANT, ["amplified KRAX"]),
        ("KRAX fusion?", MUTANT, ["KRAX fusion"]),
        ("ROX amplified?", MUTANT, []),  # a marker the label does not ask for
        ("krax fusion", MUTANT, []),  # a plain word is no marker
        ("KRAX amplified?", AMPLIFIED, []),
        ("KRAX negative or KRAX fusion", AMPLIFIED, ["KRAX negative", "KRAX fusion"]),
        ("exon 9, exon 8 and exon 7?", "Amenable to exon 53 skipping.", ["exon 9"]),
    ],
)
def test_another_change_of_the_labels_marker_is_outside_it(text, held, spans):
    assert limits(text, held) == [("population", span) for span in spans]


@pytest.mark.parametrize(
    ("text", "held", "spans"),
    [
        ("KRAX mutated?", "Indicated for wild-type KRAX cancer.", ["KRAX mutated"]),
        ("KRAX+ cancer?", "Indicated for wild-type KRAX cancer.", ["KRAX+"]),
        ("KRAX wild type?", "Indicated for wild-type KRAX cancer.", []),
        ("HIV positive, KRAX positive?", "Indicated for wild-type KRAX cancer.", ["KRAX positive"]),
    ],
)
def test_a_marker_that_must_be_absent_is_outside_where_it_is_there(text, held, spans):
    assert limits(text, held) == [("population", span) for span in spans]


@pytest.mark.parametrize(
    ("text", "held", "span"),
    [
        ("continue past 16 days?", "a course of up to 8 days.", "continue past 16 days"),
        ("x 16 days", "a course of up to 8 days.", "x 16 days"),
        ("up to another 16 days", "a course of up to 8 days.", "up to another 16 days"),
        ("over the next two weeks", "a course of up to 8 days.", None),
        ("16 weeks course", "a course of up to 8 days.", "16 weeks course"),
        ("for one year?", "Treatment is limited to six months.", "for one year"),
        ("for 11 months?", "Treatment is limited to six months.", None),
    ],
)
def test_how_long_is_asked_is_held_against_the_labels_longest_in_days(text, held, span):
    assert limits(text, held) == ([("duration", span)] if span else [])


# ---- purposes no list knows

USES = uses("Indicated for gout and for chronic deficiency of the disorder.", "Take 5 mg daily.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("for CDD, dose?", []),  # its initials stand in a row, little words aside
        ("for CDDX, dose?", ["CDDX"]),
        ("for AB, dose?", []),  # two letters are any abbreviation
        ("for CO2, dose?", ["CO2"]),
        ("in XYZ: dose?", ["XYZ"]),
        ("such as XYZ, dose", ["XYZ"]),
        ("XYZ dose", ["XYZ"]),
        ("XYZ after the dose?", []),
        ("for XYZ, if any dose?", ["XYZ"]),
        ("XYZ if any dose?", []),
        ("for methotrexate-induced cholesteatoma, dose?", []),  # another medicine's
        ("for kids disease dose?", []),
        ("RISK of XYZ, for it dose", []),
    ],
)
def test_a_purpose_is_strange_where_it_is_to_be_treated_and_the_label_never_names_it(text, words):
    assert [text[start:end] for start, end in strange_purposes(text, USES)] == words


# ---- screens that look at the message alone


def look(screen, text, **scope):
    found = screen.look(ScreenInput(text=text, scope=Scope(**scope), product_names=()))
    return [(one.confidence, text[one.start : one.end]) for one in found]


def test_the_same_sign_twice_is_one_sign_that_it_is_happening():
    ((once, _),) = look(EmergencyScreen(), "seizing NOW, now")
    ((twice, _),) = look(EmergencyScreen(), "seizing now and now help")
    assert once < twice
    assert look(EmergencyScreen(), "he can't breathe") == []  # nothing says that it is happening


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("per label should I stop it in my patient? just tell me", "per label should I stop it in my patient?"),
        ("per label, you decide for my patient", "per label, you decide for my patient"),
        ("storage? should I stop it in my patient? just tell me", "should I stop it in my patient?"),
    ],
)
def test_a_decision_forced_on_us_is_one_even_beside_the_label(text, span):
    ((sure, words),) = look(PersonalDirectionScreen(), text)
    assert (sure, words) == (0.9, span)


@pytest.mark.parametrize(
    ("text", "is_foreign"),
    [
        ("der die das of", True),
        ("der die of the", False),  # as many words of English
        ("der die das", False),  # three words tell too little
        ("la dosis en adultos de la the", True),
    ],
)
def test_a_language_is_another_where_more_of_its_commonest_words_stand_than_of_english(text, is_foreign):
    kinds = {f.kind for f in ScopeScreen().look(ScreenInput(text=text, scope=Scope(), product_names=()))}
    assert (FindingKind.LANGUAGE in kinds) is is_foreign
