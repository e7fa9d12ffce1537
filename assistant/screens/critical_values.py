"""Laboratory values and vital signs that are critical for anyone: someone's finding, not a cut-off asked about.

Limits from general medical knowledge, wide enough that a usual treatment target is never taken for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class _Limit:
    low: float | None = None
    high: float | None = None
    thousands: bool = False  # counts are written 12, 12k or 12,000


_LIMITS = {
    "ck": _Limit(high=2000), "cpk": _Limit(high=2000), "anc": _Limit(low=1.0, thousands=True),
    "plt": _Limit(low=50, thousands=True), "plts": _Limit(low=50, thousands=True),
    "platelets": _Limit(low=50, thousands=True), "neutrophils": _Limit(low=1.0, thousands=True),
    "hb": _Limit(low=7.5), "hgb": _Limit(low=7.5),
    "hemoglobin": _Limit(low=7.5), "inr": _Limit(high=5), "potassium": _Limit(low=2.6, high=6.2),
    "sodium": _Limit(low=122, high=160), "qtc": _Limit(high=499), "alt": _Limit(high=250), "ast": _Limit(high=250),
    "bili": _Limit(high=6), "bilirubin": _Limit(high=6), "lipase": _Limit(high=500),
    "glucose": _Limit(low=50, high=500),
    "sats": _Limit(low=88), "spo2": _Limit(low=88), "lvef": _Limit(low=35), "ferritin": _Limit(high=10_000),
    "gcs": _Limit(low=9), "lactate": _Limit(high=4), "creatinine": _Limit(high=4), "prolactin": _Limit(high=100),
}  # fmt: skip
_VALUE = re.compile(
    rf"\b(?P<name>{'|'.join(sorted(_LIMITS, key=len, reverse=True))})\b\s*(?:count|level)?s?\s*"
    r"(?:(?:is|was|of|=|:|at|now|down to|up to|only|came back(?: at)?|dropped to|fell to|rose to|hit|~|today|still)"
    r"\s*)*"
    r"(?P<number>\d[\d,]*+(?:\.\d+)?+)\s*(?P<kilo>k\b)?"
    r"(?!\s*(?:x|×)|\s*[-–]\s*\d|\s*(?:days?|h|hours?|weeks?)\b(?!\s*\d))",  # "day 9" says when, "9 days" how long
    re.IGNORECASE,
)
_CUT_OFF = re.compile(
    r"[<>≤≥]|\b(?:below|above|under|over|cut-?offs?|threshold|less\s+than|greater\s+than|if)\b", re.IGNORECASE
)
_COUNTED_SINGLY = 200  # a count written larger than this is in cells, not in thousands


def has_critical_value(text: str) -> bool:
    """Whether a text states a critical value as a finding; comparisons ("ANC < 1000") are cut-offs and do not count."""
    if _CUT_OFF.search(text):
        return False
    return any(_is_critical(match) for match in _VALUE.finditer(text))


def _is_critical(match: re.Match[str]) -> bool:
    limit = _LIMITS[match.group("name").lower()]
    number = float(match.group("number").replace(",", ""))
    if limit.thousands and not match.group("kilo") and number > _COUNTED_SINGLY:
        number /= 1000
    below = limit.low is not None and number < limit.low
    return below or (limit.high is not None and number > limit.high)
