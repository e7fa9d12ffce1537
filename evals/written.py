"""Where a run goes: the place is looked at before minutes are spent, and a file is whole or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from evals.errors import EvalError
from evals.types import Run

_TALK = Console(stderr=True)


def make_room_for(targets: Mapping[str, str]) -> None:
    """Make the folders that files will stand in, by option; "" is none. Raises EvalError naming what cannot be."""
    for option, target in targets.items():
        parent = Path(target).parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EvalError(f"{option} {target}: {parent} cannot be made ({error.strerror}).") from None
        if target and Path(target).is_dir():
            raise EvalError(f"{option} {target}: is a folder; name a file.")
        if target and not os.access(parent, os.W_OK):
            raise EvalError(f"{option} {target}: {parent} may not be written to.")


def write_run(done: Run, target: str) -> None:
    """Write a run to a file, or to stdout for "-"; nowhere for ""."""
    if not target:
        return
    text = done.model_dump_json(indent=1) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(target)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    _TALK.print(f"[dim]written: {path}[/]")
