"""Counts the words, word pairs and letter groups of a text into numbered buckets, for the event head to weigh."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from assistant.screens.told_words import paired, words_of

BUCKETS = 1 << 17
_SHORTEST, _LONGEST = 3, 5  # letters in a group, the blanks around a word counted

Buckets = npt.NDArray[np.int64]


def buckets(text: str) -> tuple[Buckets, Buckets]:
    """The distinct buckets of the words and pairs, and of the letter groups within words; each may be empty."""
    words = words_of(text)
    groups: set[str] = set()
    for word in set(words):
        padded = f" {word} "
        last = len(padded)
        groups.update(
            padded[start : start + size]
            for size in range(_SHORTEST, min(_LONGEST, last) + 1)
            for start in range(last - size + 1)
        )
    return _numbered(paired(words), "w"), _numbered(groups, "c")


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
