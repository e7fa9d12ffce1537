"""Regular expressions kept as data: one a line, grouped by name, in YAML files of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent


@cache
def read_patterns(name: str) -> Mapping[str, re.Pattern[str]]:
    """The patterns of one file (`<name>.yaml`): group → one compiled alternation of its lines, case ignored."""
    content = yaml.safe_load((_FOLDER / f"{name}.yaml").read_bytes())
    return {group: _compile(lines) for group, lines in content.items()}


def _compile(lines: str) -> re.Pattern[str]:
    alternatives = [line.strip() for line in lines.splitlines() if line.strip() and not line.startswith("#")]
    for line in alternatives:
        re.compile(line)  # so that an error names the one line that is wrong
    return re.compile("|".join(f"(?:{line})" for line in alternatives), re.IGNORECASE)
