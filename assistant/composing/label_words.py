"""Which words tell whether a label is silent: those of labels tell it loudly, everyday ones and bare numbers do not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEFAULT = Path(__file__).with_name("label_words.json")


@dataclass(frozen=True)
class LabelWords:
    """Stems, as `python -m evals.fit_label_words --write` made them."""

    own: frozenset[str]  # words that some labels use, not most, and general English hardly does
    everyday: frozenset[str]  # the commonest words of general English

    def tells(self, stem: str) -> bool:
        """Whether a word that a label does not use says anything about what the label holds.

        A number is the patient's, and what a hyphen joins is told by its pieces.
        """
        return stem.isalnum() and not stem[0].isdigit() and stem not in self.everyday


@cache
def label_words() -> LabelWords:
    """The packaged lists."""
    held = json.loads(DEFAULT.read_text(encoding="utf-8"))
    return LabelWords(own=frozenset(held["own"].split()), everyday=frozenset(held["everyday"].split()))
