"""Which sections of a label may answer a wording: a documented table of cues, turned into probabilities.

The table is `topics.yaml`. A text's cues give each topic a score on the log scale, a softmax makes them
probabilities of topics, and each topic passes its probability on to the section families that treat it.
Families overlap (a new label's `pregnancy` is an old one's `precautions`), so their probabilities are
each "the answer stands in such a section" and need not add up to one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from assistant.understanding.words import key, table, words

LONGEST_CUE = 4  # words
SHORTEST_STEM = 3  # letters before the "*" of a cue
LATER_CUES = 0.45  # what a second cue for the same topic still adds
EVIDENCE = 1.5  # a topic's cue weight from which a text is said to have a topic of its own


@dataclass(frozen=True)
class Topic:
    """A subject of questions: its weight beforehand, and the families that treat it with their shares."""

    name: str
    prior: float
    fields: dict[str, float]


class TopicModel:
    """Probabilities of section families for a text. Build with `load_topics()`."""

    def __init__(self, topics: tuple[Topic, ...], cues: dict[str, dict[str, float]]) -> None:
        self._topics = topics
        self._cues = {cue: weights for cue, weights in cues.items() if not cue.endswith("*")}
        self._stems = {cue[:-1]: weights for cue, weights in cues.items() if cue.endswith("*")}
        self._longest: dict[str, int] = {}  # words of the longest cue of several that begins with this word
        for phrase in (cue.split() for cue in cues):
            if len(phrase) > 1:
                self._longest[phrase[0]] = max(self._longest.get(phrase[0], 0), len(phrase))

    def predict(self, text: str, beside: Mapping[str, float] | None = None) -> dict[str, float]:
        """The probability, for each section family, that what `text` asks stands in such a section.

        Keys are openFDA section names (`Section.field`); `text` is best expanded by `expand` beforehand.
        A text without any cue gets the background of all questions. `beside` adds cue weight to topics for
        what no table of words can know, such as the name of another medicine.
        """
        weights = self._weights(text)
        for name, weight in (beside or {}).items():
            weights[name].append(weight)
        scores = [topic.prior + _total(weights[topic.name]) for topic in self._topics]
        top = max(scores)
        masses = [math.exp(score - top) for score in scores]
        whole = sum(masses)
        fields: dict[str, float] = defaultdict(float)
        for topic, mass in zip(self._topics, masses, strict=True):
            for field, share in topic.fields.items():
                fields[field] += share * mass / whole
        return {field: min(round(p, 6), 1.0) for field, p in sorted(fields.items(), key=lambda item: -item[1])}

    def topics_of(self, text: str) -> dict[str, float]:
        """The topics `text` has evidence for, with the weight of their cues; empty when it names none."""
        totals = {name: _total(found) for name, found in self._weights(text).items()}
        return {name: total for name, total in totals.items() if total >= EVIDENCE}

    def is_cue(self, word: str) -> bool:
        """Whether a single word speaks for a topic."""
        return word in self._cues or self._stem_of(word) is not None

    def topics_of_word(self, word: str) -> frozenset[str]:
        """The topics a single word speaks for, however weakly."""
        return frozenset(self._cues.get(word) or self._stem_of(word) or ())

    def _weights(self, text: str) -> dict[str, list[float]]:
        weights: dict[str, list[float]] = defaultdict(list)
        for cue in self._cues_in([word.text for word in words(text)]):
            for name, weight in cue.items():
                weights[name].append(weight)
        return weights

    def _cues_in(self, tokens: list[str]) -> list[dict[str, float]]:
        seen: dict[str, dict[str, float]] = {}
        for place in range(len(tokens)):
            longest = min(LONGEST_CUE, len(tokens) - place, self._longest.get(tokens[place], 1))
            for length in range(longest, 0, -1):
                phrase = " ".join(tokens[place : place + length])
                found = self._cues.get(phrase) or self._stem_of(phrase)
                if found is not None:
                    seen.setdefault(phrase, found)
        return list(seen.values())

    def _stem_of(self, phrase: str) -> dict[str, float] | None:
        for end in range(len(phrase), max(SHORTEST_STEM - 1, phrase.rfind(" ")), -1):  # it ends in the last word
            found = self._stems.get(phrase[:end])
            if found is not None:
                return found
        return None


def _total(weights: list[float]) -> float:
    if not weights:
        return 0.0
    strongest = max(weights)
    return strongest + LATER_CUES * min(sum(weights) - strongest, 2 * strongest)


@lru_cache(maxsize=1)
def load_topics() -> TopicModel:
    """The topic model of the packaged table. Raises KeyError when a cue names a topic that is not there."""
    content = table("topics.yaml")
    topics = tuple(Topic(name, spec["prior"], spec["fields"]) for name, spec in content["topics"].items())
    known = {topic.name for topic in topics}
    cues: dict[str, dict[str, float]] = {}
    for group in content["cues"]:
        unknown = set(group["weights"]) - known
        if unknown:
            raise KeyError(f"topics.yaml: cues for unknown topics {sorted(unknown)}; add them under `topics`")
        for phrase in group["phrases"].split("|"):
            merged = cues.setdefault(_cue(phrase), {})
            for name, weight in group["weights"].items():
                merged[name] = max(merged.get(name, 0.0), weight)
    return TopicModel(topics, cues)


def _cue(phrase: str) -> str:
    return key(phrase) + ("*" if phrase.strip().endswith("*") else "")
