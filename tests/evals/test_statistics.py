import pytest

from evals.statistics import difference, mcnemar, wilson


@pytest.mark.parametrize(
    ("passed", "scored", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962), (1, 1, 0.2065, 1.0)],
)
def test_an_interval_of_a_share_is_wilsons(passed, scored, low, high):
    found = wilson(passed, scored)
    assert found == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_share_of_nothing_has_no_interval():
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("broken", "fixed", "p"), [(0, 0, 1.0), (6, 0, 0.03125), (5, 0, 0.0625), (3, 3, 1.0), (1, 9, 0.021484375)]
)
def test_mcnemar_is_exact(broken, fixed, p):
    assert mcnemar(broken, fixed) == p


def test_yes_or_no_scores_are_tested_exactly_and_their_change_has_an_interval():
    found = difference([1] * 40, [1] * 30 + [0] * 10)
    assert (found.test, found.cases, found.change) == ("exact McNemar", 40, -0.25)
    assert found.p == pytest.approx(2 / 2**10)
    assert found.low < -0.25 < found.high < 0


def test_graded_scores_are_tested_by_the_bootstrap():
    worse = difference([0.9, 0.8, 0.7, 0.95] * 10, [0.6, 0.7, 0.5, 0.9] * 10)
    assert worse.test == "paired bootstrap"
    assert worse.p < 0.05
    same = difference([0.5, 0.25], [0.5, 0.25])
    assert (same.p, same.low, same.high) == (1.0, 0.0, 0.0)


def test_the_same_scores_give_the_same_numbers_bit_for_bit():
    first, second = [0.1 * (i % 7) for i in range(90)], [0.1 * (i % 5) for i in range(90)]
    assert difference(first, second) == difference(first, second)


def test_what_cannot_be_paired_is_refused():
    with pytest.raises(ValueError, match="at least one pair"):
        difference([], [])
    with pytest.raises(ValueError, match="2 and 1 scores"):
        difference([1, 0], [1])
