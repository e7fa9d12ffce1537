"""What kind of quantity a question is after, and which kinds a stretch of label text states: only for matching."""

from __future__ import annotations

import re

_NUMBER = r"\d+(?:[.,]\d+)*"
_ASKED = {
    "time": (
        r"\bhow (?:long|soon|fast|quick\w*|often|far apart)\b",
        r"\bhow many (?:hours?|hrs?|days?|weeks?|wks?|months?|cycles)\b",
        r"\b(?:duration|half-?life|t1/2|apart|spacing|space|interval|gap|wash-?out|shelf life)\b",
        r"\b(?:timing|frequency|schedule)\b",
    ),
    "share": (
        r"%|½|\b(?:percent\w*|rates?|incidence|proportion|overall|any[- ]grade|grade split)\b",
        r"\bhow (?:common|frequent|many (?:pts?|patients|had|got|people))\b",
        r"\bvs\.? (?:pbo|placebo|vehicle|control)\b",
    ),
    "temperature": (r"\b(?:temp\w*|fridge|refrigerat\w*|freez\w*|stor(?:e|age|ed)|room temp|rt)\b|°",),
    "most": (r"\b(?:max\w*|ceiling|cap|upper limit|highest|exceed)\b",),
    "first": (r"\b(?:start\w*|initia\w*|begin\w*|first dose|loading|lead-?in)\b",),
}
_STATED = {
    "time": (
        rf"{_NUMBER}\s*(?:(?:to|-|–)\s*{_NUMBER}\s*)?-?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b",
        r"\b(?:once|twice|times|weekly|daily|monthly|every other|immediately)\b",
    ),
    "share": (rf"{_NUMBER}\s*%|\(\s*{_NUMBER}\s*\)|\|\s*[<≤]?{_NUMBER}\s*(?=\||$)",),
    "temperature": (r"°|\b(?:refrigerat\w*|freez\w*|frozen|room temperature)\b",),
    "most": (r"\b(?:maxim\w*|exceed\w*|up to|no more than|not more than|highest|doses above|greater than)\b",),
    "first": (r"\b(?:start\w*|initia\w*|begin\w*|first|loading|recommended)\b",),
}


def _compiled(patterns: dict[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    return {kind: re.compile("|".join(each), re.IGNORECASE) for kind, each in patterns.items()}


_IS_ASKED, _IS_STATED = _compiled(_ASKED), _compiled(_STATED)


def kinds_asked(text: str) -> tuple[str, ...]:
    """The kinds of quantity a question is after: "time", "share" (a rate), "temperature", "most", "first"."""
    return tuple(kind for kind, pattern in _IS_ASKED.items() if pattern.search(text))


def kinds_stated(text: str) -> frozenset[str]:
    """The kinds of quantity a text of a label states."""
    return frozenset(kind for kind, pattern in _IS_STATED.items() if pattern.search(text))
