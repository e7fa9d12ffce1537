from assistant.understanding.shorthand import expand
from assistant.understanding.words import table


def added(text):
    return expand(text)[len(text) :].split()


def test_the_original_words_stand_unchanged_in_front():
    assert expand("CrCl 25 - ok?").startswith("CrCl 25 - ok? ")


def test_renal_shorthand_is_spelled_out():
    assert {"creatinine", "clearance", "renal", "impairment"} <= set(added("CrCl 25"))


def test_a_text_without_shorthand_comes_back_as_it_is():
    assert expand("zzz qqq") == "zzz qqq"


def test_a_word_already_there_is_not_added_again():
    assert "clearance" not in added("CrCl (creatinine clearance) 25")


def test_a_key_of_several_words_goes_before_its_parts():
    assert "half-life" in added("t1/2 please")


def test_a_key_in_capitals_needs_capitals():
    assert "odds" in added("OR 2.1")
    assert "odds" not in added("dose or schedule")


def test_an_ambiguous_abbreviation_keeps_both_readings():
    assert {"room", "temperature", "radiotherapy"} <= set(added("stable at RT"))


def test_british_and_american_spellings_meet():
    assert "hemophilia" in added("haemophilia A")
    assert "diarrhea" in added("diarrhoea")


def test_expanding_twice_changes_nothing_in_front():
    once = expand("pts on HD")
    assert expand(once).startswith(once)


def test_what_is_fitted_to_the_first_table_does_not_see_the_second():
    assert "bacteriostatic" in expand("bac water ok?")
    assert expand("bac water ok?", further=False) == "bac water ok?"


def test_no_key_stands_in_both_tables():
    first = {key for group in table("shorthand.yaml").values() for key in group}
    second = {key for group in table("shorthand_further.yaml").values() for key in group}
    assert not first & second


def test_another_form_of_a_word_stands_for_the_same() -> None:
    assert "discontinue" in expand("after stopping it")


def test_a_longer_word_is_not_read_into_a_shorter_one() -> None:
    assert "menstrual" in expand("missed periods")
    assert "menstrual" not in expand("over a 6 month period")


def test_the_screens_hear_no_other_forms() -> None:
    assert expand("after stopping it", further=False) == "after stopping it"
