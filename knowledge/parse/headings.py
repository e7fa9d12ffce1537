"""Finds where a heading ends and its text begins, in flattened text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence

from knowledge.parse.fields import BY_FIELD, FAMILIES, Family, by_number, heading_pattern

_CONNECTORS = frozenset(
    """a an and and/or as at after associated before between by concomitant due during following for from in including
    into not of on or other per plus related since than the to up upon use versus via vitro vivo vs who with within
    without""".split()  # noqa: SIM905
)
# A capital on one of these inside a heading is where a sentence begins.
_OPENERS = frozenset(
    """A Administer Advise According All Although An Any As Avoid Based Because Consider Counsel Despite Discontinue Do
    Does Due Each Healthcare How If In Inform Inject Instruct Interrupt It Its May No Once Permanently Reduce Since Some
    Such Swallow Take The There These This Those We When Where While Withhold""".split()  # noqa: SIM905
)
# Subheads that the regulation or guidance give; text of the subsection, not part of its heading.
_SUBHEADS = re.compile(
    r"(?:Risk Summary|Clinical Considerations|Adult Patients|Pediatric Patients|Pregnancy Exposure Registry"
    r"|Pregnancy Testing|Cardiac Electrophysiology)\b",
    re.IGNORECASE,
)
_LAST_WORDS = frozenset(
    """absorption adults carcinogenesis contraception data dilution infertility pediatrics premedication
    reconstitution""".split()  # noqa: SIM905
)
# Words that end a run-in subhead of two words ("Important Information:").
_SUBHEAD_TAILS = frozenset(
    """adults children disease dosage dose events impairment infection infections information inhibitors inducers
    instructions patients population reactions study syndrome therapy treatment trial use women""".split()  # noqa: SIM905
)
_MAX_WORDS = 26
_MAX_PASSED = 2  # small words passed when looking back for a sentence's first word
_SHORT = 3  # letters: shorter capitals are abbreviations
_WORD = re.compile(r"\S+")


def heading_end(text: str, start: int, limit: int, families: Sequence[Family] = (), brand: Collection[str] = ()) -> int:
    """Finds where the heading beginning at `start` ends.

    Args:
        text: flattened text.
        start: offset of the heading's first word (after its number).
        limit: the heading ends here at the latest.
        families: families whose usual headings are tried first.
        brand: the words of the product's name, which stay together.

    Returns:
        The offset after the heading's last word; `start` where no heading is told apart.
    """
    for family in families:
        known = heading_pattern(family).match(text, start, limit)
        if known and not _goes_on(text, known.end(), limit):
            return known.end()
    words = list(itertools.islice(_WORD.finditer(text, start, limit), _MAX_WORDS))
    count = _heading_words([m.group() for m in words], brand)
    if count == 0:
        return start
    return words[_first_subhead(text, words, count) - 1].end()


def _goes_on(text: str, position: int, limit: int) -> bool:
    """Whether a usual heading is only the beginning of a longer one ("… Experience in Adults")."""
    word = _WORD.search(text, position, limit)
    return word is not None and word.group()[:1].islower()


def _first_subhead(text: str, words: list[re.Match[str]], count: int) -> int:
    end = words[count - 1].end()
    for position in range(1, count):
        before = words[position - 1].group()
        goes_on = before.lower() in _CONNECTORS or before.endswith((",", "/", "-", "–"))
        is_last = position == count - 1 and _bare(words[position].group()).lower() in _LAST_WORDS
        if not goes_on and (is_last or _SUBHEADS.match(text, words[position].start(), end)):
            return position
    return count


def _heading_words(words: list[str], brand: Collection[str]) -> int:
    """How many of the words are the heading."""
    depth = 0
    for position, word in enumerate(words):
        bare = _bare(word)
        if position and depth == 0:
            found = _text_begins(words, position, brand)
            if found:
                return found
        depth += word.count("(") - word.count(")")
        if depth > 0 or not bare or not bare[0].isalpha() or bare[0].isupper() or bare in _CONNECTORS:
            continue
        if any(c.isupper() for c in bare):  # mRNA, pH
            continue
        return _before_sentence(words, position, brand)
    return len(words) if len(words) < _MAX_WORDS else _before_sentence(words, len(words), brand)


def _text_begins(words: list[str], position: int, brand: Collection[str]) -> int:
    """Where the text begins if this word shows that it has begun; 0 where it does not."""
    word, before = words[position], words[position - 1]
    if word.startswith(("•", "[see", "[See")) or word in {"[", "●", "o"}:
        return position
    if _repeats(words, position):
        return _backed(words, position, brand)
    if before in _CONNECTORS or before.endswith((",", "/", "-", "–", ":")):
        return 0
    if word.endswith(":"):
        is_tail = _bare(word).lower() in _SUBHEAD_TAILS and position > 1 and _is_capital(before)
        return position - 1 if is_tail else position
    if _bare(word) in _OPENERS or word.endswith(".") or _ends_capitals(words, position):
        return position
    return 0


def _repeats(words: list[str], position: int) -> bool:
    """Whether the heading's first words come again: then they begin the text."""
    second = position + 1
    same_second = second < len(words) and _bare(words[second]) == _bare(words[1])
    return words[position] == words[0] and same_second and words[0][:1].isupper()


