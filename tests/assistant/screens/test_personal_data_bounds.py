"""No text makes the patterns of personal data slow, no cache keeps its words, and medicine keeps its own."""

import re
import time
from functools import _lru_cache_wrapper

import pytest

from assistant.screens import addresses, known_words, listed_names, names_in_place, people, person_names, vocabulary
from assistant.screens.patterns import read_patterns
from assistant.screens.personal_data import find, mask

LENGTH = 4000
LONGEST = 0.5  # seconds; quiet machines take some tens of milliseconds
NAMES = ("nelvoris", "corvexa")
FILLS = (
    "a", "A", "1", " ", "\n", "\t", "_", ",", "#:", "a ", "A ", "1 ", "1-", "1.", "a-", "Ab-", "a.", "Ab.", "a1", "A1",
    "a,", "a, ", "Abc, ", "Abc ", "abc ", "Abc 1 ", "1 Abc ", "de ", "De ", "d'", "a:", "(1", "a@", "A. ", "Ж ", "Ab\n",
    "id ", "mrn id ", "pt no ", "mr Abc ", "apt 1 ", "12 rue ", "lives at Abc ", "Abc and ", "cpr no ", "plate A1 ",
)  # fmt: skip
TEXTS = [
    *((fill * LENGTH)[:LENGTH] for fill in FILLS),
    *("1 bsn " + (fill * LENGTH)[:LENGTH] for fill in ("a", "a ", "#", "is ", "1-")),
    *("Mrs Ann Roe, 12 Smith Street" + fill * LENGTH for fill in (" ", "\t", "\n", ",", "a", "1", "#")),
    "mrn " + "#:" * (LENGTH // 2),
    "1 bsn " + "a" * 60,
]


def pattern_texts():
    yield from ((kind, pattern) for kind, pattern in read_patterns("identifiers").items())
    for module in (addresses, names_in_place):
        for name, held in vars(module).items():
            for one in held if isinstance(held, tuple) else (held,):
                if isinstance(one, re.Pattern):
                    yield f"{module.__name__}.{name}", one


PATTERNS = list(pattern_texts())


def test_patterns_are_those_of_all_three():
    assert len(PATTERNS) > len(read_patterns("identifiers")) + len(addresses._CORES)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:14] + text[-4:]))
def test_no_text_is_slow(text):
    find("Mr Roe, 1 Elm Street", NAMES)  # lists are read
    started = time.process_time()
    find(text, NAMES)
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize("pattern", [one for _, one in PATTERNS], ids=[name for name, _ in PATTERNS])
def test_no_pattern_is_slow_at_one_place(pattern):
    for text in TEXTS:
        started = time.process_time()
        pattern.match(text)
        assert time.process_time() - started < LONGEST / 5


@pytest.mark.parametrize(
    "text",
    [
        "CPR for 20 min",
        "CPR: 20 min, then stopped",
        "CPR 2015-2020 guideline",
        "DNI pt 85 kg",
        "BSN dose 50 mg",
        "pt moved to Nelvoris last week",
        "pt moved to Warfarin last week",
        "pt moved to Keytruda",
        "pt moved to Humira for her joints",
        "pt moved to Hospice last week",
        "pt moved to ICU",
        "pts no 1000mg",
        "pts no 1000 mg",
        "vehicle is PEG 400",
        "vehicle: DMSO 10",
        "plate 1000mg",
    ],
)
def test_clinical_words_stay(text):
    assert mask(text, find(text, NAMES)) == text


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("bsn 123456782, dose?", "123456782"),
        ("BSN: 1234.56.782", "1234"),
        ("DNI 12345678Z", "12345678Z"),
        ("NIE X-1234567-L", "1234567"),
        ("CPR nr. 120175 1234", "1234"),
        ("CPR 120175-1234", "120175"),
        ("her PESEL is 71031704432", "71031704432"),
        ("pt moved to Dunwell last week", "Dunwell"),
        ("she transferred from Boston to us", "Boston"),
        ("pt no A4471", "A4471"),
        ("plate no. KXT 4471", "4471"),
        ("vehicle is KXT 4471", "KXT"),
    ],
)
def test_identifiers_are_still_masked(text, gone):
    assert gone not in mask(text, find(text, NAMES))


def test_no_cache_keeps_a_word_that_is_not_masked():
    find("Mr Roe, 1 Elm Street", NAMES)
    modules = (addresses, known_words, listed_names, names_in_place, people, person_names, vocabulary)
    caches = {held for module in modules for held in vars(module).values() if isinstance(held, _lru_cache_wrapper)}
    before = {cache: cache.cache_info().misses for cache in caches}
    find("Mr Qwérzil Ożnobkin moved to Vlübeck, asked Dr Xandřop", NAMES)
    assert {cache.__name__: cache.cache_info().misses - count for cache, count in before.items()} == {
        cache.__name__: 0 for cache in before
    }
