"""A stemmer keeps the word it is at: turns at the same time must not share one, or wrong stems are remembered."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.composing.terms import stem

ENDINGS = ("ation", "ations", "ational", "izing", "izes", "fulness", "ically", "edly", "ibility", "ing", "ies", "ment")


@pytest.fixture
def hasty():
    """Threads that are interrupted as often as on a busy machine."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    stem.cache_clear()
    yield
    sys.setswitchinterval(usual)
    stem.cache_clear()


def test_stems_are_the_same_however_many_turns_run_at_once(hasty):
    draw = random.Random(7)
    letters = "bcdfglmnprst"
    words = [
        "".join(draw.choices(letters, k=2)) + "a" + draw.choice(letters) + draw.choice(ENDINGS) for _ in range(4000)
    ]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(stem, words))
    stem.cache_clear()
    assert together == [stem(word) for word in words]
