"""What speaks for an answer: the words it shares with the question, told from those around it; the value asked for."""

from drafts import composed


def told(text):
    return composed(text).features


def test_words_around_a_question_do_not_speak_against_an_answer() -> None:
    told_plainly = told("missed dose by more than 12 hours?")
    with_a_story = told("the onc team is worried, planning to move him: missed dose by more than 12 hours?")
    assert with_a_story["unknown_words"] == told_plainly["unknown_words"] == 0.0


def test_a_word_the_label_never_uses_speaks_against_an_answer() -> None:
    assert told("is the capsule shell porcine?")["unknown_words"] > 0.3


def test_one_letter_is_no_word_the_label_is_silent_on() -> None:
    assert told("dosage in a 40 y/o?")["unknown_words"] == 0.0


def test_the_kind_of_value_asked_for_is_looked_for_in_the_answer() -> None:
    assert told("how many hours late before a dose is skipped?")["kind"] == 1.0
    assert told("is it contraindicated in severe hepatic impairment?")["kind"] == 0.0


def test_a_word_of_labels_that_this_one_lacks_speaks_louder_than_a_rare_one() -> None:
    rare = told("missed dose, he was on a gondola?")
    assert rare["unknown_words"] > 0.0
    assert rare["unknown_terms"] == 0.0
    assert told("missed dose, he has neutropenia?")["unknown_terms"] > 0.0


def test_everyday_words_and_numbers_say_nothing_of_what_a_label_holds() -> None:
    plainly = told("missed dose by more than 12 hours?")
    around = told("missed dose by more than 12 hours since the station closed in 1997?")
    assert around["unknown_words"] == plainly["unknown_words"] == 0.0
    assert around["coverage"] == plainly["coverage"]


def test_a_word_of_labels_that_the_answer_leaves_out_is_told() -> None:
    assert told("missed dose by more than 12 hours?")["terms_left_out"] == 0.0
