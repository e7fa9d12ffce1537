"""Regular expressions kept as data: one a line, grouped by name, in YAML files of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent
_ESCAPE = re.compile(r"\\.|[A-Z]+")  # an escape, or capital letters outside one


class Folded:
    """A pattern in small letters, looked for in the text in small letters: three times as fast as ignoring case.

    Python tries every alternative at every place when it ignores case, and skips by first letter when it does not.
    Offsets are those in the text; what a match gives as its text is in small letters.
    """

    def __init__(self, pattern: str) -> None:
        self._small = re.compile(pattern)
        self._any = re.compile(pattern, re.IGNORECASE)

    def search(self, text: str) -> re.Match[str] | None:
        """As that of `re.Pattern`."""
        small = text.lower()
        return self._small.search(small) if len(small) == len(text) else self._any.search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """As that of `re.Pattern`."""
        small = text.lower()
        return self._small.match(small) if len(small) == len(text) else self._any.match(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As that of `re.Pattern`."""
        small = text.lower()
        return self._small.finditer(small) if len(small) == len(text) else self._any.finditer(text)


Pattern = re.Pattern[str] | Folded


@cache
def read_patterns(name: str) -> Mapping[str, Pattern]:
    """The patterns of one file (`<name>.yaml`): group → one compiled alternation of its lines, case ignored."""
    content = yaml.safe_load((_FOLDER / f"{name}.yaml").read_bytes())
    return {group: _compile(lines) for group, lines in content.items()}


def _compile(lines: str) -> Pattern:
    alternatives = [line.strip() for line in lines.splitlines() if line.strip() and not line.startswith("#")]
    for line in alternatives:
        re.compile(line)  # so that an error names the one line that is wrong
    whole = "|".join(f"(?:{line})" for line in alternatives)
    if "(?-" in whole or re.compile(whole).groups:  # where case or the text of a group may matter, nothing is folded
        return re.compile(whole, re.IGNORECASE)
    return Folded(
        _ESCAPE.sub(lambda piece: piece.group() if piece.group()[0] == "\\" else piece.group().lower(), whole)
    )
