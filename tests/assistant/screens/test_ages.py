from __future__ import annotations

import pytest

from assistant.screens.ages import youngest


@pytest.mark.parametrize(
    ("sentence", "age"),
    [
        ("Indicated in adults and pediatric patients 12 years of age and older.", 12.0),
        ("The dosage in children aged 6 to 11 years is 5 mg.", 6.0),
        ("For patients 6 months and older, give 2 mg.", 0.5),
    ],
)
def test_the_youngest_age_a_label_informs_about_is_read(sentence, age):
    assert youngest([sentence]) == age


@pytest.mark.parametrize(
    "sentence",
    [
        "Symptoms persist despite at least 4 weeks of treatment.",
        "Treat adults for 2 to 8 weeks.",
        "No adjustment is needed in mild hepatic impairment (Child-Pugh A).",
        "Advise women not to breastfeed, in view of harm to the child.",
        "8.4 Pediatric Use",
        "Young rats were dosed from 3 weeks of age.",
    ],
)
def test_how_long_something_lasts_is_no_age(sentence):
    assert youngest([sentence]) is None
