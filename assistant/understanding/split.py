"""Cuts a message into segments at the places where a new thing may begin, and says what each segment looks like.

Segments are small on purpose; `parts.py` puts those together again that belong together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from assistant.understanding.announcing import announces
from assistant.understanding.words import TEXTS_KEPT, table, words

Lead = Literal["start", "sentence", "dash", "marker", "comma"]

_ASKING = (
    r"what|whats|what's|which|who|whos|who's|whose|how|hows|how's|why|when|where|is|are|was|were|does|do|did|can|could|"
    r"should|shall|would|will|may|any|anything|remind|tell|list|give|show|explain|need|please|pls|at\s+what|in\s+what|"
    r"(?:for|by|after|within|over|from)\s+how|(?:after|below|above|under|from)\s+what|until\s+when|ok\s+to|okay\s+to|"
    r"safe\s+to|thoughts|wondering|looking\s+for|do\s+we|describe|compare|advise"
)
_ABBREVIATION = r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bvs)(?<!\bSt)(?<!\bpt)(?<!\bpts)(?<!\bno)(?<!\beg)(?<!\bie)(?<!\bapprox)(?<!\b[A-Za-z]\.[a-z])(?<!\b[A-Z])"  # noqa: E501 - one look-behind a word
_BREAK = re.compile(
    rf"""
      (?P<sentence>[?!]+["')\]]*\s*(?:\+\s+|&\s+)? | ;\s* | \.\.+\s* | …\s* | {_ABBREVIATION}\.(?=\s|$)\s* | \n+
        | \s+(?=\(?\d\)\s) )
    | (?P<dash>\s+[-–—]+\s+)
    | (?P<marker>(?:,\s*|\s+)(?=(?:and\s+)?(?:also|btw|by\s+the\s+way|separately|unrelated|another\s+question|plus)\b)
        | ,?\s+(?=(?:and|but|&|\+)\s+(?:{_ASKING})\b)
        | ,?\s+(?=so\s+(?:can|could|should|shall|may|do|is|are|what|how|which)\s+(?:we|i|it|she|he|they|this|you)\b)
        | ,\s*(?=(?:and|but|&)\s) | \s+(?=(?-i:AND\s+[a-z])) )
    | (?P<comma>,\s*(?=(?:{_ASKING})\b))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_QUESTION_START = re.compile(
    rf"^\W*(?:(?:and|also|so|but|btw|pls|please|ok|okay|hi|hello|then|or|plus|thanks|thx)\b[,.!]*\s*)*(?:{_ASKING})\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\W*(?:ok[,. ]+)?(?:and|also|but|so|plus|or|what\s+about|how\s+about|what\s+if|same|then|in|for|with|if)\b",
    re.IGNORECASE,
)
_ADDS = re.compile(
    r"^\W*(?:and\W+)?(?:also|btw|by the way|separately|another question|what about|how about)\b"
    r"|^\W*and\W+any(?:thing)?\b",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\s+[+&]$")  # a "+" that led to the next segment; "ALK+" keeps its own
_SMALL_TALK = re.compile(
    r"^\W*(?:(?:hi|hello|hey|good\s+(?:morning|afternoon|evening|day)|thanks?|thank\s+you|thx|ty|cheers|great|perfect|"
    r"much\s+appreciated|many\s+thanks|in\s+advance|(?:kind|best|warm)\s+(?:regards|wishes)|regards|sincerely|(?:a\s+)?quick\s+(?:question|one)|for\s+a\s+colleague|(?:could|can)\s+you\s+tell\s+me|appreciate\s+it|ok|okay|cool|nice|got\s+it|bye|goodbye|see\s+you|sorry|there|all|so|very|much|"
    r"again|for\s+(?:that|this|your\s+help|the\s+help|now)|a\s+lot|who\s+are\s+you|are\s+you\s+(?:a\s+)?(?:bot|human|real|ai)|"
    r"how\s+are\s+you|that\s+helps|helpful|dr|doctor|team|assistant|pls|please)\b\W*)+$",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[[a-z_]+\]")  # what stands for masked personal data
# What is said around a name or number that was masked: who writes, for whom, how to reach them.
_INTRODUCING = frozenset(str(table("common_words.yaml")["introducing"]).split())
_SPOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
# Words without a subject of their own: a segment of these alone goes with its neighbour.
TIMES = frozenset(str(table("common_words.yaml")["times"]).split())  # time and dose in a patient's story
FILLERS = frozenset(str(table("common_words.yaml")["fillers"]).split())


@dataclass(frozen=True)
class Segment:
    """A stretch of the message between two breaks, trimmed; `lead` is the kind of break before it."""

    start: int
    end: int
    text: str
    lead: Lead
    gap: str = " "  # what stands between it and the segment before
    position: int = 0

    @property
    def is_question(self) -> bool:
        """A question mark, a question word or a request at its beginning."""
        return self.text.rstrip(" .)'\"-–—").endswith("?") or _QUESTION_START.match(self.text) is not None

    @property
    def is_small_talk(self) -> bool:
        """Nothing but greeting, thanks or an announcement, or who writes and for whom where that was masked."""
        return is_courtesy(self.text) or announces(self.text) or _introduces(self.text)

    @property
    def continues(self) -> bool:
        """Begins as a continuation of what was said before ("and …", "what about …", "in …")."""
        return _CONTINUES.match(self.text) is not None

    @property
    def adds(self) -> bool:
        """Announces another subject ("also …", "what about …", "any …")."""
        return _ADDS.match(self.text) is not None or self.text.startswith("AND ")


@lru_cache(maxsize=TEXTS_KEPT)
def segments(text: str) -> tuple[Segment, ...]:
    """The segments of a message in order, with their offsets; those without a letter or digit are left out."""
    found: list[Segment] = []
    start, lead = 0, "start"
    for match in _BREAK.finditer(text):
        end = match.end() if match.lastgroup == "sentence" else match.start()
        _add(found, text, start, end, lead)
        start, lead = match.end(), str(match.lastgroup)
    _add(found, text, start, len(text), lead)
    return tuple(found)


def is_courtesy(text: str) -> bool:
    """Nothing but greeting, thanks or the like."""
    return _SMALL_TALK.match(text) is not None


def content(text: str) -> tuple[str, ...]:
    """The words of a text that carry a subject, numbers left out, in lower case and order."""
    found = [word.text for word in words(text)]
    return tuple(word for word in found if len(word) > 1 and word not in FILLERS and not word[0].isdigit())


def unmarked(text: str) -> str:
    """The text without what stands for masked personal data, which nobody searches for."""
    return " ".join(_MARK.sub(" ", text).split()) if "[" in text else text


def joined(found: Sequence[Segment]) -> str:
    """Segments as one text: as written where they stand side by side."""
    text = ""
    for place, segment in enumerate(found):
        is_next = place > 0 and segment.position == found[place - 1].position + 1
        text += (segment.gap if is_next else " " if text else "") + segment.text
    return text


def _introduces(text: str) -> bool:
    if _MARK.search(text) is None:
        return False
    return all(word.replace("’", "'") in _INTRODUCING for word in _SPOKEN.findall(_MARK.sub(" ", text).lower()))


def _add(found: list[Segment], text: str, start: int, end: int, lead: str) -> None:
    raw = text[start:end]
    trimmed = _TRAILING.sub("", raw.strip(" \t\r\n,;-–—"))
    if not any(character.isalnum() for character in trimmed):
        return
    begin = start + raw.index(trimmed)
    gap = text[found[-1].end : begin] if found else ""
    found.append(Segment(begin, begin + len(trimmed), trimmed, lead, gap, len(found)))  # type: ignore[arg-type]  # group names are leads
