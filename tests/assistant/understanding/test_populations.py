import pytest

from assistant.understanding.populations import populations, without_populations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dose in kids", ("pediatric",)),
        ("8 yo boy", ("pediatric",)),
        ("a 14-year-old", ("pediatric",)),
        ("pt (8y, 30 kg)", ("pediatric",)),
        ("81 yo woman", ("geriatric",)),
        ("starting dose >=65", ("geriatric",)),
        ("40 year old", ()),
        ("after 5 yrs of therapy", ()),
        ("4-yr survival at 5y f/u", ()),
        ("CrCl 25", ("renal_impairment",)),
        ("normal renal function", ()),
        ("nl renal fxn", ()),
        ("Child-Pugh B", ("hepatic_impairment",)),
        ("LFT monitoring", ()),
        ("pregnant on dialysis", ("renal_impairment", "pregnancy")),
        ("while breastfeeding", ("lactation",)),
        ("nursing home resident", ()),
        ("contraception in male partners", ("female_reproductive", "male_reproductive")),
    ],
)
def test_populations_are_read_from_words_ages_and_values(text, expected):
    assert populations(text) == expected


def test_a_population_can_be_taken_out():
    assert without_populations("dose in severe renal impairment for gout") == "dose in for gout"
