"""Cuts a message into clauses and says what each is: a question, a condition, a general statement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.screens.patterns import read_patterns
from assistant.screens.vocabulary import Token, tokenise


@dataclass(frozen=True)
class Clause:
    """A stretch of a message that says one thing; what it is is looked up once, however many rules ask.

    `is_question` covers commands such as "remind me the cutoff".
    """

    start: int
    end: int
    text: str
    is_question: bool
    tokens: tuple[Token, ...]  # offsets within the clause

    @cached_property
    def asks_rate(self) -> bool:
        """About frequencies, lists or mechanisms: what happens in general."""
        return read_patterns("frames")["rate"].search(self.text) is not None

    @cached_property
    def is_condition(self) -> bool:
        """About what has not happened (or not yet)."""
        return read_patterns("frames")["condition"].search(self.text) is not None

    @cached_property
    def is_general(self) -> bool:
        """About patients at large."""
        return read_patterns("frames")["general"].search(self.text) is not None

    @cached_property
    def asks_eligibility(self) -> bool:
        """Asks whether treatment may begin: what was told before is the patient's starting point."""
        return self.is_question and read_patterns("frames")["eligibility"].search(self.text) is not None

    @cached_property
    def asks_dose(self) -> bool:
        """Asks for a dose or a treatment; what stands beside it is what is treated."""
        return read_patterns("frames")["dose"].search(self.text) is not None

    @cached_property
    def asks_label(self) -> bool:
        """Asks what the label says."""
        return self.is_question and read_patterns("frames")["label_question"].search(self.text) is not None


@lru_cache(maxsize=32)
def split_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a message in order, with their offsets; blank ones are left out.

    The last few are kept, in memory only, as the reader keeps them: every screen of a turn asks for the same.
    """
    edges = [0]
    for match in read_patterns("frames")["end"].finditer(text):
        if match.end() > edges[-1]:
            edges.append(match.end())
    edges.append(len(text))
    clauses: list[Clause] = []
    follows_question = False
    for start, end in reversed(list(pairwise(edges))):
        raw = text[start:end]
        trimmed = raw.strip()
        if not any(c.isalnum() for c in trimmed):
            continue
        begin = start + len(raw) - len(raw.lstrip())
        # A heading ("severe impairment, pt J: dose?") belongs to the question it stands over.
        asks = (
            trimmed.rstrip(" .)-–—").endswith("?")
            or read_patterns("frames")["question_start"].match(trimmed) is not None
        )
        is_question = asks or (trimmed.endswith(":") and follows_question)
        follows_question = is_question
        clauses.append(Clause(begin, begin + len(trimmed), trimmed, is_question, tokenise(trimmed)))
    return tuple(reversed(clauses))
