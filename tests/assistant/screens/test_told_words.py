"""Words and word pairs as the fitted model of reports counts them."""

from __future__ import annotations

from zlib import crc32

import pytest

from assistant.screens.told_words import BUCKETS, MOST, paired, word_buckets, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("She HAD hives", ["she", "had", "hives"]),
        ("pt's arm", ["pt's", "arm"]),
        ("40 mg, 2.5 mg", ["0", "mg", "0", "mg"]),  # which number it was tells nothing
        ("50% > 40 + why?", ["0", "%", ">", "0", "+", "why", "?"]),
        ("rash!; (again)", ["rash", "again"]),
        ("velzora rash", ["drug", "rash"]),
        ("Velzora rash", ["drug", "rash"]),
        ("velzor rash", ["velzor", "rash"]),
    ],
)
def test_words_are_in_small_letters_numbers_alike_and_products_unnamed(text, words):
    assert words_of(text, {"velzora"}) == words


def test_without_product_names_every_word_stays():
    assert words_of("velzora rash") == ["velzora", "rash"]


def test_what_stands_behind_the_first_characters_is_not_read():
    assert words_of("x" * (MOST - 3) + " ab cd")[1:] == ["ab"]
    assert MOST == 1200


def test_each_word_is_paired_with_the_next_and_the_first_and_last_are_known_as_such():
    assert paired(["she", "fell"]) == {"she", "fell", "^ she", "she fell", "fell $"}
    assert paired(["fell"]) == {"fell", "^ fell", "fell $"}


def test_buckets_are_those_of_the_words_and_pairs_each_once_in_rising_order():
    expected = sorted({crc32(gram.encode()) % 16384 for gram in ("she", "fell", "^ she", "she fell", "fell $")})
    assert word_buckets("She fell").tolist() == expected
    assert BUCKETS == 16384
    twice = word_buckets("fell fell fell fell").tolist()
    assert twice == sorted(set(twice))


def test_product_names_share_a_bucket():
    assert word_buckets("velzora", ("velzora",)).tolist() == word_buckets("drug").tolist()
    assert word_buckets("velzora").tolist() != word_buckets("drug").tolist()


@pytest.mark.parametrize("text", ["", "   ", "!;"])
def test_a_text_without_words_hits_none(text):
    assert word_buckets(text).tolist() == []
    assert word_buckets(text).dtype == word_buckets("fell").dtype
