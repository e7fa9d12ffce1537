"""Sees what this assistant is not for: orders to the machine, promotional copy, others' data, fraud, harm."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

from assistant.screens.clauses import split_clauses
from assistant.screens.message import ScreenInput
from assistant.screens.patterns import read_patterns
from assistant.types import Finding, FindingKind

_ENCODED = re.compile(r"(?<![\w/+])[A-Za-z0-9+/]{16,}={0,2}(?![\w/+])")
_SPREAD = re.compile(r"\b(?:\w[ .\-_*]){7,}\w\b")
_ACCENT = 0x300, 0x36F
_SURE, _ENCODED_SURE = 0.9, 0.8
_LETTERS_OF_TEXT = 0.85


class MisuseScreen:
    """The rule layer for misuse. Each group of `patterns/misuse.yaml` is a kind, given as the finding's detail."""

    name = "misuse"

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """One finding per clause that is misuse, and one per hidden text."""
        plain = _plain(message.text)
        kinds = [(clause, _kind(clause.text)) for clause in split_clauses(plain)]
        found = [_finding(message, kind, clause.start, clause.end, _SURE) for clause, kind in kinds if kind]
        found.extend(
            _finding(message, "encoded", match.start(), match.end(), _ENCODED_SURE)
            for match in _ENCODED.finditer(message.text)
            if _decode(match.group())
        )
        found.extend(
            _finding(message, "encoded", match.start(), match.end(), _ENCODED_SURE)
            for match in _SPREAD.finditer(plain)
            if _kind(re.sub(r"[ .\-_*]", "", match.group()))
        )
        return tuple(found)


def _kind(text: str) -> str:
    for kind, pattern in read_patterns("misuse").items():
        if pattern.search(text):
            return kind
    return ""


def _plain(text: str) -> str:
    """The text with look-alike letters made plain, of the same length, so that offsets stay."""
    return "".join(_plain_character(c) for c in text)


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) == "Cf":  # zero-width characters
        return " "
    folded = [c for c in unicodedata.normalize("NFKD", character) if not _ACCENT[0] <= ord(c) <= _ACCENT[1]]
    return folded[0] if len(folded) == 1 else character


def _decode(text: str) -> str:
    """What a base64 run says, if it says something readable; medicine names and lot numbers do not."""
    if not re.search(r"[a-z]", text) or not re.search(r"[A-Z0-9+/=]", text):
        return ""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    readable = sum(c.isascii() and (c.isalpha() or c == " ") for c in decoded)
    return decoded if decoded and readable / len(decoded) >= _LETTERS_OF_TEXT else ""


def _finding(message: ScreenInput, kind: str, start: int, end: int, confidence: float) -> Finding:
    return Finding(
        kind=FindingKind.MISUSE,
        detail=kind,
        start=start,
        end=end,
        found_by=f"{message.scope.market.value.lower()}.misuse.{kind}@1",
        confidence=confidence,
    )
