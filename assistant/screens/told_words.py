"""The words and word pairs of a message as numbered buckets, for the fitted model of the safety screen to weigh."""

from __future__ import annotations

import re
from collections.abc import Collection
from zlib import crc32

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 14
MOST = 1200  # characters read: longer texts are no longer one thing told
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[?%>+]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PRODUCT = "drug"  # stands for every product's own name: no weight hangs on one medicine

Buckets = npt.NDArray[np.int64]


def words_of(text: str, own: Collection[str] = ()) -> list[str]:
    """The words of a text in lower case; every number reads 0 and every word of `own` (product names) "drug"."""
    words = _WORD.findall(text[:MOST].lower())
    return ["0" if _NUMBER.fullmatch(word) else _PRODUCT if word in own else word for word in words]


def paired(words: list[str]) -> set[str]:
    """The words, and each with the next; the first and the last word are known as such."""
    return {*words, *(f"{one} {other}" for one, other in zip(["^", *words], [*words, "$"], strict=True))}


def word_buckets(text: str, own: Collection[str] = ()) -> Buckets:
    """The distinct buckets hit, in rising order, none for a text without words; each counts 1/sqrt(how many)."""
    words = words_of(text, own)
    if not words:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.fromiter((crc32(gram.encode()) % BUCKETS for gram in paired(words)), dtype=np.int64))
