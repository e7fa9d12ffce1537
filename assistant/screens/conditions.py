"""Conditions named in a text, and which approved conditions cover which asked ones.

The table is `terms/conditions.yaml`; its head says how groups relate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from assistant.screens.tumors import organs, tumors_by_organ
from assistant.screens.vocabulary import Hit, Vocabulary, read_terms, tokenise
from assistant.understanding.medicines import is_common

_COMORBIDITY = "co."
# How HCPs shorten the last word of a disease's name.
_SHORT_FOR = {"cancer": ("ca",), "carcinoma": ("ca",), "disease": ("dz", "dis"), "syndrome": ("synd", "sx"),
              "infection": ("infxn", "inf"), "transplant": ("tx", "txp"), "disorder": ("d/o",), "deficiency": ("def",),
              "leukemia": ("leuk",)}  # fmt: skip


@dataclass(frozen=True)
class Tree:
    """How condition groups hang together: parent of each, and whether a parent's label covers the child."""

    vocabulary: Vocabulary
    names: Mapping[str, tuple[str, ...]]
    parent: Mapping[str, str]
    inherits: frozenset[str]
    organs: Mapping[str, str] = field(default_factory=dict)  # what stands before "cancer" in a name, with its group

    def ancestors(self, group: str) -> tuple[str, ...]:
        """Parents from near to far."""
        found: list[str] = []
        while group in self.parent and self.parent[group] not in found:
            group = self.parent[group]
            found.append(group)
        return tuple(found)


@cache
def condition_tree() -> Tree:
    """The table, indexed."""
    groups: dict[str, tuple[str, ...]] = {}
    parent: dict[str, str] = {}
    inherits: set[str] = set()
    for key, terms in read_terms("conditions").items():
        name = key
        for mark in "<~":
            if mark in key:
                name, above = key.split(mark)
                parent[name] = above
                if mark == "<":
                    inherits.add(name)
        groups[name] = tuple(spelling for term in terms for spelling in _spellings(term))
    return Tree(Vocabulary(groups), groups, parent, frozenset(inherits), organs(groups))


def _spellings(term: str) -> tuple[str, ...]:
    """A name and what it becomes with its last word shortened ("salivary gland ca") or dropped ("a nephrotic kid")."""
    before, _, last = term.rpartition(" ")
    if not before:
        return (term,)
    told = " " in before or not (before.isupper() or is_common(before))  # "CAPS" are capsules as well
    dropped = (before,) if last == "syndrome" and told else ()
    return (term, *(f"{before} {short}" for short in _SHORT_FOR.get(last, ())), *dropped)


@lru_cache(maxsize=128)  # of turns under way
def find_conditions(text: str) -> tuple[Hit, ...]:
    """Conditions named in a text, longest first at each place; a tumor also by its organ and a marker or line."""
    tree, tokens = condition_tree(), tokenise(text)
    named = tree.vocabulary.find(tokens)
    by_organ = tumors_by_organ(text, tokens, tree.organs)
    if not by_organ:
        return named
    free = (one for one in by_organ if all(one.end <= hit.start or hit.end <= one.start for hit in named))
    return tuple(sorted((*named, *free), key=lambda hit: hit.start))


def condition_names(group: str) -> tuple[str, ...]:
    """All names of a condition group."""
    return tuple(name.removeprefix("=") for name in condition_tree().names[group])


def is_covered(group: str, approved: Iterable[str]) -> bool:
    """Whether a label for the approved groups covers a question about this one."""
    tree = condition_tree()
    held = set(approved)
    if group in held or any(group in tree.ancestors(one) for one in held):
        return True
    while group in tree.inherits:
        group = tree.parent[group]
        if group in held:
            return True
    return False


def is_comorbidity(group: str) -> bool:
    """Whether this is mostly a circumstance of a patient, not what a medicine is used for."""
    return group.startswith(_COMORBIDITY)
