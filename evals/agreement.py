"""`hcp evals agreement`: does a scorer or a judge say what people said of the same replies?

Cohen's kappa (1960) of two yes-or-no verdicts: agreement beyond what their shares of "right" would give by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from evals.errors import EvalError
from evals.statistics import DRAWS, LEVEL, SEED
from evals.store.judgements import reply_sha256
from evals.types import CaseResult
from knowledge.types import Value

RIGHT_FROM = 0.5  # a mark from here on counts as "right"; scorers that say yes or no are either side of it
FEWEST = 10  # replies below which no interval is worth telling


class Agreement(Value):
    """One scorer's verdicts beside people's, over the replies that both judged."""

    scorer: str
    replies: int
    both_right: int
    only_people: int  # people: right, scorer: wrong
    only_scorer: int
    both_wrong: int
    unscored: int  # judged by people, but without a mark
    agreed: float  # share of replies
    kappa: float | None  # None: one of them never varies, so chance alone agrees
    low: float | None  # 95 % interval, bootstrap over replies; None with too few, or no kappa
    high: float | None


def agreement(
    cases: Iterable[CaseResult], said: Mapping[tuple[str, str], bool], right_from: float = RIGHT_FROM
) -> tuple[Agreement, ...]:
    """Every scorer's agreement with people's settled verdicts (`settled`), the best first.

    `said` is by case id and hash of the reply, so that a verdict counts for every run that gave these very words; a
    reply that several runs gave counts once, as the last of them scored it. Raises EvalError when no reply was judged.
    """
    judged = {key: case for case in cases if (key := (case.id, reply_sha256(case))) in said}
    if not judged:
        raise EvalError("no reply of these runs was judged by people. Label some at /evals, or name other runs.")
    names = sorted({name for case in judged.values() for name in case.marks})
    found = [_of(name, judged, said, right_from) for name in names]
    return tuple(sorted((one for one in found if one.replies), key=lambda one: -(one.kappa or 0.0)))


def kappa(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cohen's kappa of tables of counts (…, 4): both right, only first, only second, both wrong; NaN if undefined."""
    total = table.sum(axis=-1)
    first, second = table[..., 0] + table[..., 1], table[..., 0] + table[..., 2]
    seen = (table[..., 0] + table[..., 3]) / total
    chance = (first * second + (total - first) * (total - second)) / (total * total)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(chance < 1, (seen - chance) / (1 - chance), np.nan)


def _of(
    name: str, judged: Mapping[tuple[str, str], CaseResult], said: Mapping[tuple[str, str], bool], right_from: float
) -> Agreement:
    counts, unscored = [0, 0, 0, 0], 0
    for key, case in judged.items():
        value = case.marks[name].value if name in case.marks else None
        if value is None:
            unscored += 1
        else:
            counts[2 * (not said[key]) + (value < right_from)] += 1
    # counts: people right & scorer right, people right & scorer wrong, people wrong & scorer right, both wrong
    replies = sum(counts)
    value = float(kappa(np.array(counts, dtype=np.float64))) if replies else float("nan")
    low, high = _interval(counts) if replies >= FEWEST and not np.isnan(value) else (None, None)
    return Agreement(
        scorer=name,
        replies=replies,
        both_right=counts[0],
        only_people=counts[1],
        only_scorer=counts[2],
        both_wrong=counts[3],
        unscored=unscored,
        agreed=(counts[0] + counts[3]) / replies if replies else 0.0,
        kappa=None if np.isnan(value) else value,
        low=low,
        high=high,
    )


def _interval(counts: list[int]) -> tuple[float, float]:
    """The percentile interval of the bootstrap over replies; draws in which kappa is undefined are left out."""
    draws = np.random.default_rng(SEED).multinomial(sum(counts), np.array(counts) / sum(counts), DRAWS)
    values = kappa(draws.astype(np.float64))
    low, high = np.nanpercentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)
