from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from evals.library import open_throwaway
from evals.silence import PER_LABEL, SILENT, SPOKEN, ask, bank, probes

LIBRARY = Path(__file__).resolve().parents[2] / "knowledge" / "library"


@pytest.fixture(scope="module")
def shelf():
    services, built = open_throwaway(LIBRARY, LIBRARY.parents[1] / "var" / "evals-cache")
    with closing(services):
        yield services, built.labels


def test_every_subject_of_the_bank_has_wordings_for_any_product():
    assert len(bank()) >= 60
    for wordings, _ in bank():
        assert len(wordings) >= 2
        assert all("{p}" in wording for wording in wordings)


def test_the_same_probes_are_put_to_a_label_each_time(shelf):
    services, labels = shelf
    first = probes(services, labels)
    assert [p.case for p in first] == [p.case for p in probes(services, labels)]
    assert len(first) == PER_LABEL * len(labels)
    assert {p.case.category for p in first} <= {SILENT, SPOKEN}


def test_a_draft_is_right_only_where_it_shows_words_of_an_answer(shelf):
    services, labels = shelf
    file, names = next((f, n) for f, n in sorted(labels.items()) if n.product == "Nelvoris")
    made = next(p for p in probes(services, {file: names}))
    asked = made.case.model_copy(update={"turns": ("recommended induction dosage of Nelvoris?",), "category": SPOKEN})
    dosed, never = re.compile("40 mg"), re.compile("zzz")
    assert [right for _, right in ask(services, type(made)(asked, dosed))] == [True]
    assert [right for _, right in ask(services, type(made)(asked, never))] == [False]
    silent = asked.model_copy(update={"category": SILENT})
    assert [right for _, right in ask(services, type(made)(silent, dosed))] == [False]
