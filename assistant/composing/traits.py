"""What a stretch of label text is, whatever is asked: worked out once, since labels are read far oftener than made."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from assistant.composing.kinds import kinds_stated
from assistant.composing.quantities import has_amount

KEPT = 50_000  # texts; some 300 bytes each
# Sentences in which a label decides something, whatever the drug.
_STATES = re.compile(
    r"\b(recommended (?:\w+ ){0,3}(?:dos\w+|schedule|regimen)|is indicated|(?:is|are) contraindicated|not recommended|"
    r"should (?:not )?be|do not|avoid|(?:with)?hold|discontinue|reduce|administer|monitor|half-life|"
    r"store|no (?:dos\w+ )?adjustment|mechanism|inhibit(?:s|or)|binds?)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(r"^(?:see|refer to|figure|table) ", re.IGNORECASE)  # points elsewhere, says nothing itself
_NEGATES = re.compile(r"\b(?:not|no|never|neither|without|avoid|except|unless|contraindicated)\b", re.IGNORECASE)
_ANIMALS = re.compile(
    r"\b(?:rats?|mice|mouse|rabbits?|monkeys?|dogs?|hamsters?|guinea pigs?|minipigs?|animals?|in vitro|MRHD|"
    r"maximum recommended human dose|gestation days?|ames|chromosom\w+ aberration)\b",
    re.IGNORECASE,
)


class Traits(NamedTuple):
    """What a sentence, item or row is."""

    has_amount: bool
    states: bool  # decides something
    refers: bool  # only points elsewhere
    negates: bool
    nonclinical: bool  # tells of animals or cells, not of patients
    kinds: frozenset[str]  # of the quantities it states


@lru_cache(maxsize=KEPT)
def traits(text: str) -> Traits:
    """The traits of a text of a label; of approved text only, for it is kept."""
    return Traits(
        has_amount=has_amount(text),
        states=_STATES.search(text) is not None,
        refers=_REFERS.match(text) is not None,
        negates=_NEGATES.search(text) is not None,
        nonclinical=_ANIMALS.search(text) is not None,
        kinds=kinds_stated(text),
    )
