"""Which cases of a run are shown: what the filter form says, and the cases that answer to it, worst first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query
from pydantic import Field

from evals.store.digest import CaseLine, worst_first
from evals.store.judgements import Judgement, Verdict, latest
from knowledge.types import Value

ON_A_PAGE = 100


class CaseFilter(Value):
    """The filter form; an empty field lets everything through."""

    show: Literal["all", "failed"] = "all"
    category: str = Field(default="", max_length=100)
    failed: str = Field(default="", max_length=40)  # name of a score that failed
    outcome: str = Field(default="", max_length=20)  # an outcome that was shown
    judged: Literal["", "no", "yes", "right", "wrong", "incomplete"] = ""
    q: str = Field(default="", max_length=200)  # words of the id or question
    page: int = Field(default=1, ge=1, le=1000)

    @property
    def is_set(self) -> bool:
        """Whether anything is filtered out."""
        return self.model_copy(update={"page": 1}) != CaseFilter()

    def query(self, **changes: int) -> str:
        """The address of this filter, with changes, as "?…"; "" where nothing differs from the first page of all."""
        held = self.model_copy(update=changes).model_dump(exclude_defaults=True)
        return f"?{urlencode(held)}" if held else ""

    def of(self, lines: Sequence[CaseLine], judged: Mapping[str, Sequence[Judgement]]) -> tuple[CaseLine, ...]:
        """The lines that answer to this filter, worst first."""
        return worst_first(line for line in lines if self._takes(line, judged.get(line.key, ())))

    def _takes(self, line: CaseLine, judgements: Sequence[Judgement]) -> bool:
        return (
            (self.show == "all" or not line.is_right)
            and self.category in {"", line.category}
            and (not self.failed or line.marks.get(self.failed) is False)
            and (not self.outcome or self.outcome in line.outcomes)
            and _answers(self.judged, judgements)
            and all(word in f"{line.id} {line.question}".casefold() for word in self.q.casefold().split())
        )


Filtered = Annotated[CaseFilter, Query()]


def verdicts(judgements: Sequence[Judgement]) -> tuple[Verdict, ...]:
    """Each person's last verdict on one case."""
    return tuple(judgement.verdict for judgement in latest(judgements))


def _answers(wanted: str, judgements: Sequence[Judgement]) -> bool:
    if wanted in {"", "yes", "no"}:
        return not wanted or bool(judgements) is (wanted == "yes")
    given: Collection[str] = verdicts(judgements)
    return wanted in given
