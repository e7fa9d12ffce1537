"""What only announces a question ("A colleague on the ward asks:", "I'd like to know the following."), and is none.

It says nothing of a medicine or a patient; read with the question, it made a report of one. Only who practises is
known here: what a patient asks or says is part of what is told.
"""

from __future__ import annotations

import re

_ROLE = (
    r"(?:colleagues?|residents?|registrars?|nurses?|pharmacists?|doctors?|physicians?|gps?|consultants?|interns?|shos?|"
    r"fellows?|trainees?|students?|prescribers?|team|practice|ward|clinic|surgery|pharmacy)"
)
# Never any word: a pregnant nurse who asks is told of.
_KIND = r"(?:(?:senior|junior|fellow|ward|hospital|community|clinical|specialist|staff|practice|night|icu|ed)\s+)?"
_WHO = (
    rf"(?:(?:one|two|some|a\s+few|several)\s+of\s+(?:our|my|the)\s+{_KIND}{_ROLE}|"
    rf"(?:an?|my|our|another|the|this)\s+{_KIND}{_ROLE})"
    r"(?:\s+(?:on|in|at|from|of)\s+(?:the|our|my|mine)(?:\s+\w+)?)?"
)
_ASKS = (
    r"(?:(?:has|have|had|just|recently|now|is|are|was)\s+)*"
    r"(?:ask(?:s|ed|ing)?|wants?\s+to\s+know|wanted\s+to\s+know|wonder(?:s|ed|ing)?|quer(?:y|ies|ied))"
)
_THIS = r"(?:\s+(?:me|us|you|to|about|this|that|the\s+following|one|a\s+question|today|again|something|below))*"
_GREETING = r"(?:(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening|day)|all|there|team|colleagues?)\b[\s,.!-]*)*"
_ANNOUNCES = (
    rf"^\W*{_GREETING}(?:"
    rf"{_WHO}\s+{_ASKS}{_THIS}|"
    rf"i(?:['’]d|\s+would)\s+(?:just\s+)?(?:like|love|want)\s+to\s+(?:know|ask){_THIS}|"
    rf"i(?:['’]m|\s+am|\s+was|\s+have\s+been)\s+(?:just\s+)?wondering{_THIS}|"
    r"(?:i\s+have|i['’]ve\s+got|we\s+have|have|got)\s+(?:an?|one|another|the\s+following)\s+(?:\w+\s+)?question"
    r"(?:\s+for\s+you)?|(?:my|the|our)\s+question\s+is(?:\s+this)?|"
    rf"question(?:\s+from\s+{_WHO})?"
    r")"
)
_WHOLE = re.compile(rf"{_ANNOUNCES}\W*$", re.IGNORECASE)
_LEADING = re.compile(rf"{_ANNOUNCES}\s*(?::|\.(?=\s)|\s[-–—](?=\s))\s*(?=\S)", re.IGNORECASE)


def announces(text: str) -> bool:
    """Whether a stretch of a message only announces what is asked."""
    return _WHOLE.match(text) is not None


def without_announcement(text: str) -> str:
    """The text without what announces it; as it is where nothing does."""
    return _LEADING.sub("", text, count=1)
