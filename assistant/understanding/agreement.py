"""Whether two questions ask the same: a rule, because vectors of "renal" and "hepatic impairment" lie close together.

Made to say no. Two questions agree when nothing that changes an answer stands in only one of them: a number, a
patient population or its degree, a negation, a time or direction ("before", "above"), what is asked for ("how long",
"why"), or any other telling word. Word forms, shorthand and synonyms of `shorthand.yaml` count as the same word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from assistant.composing.quantities import values
from assistant.composing.terms import STOP_WORDS, stem, words
from assistant.understanding.populations import populations
from assistant.understanding.shorthand import expand
from assistant.understanding.words import table

_NEGATION = re.compile(
    r"\b(?:not|no|non|never|without|neither|nor|none|except|unless|cannot|despite)\b|n['’]t\b", re.IGNORECASE
)
_EFFECT = re.compile(r"\beffects?\s+of\b(.*?)\bon\b(.*)", re.IGNORECASE | re.DOTALL)
_LEVELS = {
    name: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for name, pattern in table("asking.yaml")["apart"].items()
}
THE_PRODUCT = "it"  # stands for the product's names: a word that tells nothing, yet has a place in the sentence
_ACTING = re.compile(
    r"\b(?:(?:affect|alter|chang|influenc|increas|decreas|reduc|rais|lower|inhibit|induc)\w*(?:\s+by)?|effects?\s+on)\b",
    re.IGNORECASE,
)
_CHILD_PUGH = re.compile(r"\bchild['’]?s?[\s-]?pugh\s*(?:class\s*)?([abc])\b", re.IGNORECASE)


def agrees(asked: str, question: str, phrasings: Collection[str] = ()) -> bool:
    """Whether `asked` asks what `question` asks.

    A telling word of `asked` must stand in one of `phrasings` (all of them ways to put the same question; `question`
    is one), and every telling word of `question` in `asked`. The caller writes THE_PRODUCT for the product's names.
    """
    asked, question = asked.replace("-", " "), question.replace("-", " ")
    if not _telling(question):  # "How is it taken?", "What is it taken for?": only the small words tell them apart
        return words(asked) == words(question)
    return (
        _apart(asked) == _apart(question)
        and {_acts(asked), _acts(question)} != {"on others", "is acted on"}
        and _stand_in(_telling(asked), (question, *(other.replace("-", " ") for other in phrasings)))
        and _stand_in(_telling(question), (asked,))
    )


@lru_cache(maxsize=4096)
def _acts(text: str) -> str:
    """Whether the product acts on another thing or is acted on; "" where the question does not say."""
    effect, verb = _EFFECT.search(text), _ACTING.search(text)
    if effect is not None:
        sides = effect.groups()
    elif verb is not None:
        sides = (text[: verb.start()], text[verb.end() :])
    else:
        return ""
    before, after = (THE_PRODUCT in words(side) for side in sides)
    if before == after:
        return ""
    is_passive = effect is None and verb is not None and verb.group().lower().endswith("by")
    return "on others" if before != is_passive else "is acted on"


@lru_cache(maxsize=4096)
def _apart(text: str) -> tuple[object, ...]:
    """What makes two questions different whatever else they share."""
    return (
        frozenset(values(text)),
        bool(_NEGATION.search(text)),
        frozenset(populations(text)),
        frozenset(match.group(1).lower() for match in _CHILD_PUGH.finditer(text)),
        frozenset(name for name, pattern in _LEVELS.items() if pattern.search(text)),
    )


def _stand_in(telling: Iterable[str], texts: Collection[str]) -> bool:
    """Whether each of these words, or what means the same, stands in a text."""
    return all(any(_stands(word, _known(text)) for text in texts) for word in telling)


def _stands(word: str, known: frozenset[str]) -> bool:
    spelled_out = _spelled_out(word)  # "CKD": all words of "chronic kidney disease"
    return bool(_meanings(word) & known) or (bool(spelled_out) and all(_meanings(w) & known for w in spelled_out))


@lru_cache(maxsize=4096)
def _telling(text: str) -> frozenset[str]:
    soft = _soft()
    return frozenset(
        word for word in words(text) if word not in STOP_WORDS and stem(word) not in soft and not word.isdigit()
    )


@lru_cache(maxsize=4096)
def _known(text: str) -> frozenset[str]:
    """The stems of a text, and of all that its shorthand stands for."""
    return frozenset(found for word in words(expand(text, further=False)) for found in _meanings(word))


@lru_cache(maxsize=16384)
def _meanings(word: str) -> frozenset[str]:
    """A word's stem and those of the words it is shorthand or another word for."""
    spelled_out = _spelled_out(word)
    same = (word, *spelled_out) if len(spelled_out) == 1 else (word,)  # a phrase would agree with each of its words
    return frozenset(found for one in same for found in (stem(one), *_families().get(stem(one), ())))


@lru_cache(maxsize=16384)
def _spelled_out(word: str) -> tuple[str, ...]:
    return tuple(words(expand(word, further=False))[len(words(word)) :])


@lru_cache(maxsize=1)
def _soft() -> frozenset[str]:
    """Words that put a question and do not change what it asks."""
    return frozenset(stem(word) for word in str(table("asking.yaml")["soft"]).split())


@lru_cache(maxsize=1)
def _families() -> dict[str, frozenset[str]]:
    """Each stem's family of words that ask for the same."""
    found: dict[str, frozenset[str]] = {}
    for line in table("asking.yaml")["same"]:
        family = frozenset(stem(word) for word in str(line).split())
        for member in family:
            found[member] = found.get(member, frozenset()) | family
    return found
