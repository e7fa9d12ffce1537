"""Counts the words, word pairs and letter groups of a text into numbered buckets, for the event head to weigh."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

BUCKETS = 1 << 17
MOST = 1200  # characters read: longer texts are no longer one thing told
_SHORTEST, _LONGEST = 3, 5  # letters in a group, the blanks around a word counted
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[?%>+]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")

Buckets = npt.NDArray[np.int64]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case; every number reads 0, so that no weight hangs on one number."""
    return ["0" if _NUMBER.fullmatch(word) else word for word in _WORD.findall(text[:MOST].lower())]


def buckets(text: str) -> tuple[Buckets, Buckets]:
    """The distinct buckets of the words and pairs, and of the letter groups within words; each may be empty."""
    words = words_of(text)
    pairs = {f"{one} {other}" for one, other in zip(["^", *words], [*words, "$"], strict=True)}
    groups: set[str] = set()
    for word in set(words):
        padded = f" {word} "
        last = len(padded)
        groups.update(
            padded[start : start + size]
            for size in range(_SHORTEST, min(_LONGEST, last) + 1)
            for start in range(last - size + 1)
        )
    return _numbered({*words, *pairs}, "w"), _numbered(groups, "c")


def counted(texts: Sequence[str]) -> sp.csr_matrix:
    """One row a text, shape (texts, 2 * BUCKETS): the buckets hit, each block of a row at unit length."""
    hit = [(row, block, found) for row, text in enumerate(texts) for block, found in enumerate(buckets(text))]
    hit = [(row, block, found) for row, block, found in hit if len(found)]
    rows = np.concatenate([np.full(len(found), row) for row, _, found in hit])
    columns = np.concatenate([found + block * BUCKETS for _, block, found in hit])
    values = np.concatenate([np.full(len(found), 1 / np.sqrt(len(found))) for _, _, found in hit])
    return sp.csr_matrix((values.astype(np.float32), (rows, columns)), shape=(len(texts), 2 * BUCKETS))


def _numbered(grams: set[str], block: str) -> Buckets:
    seed = crc32(block.encode())
    return np.unique(np.fromiter((crc32(gram.encode(), seed) % BUCKETS for gram in grams), dtype=np.int64))
