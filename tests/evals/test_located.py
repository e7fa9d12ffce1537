"""Cases on real labels are kept without the labels' words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.errors import SuiteError
from evals.located import place_of, with_words, without_words
from evals.suite import load_suite

REPO = Path(__file__).parents[2]
REAL = REPO / "evals" / "suites" / "real_labels.jsonl"
CASE = {
    "id": "dose-001",
    "label": "NDA1.json",
    "turns": ["dose?"],
    "expect": {"outcome": "answer", "quotes": ["take 10 mg  (Table 1)", "Rash 4 2"]},
}


@pytest.fixture
def labels(tmp_path):
    text = {"dosage": ["Adults take 10 mg\n (Table 1) daily."], "table": ["Rash* | 4 | 2"], "set_id": "x"}
    (tmp_path / "NDA1.json").write_text(json.dumps(text), encoding="utf-8")
    return tmp_path


def test_no_word_of_the_label_is_kept(labels):
    kept = json.dumps(without_words(CASE, labels))
    assert "take 10" not in kept
    assert "Rash" not in kept


def test_the_words_come_back_as_the_label_has_them(labels):
    back = with_words(without_words(CASE, labels), labels)
    assert back["expect"]["quotes"] == ["take 10 mg (Table 1", "Rash* | 4 | 2"]
    assert back["turns"] == CASE["turns"]


def test_a_label_of_another_version_is_told(labels):
    kept = without_words(CASE, labels)
    (labels / "NDA1.json").write_text(json.dumps({"dosage": ["Adults take 20 mg (Table 1) daily."]}), encoding="utf-8")
    from evals.located import fields_of

    fields_of.cache_clear()
    with pytest.raises(SuiteError, match="other words stand at dosage"):
        with_words(kept, labels)


def test_a_quote_that_stands_nowhere_is_told(labels):
    with pytest.raises(SuiteError, match="no field holds the quote 'never said'"):
        place_of("never said", labels / "NDA1.json")


def test_a_label_that_is_not_there_is_told(labels):
    with pytest.raises(SuiteError, match="cannot be read"):
        place_of("x", labels / "NDA9.json")


def test_our_cases_on_real_labels_can_be_played(tmp_path):
    folder = REPO.parent / "shared" / "data" / "labels" / "openfda"
    if not folder.is_dir():
        pytest.skip("no ../shared/data/labels/openfda: the labels of these cases are not here")
    lines = [json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()]
    whole = tmp_path / "real_labels.jsonl"
    whole.write_text("\n".join(json.dumps(with_words(case, folder)) for case in lines), encoding="utf-8")
    assert len(load_suite(whole).cases) == len(lines)