def _ends_capitals(words: list[str], position: int) -> bool:
    """Whether a heading wholly in capitals ends before this word."""
    shouted = [_is_shouted(word) for word in words[:position] if len(_bare(word)) > _SHORT and word not in _CONNECTORS]
    bare = _bare(words[position])
    return len(shouted) > 1 and all(shouted) and len(bare) > 1 and bare[0].isupper() and bare[1:].islower()


def _before_sentence(words: list[str], position: int, brand: Collection[str]) -> int:
    """The text begins with the last capitalised word before the first plain word of prose."""
    depth = 0
    outside = []
    for index, word in enumerate(words[:position]):
        if depth == 0 and not word.startswith("(") and _is_capital(word):
            outside.append(index)
        depth += word.count("(") - word.count(")")
    if outside and outside[-1] > 0:
        return _backed(words, outside[-1], brand)
    # A heading in sentence case: it ends before the next capital.
    for following in range(position + 1, len(words)):
        if _is_capital(words[following]) and words[following - 1] not in _CONNECTORS:
            return following
    return 0


def _backed(words: list[str], first: int, brand: Collection[str]) -> int:
    """Moves a beginning back: no heading ends in "of" or "with", and a brand of two words stays together."""
    at, passed = first, 0
    while at > 1:
        before, word = words[at - 1], _bare(words[at])
        if before in _CONNECTORS and passed < _MAX_PASSED:
            back = max((i for i in range(at - 1) if _is_capital(words[i])), default=0)
            if passed and back < _MAX_PASSED:  # would eat the heading
                break
            at, passed = back, passed + 1
        elif _bare(before).lower() in brand and (word.lower() in brand or word.isupper()):
            at -= 1
        else:
            break
    return at if at > 0 else first


def _bare(word: str) -> str:
    return word.strip('()[],;:.®™*“”"')


def _is_shouted(word: str) -> bool:
    bare = _bare(word).replace("-", "").replace("/", "")
    return len(bare) > _SHORT and bare.isalpha() and bare.isupper()


def _is_capital(word: str) -> bool:
    bare = _bare(word)
    return bool(bare) and bare[0].isupper()


def families_for(field: str, number: str) -> list[Family]:
    """The families whose heading may stand at the head of this section, likeliest first."""
    own = BY_FIELD.get(field)
    is_parents = own is not None and "." in number and bool(own.number) and "." not in own.number
    families = [family for family in (by_number(number), None if is_parents else own) if family]
    if number.startswith(("6.", "8.", "12.")):
        families.extend(family for family in FAMILIES if family not in families)
    return families


def is_heading_like(heading: str) -> bool:
    """Whether words cut from the head of an unnumbered section read as its heading."""
    words = heading.split()
    if not words or any(character.isdigit() for character in heading) or heading.endswith("."):
        return False
    return heading.isupper() or heading.endswith(":") or (len(words) > 1 and _is_capital(words[-1]))
