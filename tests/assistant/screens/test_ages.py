from __future__ import annotations

import pytest

from assistant.screens.ages import find_young, is_negative, youngest


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


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("dose for a 7yo", 7.0),
        ("dose for a 7 yo", 7.0),
        ("6mo with fever", 0.5),
        ("26 wo baby", 0.5),
        ("73 do newborn", 0.2),
        ("7 y/o boy", 7.0),
        ("a 7 year old", 7.0),
        ("7-year-old", 7.0),
        ("18 month old", 1.5),
        ("3.5 years old", 3.5),
        ("girl (9 y) with RA", 9.0),
        ("girl (9 yrs, 30 kg)", 9.0),
        ("infant (6 mo)", 0.5),
        ("aged 12", 12.0),
        ("age: 5", 5.0),
        ("age of 11", 11.0),
        ("children 6-11", 6.0),
        ("kids aged 6 to 11", 6.0),
        ("2 to 5 years", 2.0),
        ("3-6 months", 0.25),
        ("12 y boy", 12.0),
        ("17 yo", 17.0),
        ("40 yo mother, 4 yo son", 4.0),
    ],
)
def test_a_young_age_is_read_in_years_however_it_is_written(text, years):
    asked = find_young(text)
    assert asked is not None
    assert asked.years == pytest.approx(years, abs=0.01)


def test_where_the_age_stands_is_told():
    text = "psoriasis in a 14 yo, starting dose"
    asked = find_young(text)
    assert text[asked.start : asked.end] == "14 yo"
    said = find_young("dose for adolescents?")
    assert "dose for adolescents?"[said.start : said.end] == "adolescents"
    little = find_young("newborn, 5 weeks")
    assert "newborn, 5 weeks"[little.start : little.end] == "5 weeks"


@pytest.mark.parametrize(
    "text",
    [
        "18 yo with RA",
        "45F",
        "dose at 40 mg",
        "age 7 mg",
        "Child-Pugh B dose",
        "child of a pregnant woman",
        "newborn screening",
        "milk of the child",
        "what dose?",
    ],
)
def test_an_adult_or_no_patient_at_all_is_no_young_age(text):
    assert find_young(text) is None


@pytest.mark.parametrize(
    ("word", "years"),
    [
        ("neonates", 0.0),
        ("newborns", 0.0),
        ("preterm", 0.0),
        ("premature", 0.0),
        ("infants", 0.5),
        ("baby", 0.5),
        ("babies", 0.5),
        ("toddler", 2.0),
        ("teenager", 14.0),
        ("Adolescents", 14.0),
        ("children", None),
        ("kids", None),
        ("pediatric", None),
        ("paediatrics", None),
    ],
)
def test_a_word_for_the_young_is_an_age_where_it_tells_one(word, years):
    asked = find_young(f"dose for {word} with RA")
    assert (asked is not None, asked.years) == (True, years)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("newborn, 5 weeks", 5 / 52),
        ("baby 3 months", 0.25),
        ("neonate 4 days", 4 / 365),
        ("infant for 5 weeks", 0.5),
        ("infant every 2 weeks", 0.5),
        ("infant every 2 weeks, 3 months", 0.25),
    ],
)
def test_weeks_beside_a_word_for_a_child_are_its_age_unless_they_are_a_span(text, years):
    assert find_young(text).years == pytest.approx(years)


@pytest.mark.parametrize(
    ("sentences", "age"),
    [
        ((), None),
        (("Indicated in adults 18 years of age and older.",), 18.0),
        (("Indicated in adults 21 years of age and older.",), None),
        (("Indicated in patients 17 years of age and older.",), 17.0),
        (("Adults 18 years of age and older.", "Pediatric patients aged 6 years and older."), 6.0),
        (("Children aged 6 to 11 years.", "Children aged 2 to 5 years."), 2.0),
        (("For infants 26 weeks of age and older.",), 0.5),
        (("For neonates at least 73 days of age.",), 0.2),
        (("Use in adolescents (12 to 17 years) is as in adults.",), 12.0),
        (("Pediatric patients (6 – 17 years) took 5 mg.",), 6.0),
        (("The dosage for children in this group is lower.",), 0.0),
        (("The dosage for children in this group is lower.", "Adults 18 years of age and older."), 0.0),
        (("The dosage for children is lower.", "Give children aged 6 years and older 5 mg."), 6.0),
        (("Not recommended in children younger than 12 years of age.",), 12.0),
        (("Safety is not established in pediatric patients under 2 years.",), 2.0),
        (("Safety has not been established below 6 months of age.",), 0.5),
        (("It is not recommended in children.",), None),
        (("Two cases have been reported of children aged 3 years who took it.",), None),
        (("Accidental use by a child aged 3 years was fatal.",), None),
        (("Mice aged 3 weeks were given it.", "Children aged 6 years and older may take it."), 6.0),
        (("Use it not in children under 2 years.", "Children aged 6 years and older may take it."), 6.0),
    ],
)
def test_the_youngest_age_is_that_of_all_sentences_that_give_information(sentences, age):
    read = youngest(sentences)
    assert read == (None if age is None else pytest.approx(age, abs=0.01))


@pytest.mark.parametrize(
    ("words", "age"),
    [("Dosage in pediatric use", None), ("Dosage in pediatric patients follows", 0.0)],
)
def test_four_words_are_a_heading_and_five_a_sentence(words, age):
    assert youngest([words]) == age


@pytest.mark.parametrize(
    "sentence",
    [
        "Safety and effectiveness have not been established.",
        "It is not recommended.",
        "It is contraindicated.",
        "There are no data in children.",
        "The effect is unknown.",
        "It should not be used.",
    ],
)
def test_a_sentence_that_denies_is_negative(sentence):
    assert is_negative(sentence)


@pytest.mark.parametrize("sentence", ["It is recommended.", "Safety is established.", "There are data.", ""])
def test_a_sentence_that_affirms_is_not(sentence):
    assert not is_negative(sentence)
