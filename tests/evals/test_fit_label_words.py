"""Which stems are labels' own: those that some labels use, not most, and general English hardly does."""

from assistant.composing.label_words import label_words
from evals.fit_label_words import own_words


def test_a_word_of_some_labels_is_theirs_and_one_of_most_or_of_everyday_language_is_not() -> None:
    labels = [{"tablet", "neutropenia", "boat"}] * 3 + [{"tablet", "once"}] * 5 + [{"once", "q12h"}]
    assert own_words(labels, frozenset({"boat"})) == ["neutropenia"]


def test_the_packaged_lists_hold_stems_alone_and_no_word_twice() -> None:
    held = label_words()
    assert min(len(held.own), len(held.everyday)) > 500
    assert all(word.isalpha() and word.islower() for word in held.own | held.everyday)
    assert not held.own & held.everyday
