"""The fitted model of reports: its arithmetic on models of a few numbers made here, and its file."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assistant.screens.message import TokenReading
from assistant.screens.told_model import (
    REPORT,
    UNIT_SCALE,
    Kinds,
    Nearness,
    Thresholds,
    ToldModel,
    heard,
    load_told_model,
    read_weights,
)
from assistant.screens.told_words import BUCKETS, word_buckets

LIMITS = Thresholds(report=0.8, doubt=0.3, veto=0.1, kind=0.5)


def numbers(*values):
    return np.array(values, dtype=np.float32)


def buckets(*which):
    return np.array(which, dtype=np.int64)


NOTHING_SAID = buckets()


def nearness(messages, weights, *, words=(0, 0, 0, 0), gamma=1.0, bias=0.0, slope=1.0, shift=0.0):
    held = np.array(messages, dtype=np.float32)
    return Nearness(held, numbers(*weights), (held**2).sum(axis=1), numbers(*words), gamma, bias, slope, shift)


def test_a_message_is_weighed_by_how_near_it_is_to_each_one_held():
    near = nearness([[3, 0], [0, 1]], [5, -2], gamma=0.25)
    apart = {"first": 1.0, "second": 5.0}  # squared distances of (2, 0)
    expected = 5 * math.exp(-0.25 * apart["first"]) - 2 * math.exp(-0.25 * apart["second"])
    assert near.logit(numbers(2, 0), NOTHING_SAID) == pytest.approx(expected)


def test_a_message_equal_to_one_held_has_all_its_weight():
    assert nearness([[3, 4]], [5]).logit(numbers(3, 4), NOTHING_SAID) == pytest.approx(5)


def test_words_and_a_bias_are_added_before_slope_and_shift():
    near = nearness([[3, 4]], [5], words=(0, 7, 9, 0), bias=0.5, slope=3, shift=-0.25)
    said = (7 + 9) / math.sqrt(2)
    assert near.logit(numbers(3, 4), buckets(1, 2)) == pytest.approx(3 * (5 + 0.5 + said) - 0.25, rel=1e-6)


def test_many_words_weigh_less_each_than_few():
    near = nearness([[0, 0]], [0], words=(6, 6, 6, 6))
    said = [near.logit(numbers(0, 0), buckets(*range(count))) for count in (0, 1, 4)]
    assert said == pytest.approx([0, 6, 24 / 2])


def test_a_distance_below_nothing_counts_as_nothing():
    """Rounding makes the distance of long vectors from themselves a little less than 0."""
    near = Nearness(numbers([2, 0]), numbers(5), numbers(3.0), numbers(0), 1.0, 0.0, 1.0, 0.0)
    assert near.logit(numbers(2, 0), NOTHING_SAID) == pytest.approx(5)


def kinds():
    return Kinds(("error", "overdose"), numbers([2, 3], [5, -7]), numbers([0, 6, 8], [1, 0, 4]), numbers(0.5, -0.5))


def test_each_kind_is_weighed_by_its_own_line():
    weighed = kinds().weigh(numbers(3, 1), buckets(1, 2))
    assert list(weighed) == ["error", "overdose"]
    assert weighed["error"] == pytest.approx(2 * 3 + 3 * 1 + (6 + 8) / math.sqrt(2) + 0.5, rel=1e-6)
    assert weighed["overdose"] == pytest.approx(5 * 3 - 7 * 1 + (0 + 4) / math.sqrt(2) - 0.5, rel=1e-6)


def test_names_and_lines_of_kinds_must_be_as_many():
    held = kinds()
    with pytest.raises(ValueError, match="zip"):
        Kinds(("error",), held.weights, held.words, held.biases).weigh(numbers(3, 1), NOTHING_SAID)


READING = TokenReading(vectors=np.array([[3, 0], [3, 8]], dtype=np.float32), spans=((0, 2), (3, 5)))


def test_what_is_heard_are_the_signs_and_then_the_mean_token_at_a_fixed_length():
    both = heard(numbers(0.5, 7), "ab cd", READING)
    assert both == pytest.approx([0.5, 7, 0.6 * UNIT_SCALE, 0.8 * UNIT_SCALE])
    assert both.dtype == np.float32


def model(logit, words=None):
    silent = np.zeros(BUCKETS, dtype=np.float32) if words is None else words
    near = Nearness(numbers([0, 0, 0]), numbers(0), numbers(0), silent, 1.0, 0.0, 1.0, logit)
    lines = Kinds(("error",), numbers([1, 2, 3]), np.zeros((1, BUCKETS), dtype=np.float32), numbers(0.25))
    return ToldModel(near, lines, LIMITS)


@pytest.mark.parametrize(
    ("logit", "chance"), [(0.0, 0.5), (2.0, 0.880797), (-2.0, 0.119203), (1000.0, 1.0), (-1000.0, 0.0)]
)
def test_the_chance_of_a_report_rises_from_nothing_to_all(logit, chance):
    weighed = model(logit).weigh(numbers(4), "ab cd", READING)
    assert weighed[REPORT] == pytest.approx(chance, abs=1e-6)
    assert weighed["error"] == pytest.approx(4 + 2 * 0.6 * UNIT_SCALE + 3 * 0.8 * UNIT_SCALE + 0.25)


def test_logits_are_cut_so_that_no_message_is_ever_certain():
    assert model(31.0).weigh(numbers(4), "ab cd", READING)[REPORT] == pytest.approx(1 / (1 + math.exp(-30)), rel=1e-15)
    least = model(-31.0).weigh(numbers(4), "ab cd", READING)[REPORT]
    assert least == pytest.approx(1 / (1 + math.exp(30)))
    assert least > 0


def test_words_of_product_names_are_not_told_apart():
    words = np.zeros(BUCKETS, dtype=np.float32)
    words[word_buckets("drug")] = 1
    named = model(0.0, words).weigh(numbers(4), "velzora", READING, ("velzora",))[REPORT]
    assert named == model(0.0, words).weigh(numbers(4), "drug", READING)[REPORT]
    assert named > model(0.0, words).weigh(numbers(4), "velzora", READING)[REPORT]


HELD = {
    "messages": [[3, 4], [1, 2]],
    "weights": [2, -1],
    "words": [0, 1],
    "gamma": 0.5,
    "bias": 0.25,
    "slope": 3,
    "shift": 4,
    "kinds": ["error", "overdose"],
    "kind_weights": [[1, 2], [3, 4]],
    "kind_words": [[5, 6], [7, 8]],
    "kind_biases": [9, 10],
}


def write(path, **held):
    np.savez(path, **{name: np.array(value) for name, value in held.items()})
    return path


def test_weights_are_read_from_their_file(tmp_path):
    near, lines = read_weights(write(tmp_path / "told.npz", **HELD))
    assert near.squares.tolist() == [25, 5]
    assert (near.messages.tolist(), near.weights.tolist(), near.words.tolist()) == ([[3, 4], [1, 2]], [2, -1], [0, 1])
    assert (near.gamma, near.bias, near.slope, near.shift) == (0.5, 0.25, 3, 4)
    assert lines.names == ("error", "overdose")
    assert lines.weights.tolist() == [[1, 2], [3, 4]]
    assert (lines.words.tolist(), lines.biases.tolist()) == ([[5, 6], [7, 8]], [9, 10])


@pytest.mark.parametrize("lacking", HELD)
def test_a_file_that_lacks_anything_is_named_with_the_way_out(tmp_path, lacking):
    path = write(tmp_path / "told.npz", **{name: value for name, value in HELD.items() if name != lacking})
    with pytest.raises(ValueError, match=r"told\.npz: not a model of reports.*fit it anew"):
        read_weights(path)


def test_a_file_that_is_none_or_missing_is_named_too(tmp_path):
    (tmp_path / "told.npz").write_text("no archive")
    for name in ("told.npz", "missing.npz"):
        with pytest.raises(ValueError, match=rf"{name}: not a model of reports"):
            read_weights(tmp_path / name)


def test_the_packaged_weights_fit_the_words_and_signs_they_are_weighed_with():
    held = load_told_model()
    assert held.near.words.shape == (BUCKETS,)
    assert held.kinds.words.shape == (len(held.kinds.names), BUCKETS)
    assert held.near.messages.shape[1] == held.kinds.weights.shape[1]
    assert held.near.squares == pytest.approx((held.near.messages**2).sum(axis=1), rel=1e-5)
