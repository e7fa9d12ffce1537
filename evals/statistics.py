"""How sure a figure is: intervals of shares, and of the difference between two runs over the same cases.

Everything is a function of its arguments: the bootstrap draws from a fixed seed, so a comparison repeats bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

from knowledge.types import Value

SEED = 20261122
DRAWS = 10_000
LEVEL = 0.95
_CHUNK = 500  # draws at a time: memory stays small for any number of cases
_Z = 1.959963984540054  # the normal quantile of a 95 % interval


class Difference(Value):
    """The mean change of one figure over cases that both runs scored, second minus first."""

    cases: int
    first: float
    second: float
    change: float
    low: float  # 95 % interval of the change
    high: float
    p: float  # two-sided; 1 where nothing changed
    test: str  # "exact McNemar" (yes or no a case) or "paired bootstrap"


def wilson(passed: float, scored: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927: holds near 0 and 1, and for few cases); None of nothing."""
    if not scored:
        return None
    share, square = passed / scored, _Z * _Z
    middle = (share + square / (2 * scored)) / (1 + square / scored)
    half: float = _Z * sqrt(share * (1 - share) / scored + square / (4 * scored * scored)) / (1 + square / scored)
    return max(0.0, middle - half), min(1.0, middle + half)


def mcnemar(broken: int, fixed: int) -> float:
    """The exact two-sided p-value that so uneven a split of the changed cases comes by chance (McNemar 1947)."""
    changed = broken + fixed
    if not changed:
        return 1.0
    tail = sum(comb(changed, k) for k in range(min(broken, fixed) + 1)) / 2**changed
    return float(min(1.0, 2 * tail))


def difference(first: Sequence[float], second: Sequence[float], seed: int = SEED, draws: int = DRAWS) -> Difference:
    """Compare two series of scores of the same cases, in the same order.

    The interval is the percentile interval of the paired bootstrap (Efron 1979) over cases. Where every score is 0 or
    1 the p-value is McNemar's exact one, else that of the bootstrap centred on no change. Raises ValueError when the
    series are empty or differ in length.
    """
    before, after = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if before.size == 0 or before.shape != after.shape:
        raise ValueError(f"{before.size} and {after.size} scores: a pair needs one of each, and at least one pair.")
    changes = after - before
    mean = float(changes.mean())
    is_binary = bool(np.isin(np.concatenate((before, after)), (0.0, 1.0)).all())
    low, high, p = 0.0, 0.0, 1.0
    if changes.any():
        low, high, p = _drawn(changes, seed, draws)
    if is_binary:
        p = mcnemar(int((changes < 0).sum()), int((changes > 0).sum()))
    return Difference(
        cases=int(changes.size),
        first=float(before.mean()),
        second=float(after.mean()),
        change=mean,
        low=low,
        high=high,
        p=p,
        test="exact McNemar" if is_binary else "paired bootstrap",
    )


def _drawn(changes: NDArray[np.float64], seed: int, draws: int) -> tuple[float, float, float]:
    """Both ends of the bootstrap's interval of the mean change, and its p-value centred on no change."""
    generator = np.random.default_rng(seed)
    sizes = [min(_CHUNK, draws - start) for start in range(0, draws, _CHUNK)]
    means = np.concatenate([changes[generator.integers(0, changes.size, (n, changes.size))].mean(1) for n in sizes])
    low, high = np.percentile(means, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    mean = float(changes.mean())
    return float(low), float(high), float((1 + (np.abs(means - mean) >= abs(mean) - 1e-12).sum()) / (draws + 1))
