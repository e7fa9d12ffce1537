"""Names that no list holds: believed by who speaks, who is counted up, who signs; medicines in the same places stay."""

import pytest

from assistant.screens.personal_data import find, mask

OURS = ("nelvoris", "corvexa")


def masked(text):
    return mask(text, find(text, OURS))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Otto Poe had a rash on day 3", "[person] had a rash on day 3"),
        ("saw Otto Roe today, K 6.2", "saw [person] today, K 6.2"),
        ("Mrs Ng is on 5 mg, can Ng stop?", "Mrs [person] is on 5 mg, can [person] stop?"),
        ("Mr Li asked about it. Li has CKD.", "Mr [person] asked about it. [person] has CKD."),
        ("Quellvine ten Dorr will be seen tomorrow", "[person] will be seen tomorrow"),
        ("the twins Quellmar and Dorvik got it", "the twins [person] and [person] got it"),
        ("Quellmar and Dorvik are close friends", "[person] and [person] are close friends"),
        ("our patients: Quellmar, Dorvik and Hessel", "our patients: [person], [person] and [person]"),
        ("it hurts, said Dorvik", "it hurts, said [person]"),
        ("last name? Dorvik", "last name? [person]"),
        ("Dictated by: Dorvik Quellmar", "Dictated by: [person]"),
        ("my name is dorvik quellmar.", "my name is [person]."),
        ("seen with dorvik m. quellmar today", "seen with [person] today"),
        ("Dorvik gave Quellmar his phone number", "Dorvik gave [person] his phone number"),
        (
            "Dorvik: did you take it?\nQuellmar: not me, Dorvik!",
            "[person]: did you take it?\n[person]: not me, [person]!",
        ),
    ],
)
def test_a_person_is_told_by_what_stands_around(text, left):
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "MS relapse on it - dose?",
        "Ng/mL or mcg/mL? 5 ng twice",
        "Zelvantix: 5 mg daily\nDorvixa: 10 mg daily",
        "Zelvantix, Dorvixa and Quellaro together?",
        "Zelvantix and Dorvixa were given together",
        "can my patient take zelvantix with food",
        "patients: 12 of 40 had it",
        "staph. b. infection",
    ],
)
def test_medicines_and_units_in_such_places_stay(text):
    assert masked(text) == text


def test_capitals_of_names_make_no_title():
    """ "Dorvik Quellmar … Dorvik Quellmar" is as capitalised as a heading."""
    text = "Dorvik Quellmar had given Dorvik Quellmar his address in Lower Wendelmoor"
    assert "Quellmar" not in masked(text)
