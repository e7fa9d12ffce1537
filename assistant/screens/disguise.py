"""Takes disguises off a text: letters that only look alike, hidden characters, ciphers that anyone can undo.

What comes out is held against the same rules as the plain text. A cipher is tried only where its result holds a word
that orders to a machine are made of, so that lot numbers, gene names and doses pass untouched.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.screens.vocabulary import known_words
from assistant.understanding.medicines import is_common

_ACCENT = 0x300, 0x36F
_LETTERS_OF_TEXT = 0.85
_READABLE = re.compile(r"[A-Za-z ,.'!?:-]")
_BASE64 = re.compile(r"(?<![\w/+])[A-Za-z0-9+/]{16,}={0,2}(?![\w/+])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[\s:]?){10,}(?![0-9A-Za-z])")
_SPREAD = re.compile(r"\b(?:\w[ .\-_*]){7,}\w\b")
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_LEET_WORD = re.compile(r"(?<![\w.])(?=[\w@$!]*[A-Za-z])(?=[\w@$!]*[013457@$])[\w@$!]{3,}")
_FEWEST_LEET = 2  # "H1N1" or "p53" is no disguise
# Stems of words that orders to a machine are made of; a cipher must bring two of them to light.
_ORDERS = re.compile(
    r"\b(?:ignor|disregard|forget|reveal|print|repeat|show|system|prompt|instruct|rules?\b|guideline|previous|prior|"
    r"bypass|overrid|jailbreak|pretend|polic|restrict|filter|hidden|secret|unlock|everything|above)"
)
_FEWEST_ORDERS = 2
# Words of orders that are misspelt to slip through, on purpose or not; a letter missing, added, changed or swapped.
_OFTEN_MISSPELT = (
    "ignore", "disregard", "forget", "bypass", "override", "reveal", "previous", "instructions", "instruction",
    "system", "prompt", "rules", "guidelines", "policy", "restrictions", "filters", "everything",
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{5,}")
_NEAR_ENOUGH = 2  # slips in a word
_SLIP_LENGTH = 6  # letters a slip, so that short words have to be nearer
# Cyrillic and Greek letters that look like Latin ones (Unicode TR 39, the common ones).
_LOOK_ALIKE = str.maketrans(
    "аеорсухіѕјԁһкмтвнАЕОРСУХІЅЈКМТВНαοερτυινκΑΒΕΖΗΙΚΜΝΟΡΤΥΧɡɑıℓ",
    "aeopcyxisjdhkmtbhAEOPCYXISJKMTBHaoeptuivkABEZHIKMNOPTYXgail",
)
_RUN_TOGETHER = re.compile(
    r"(?:ignore|disregard|forget|reveal|bypass|override|print|show)(?:all|your|the|any|previous|system|prompt|me)"
)
_LATIN = re.compile(r"[A-Za-z]")


def undisguised(text: str) -> str:
    """The text without hidden characters and with look-alike letters made plain. Offsets are not kept."""
    if text.isascii():
        return text
    shown = "".join(c for c in text if c.isascii() or unicodedata.category(c) != "Cf")
    if shown.isascii():
        return shown
    plain = "".join(_plain(c) for c in shown)
    return plain.translate(_LOOK_ALIKE) if _LATIN.search(plain) else plain


def _plain(character: str) -> str:
    if character.isascii():
        return character
    folded = [c for c in unicodedata.normalize("NFKD", character) if not _ACCENT[0] <= ord(c) <= _ACCENT[1]]
    return folded[0] if len(folded) == 1 else character


def encoded_runs(text: str) -> Iterator[tuple[int, int]]:
    """Where a run of base64 or hexadecimal says something readable; medicine names and lot numbers do not."""
    for pattern, decode in ((_BASE64, _from_base64), (_HEX, _from_hex)):
        for match in pattern.finditer(text):
            if decode(match.group()):
                yield match.start(), match.end()


def deciphered(text: str) -> Iterator[str]:
    """What the text says once a simple cipher is undone, wherever that brings orders to a machine to light."""
    plain = undisguised(text)
    candidates = [codecs.decode(plain, "rot13"), plain[::-1], " ".join(word[::-1] for word in plain.split())]
    if len(_LEET_WORD.findall(plain)) >= _FEWEST_LEET:
        candidates.append(_LEET_WORD.sub(lambda m: m.group().translate(_LEET), plain))
    if "%" in plain or "&#" in plain:
        candidates.append(html.unescape(unquote(plain)))
    if len(plain) != len(text):  # hidden characters or look-alikes stood in it
        candidates.append(plain)
    if (corrected := _WORD.sub(_corrected, plain)) != plain:
        candidates.append(corrected)
    for candidate in candidates:
        told = {match.group() for match in _ORDERS.finditer(candidate.lower())}
        if len(told) >= _FEWEST_ORDERS:
            yield candidate


def _corrected(match: re.Match[str]) -> str:
    """The word of an order that a misspelt word stands for; the word itself where it stands for none."""
    word = match.group().lower()
    if word in _OFTEN_MISSPELT or word in known_words() or is_common(word):
        return match.group()
    slips = min(_NEAR_ENOUGH, max(1, len(word) // _SLIP_LENGTH))
    meant = process.extractOne(word, _OFTEN_MISSPELT, scorer=OSA.distance, score_cutoff=slips)
    return meant[0] if meant else match.group()


def is_spelt_out(text: str) -> bool:
    """Whether an order to the machine is written letter by letter ("i g n o r e  a l l")."""
    runs = (re.sub(r"[ .\-_*]", "", match.group()).lower() for match in _SPREAD.finditer(undisguised(text)))
    return any(_RUN_TOGETHER.search(run) for run in runs)


def _from_base64(run: str) -> str:
    if not re.search(r"[a-z]", run) or not re.search(r"[A-Z0-9+/=]", run):
        return ""
    try:
        return _readable(base64.b64decode(run + "=" * (-len(run) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _from_hex(run: str) -> str:
    try:
        return _readable(bytes.fromhex(re.sub(r"[\s:]", "", run)))
    except ValueError:
        return ""


def _readable(raw: bytes) -> str:
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    letters = sum(_READABLE.match(c) is not None for c in decoded)
    return decoded if decoded and letters / len(decoded) >= _LETTERS_OF_TEXT else ""
