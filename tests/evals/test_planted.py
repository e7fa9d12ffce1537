"""Planted faults are caught and true sentences kept: on the demo brand always, on real labels where they are."""

from __future__ import annotations

from evals.bench_grounding import agreement, demo_cases, label_cases, measure

CAUGHT = 0.99
DROPPED = 0.05
KINDS = {
    "number", "number nearby", "unit", "negation dropped", "negation added", "population", "drug", "route",
    "frequency", "comparison", "invented citation", "wrong citation",
}  # fmt: skip


def test_planted_faults_of_the_demo_brand_are_caught_and_its_true_sentences_kept():
    rates = measure(demo_cases())
    assert rates.faults >= 500
    assert set(rates.by_kind) >= KINDS
    assert rates.caught >= CAUGHT
    assert rates.dropped <= DROPPED


def test_planted_faults_of_real_labels_are_caught_and_their_true_sentences_kept(shared):
    rates = measure(label_cases(shared / "data" / "labels" / "openfda", count=10, limit=40))
    assert rates.faults >= 500
    assert rates.caught >= CAUGHT
    assert rates.dropped <= DROPPED


def test_the_cases_are_the_same_in_every_run():
    assert [c.text for c in demo_cases(20)] == [c.text for c in demo_cases(20)]


def test_a_fault_is_never_a_sentence_of_its_passage():
    for case in demo_cases(60):
        if not case.is_true and case.named == ("p1",):
            assert " ".join(case.text.split()) not in " ".join(case.passages["p1"].split())


def test_what_people_call_unsupported_is_refused(shared):
    for found in agreement(shared / "data" / "groundedness"):
        assert found.pairs > 100
        assert found.unsupported_refused >= 0.95, found
