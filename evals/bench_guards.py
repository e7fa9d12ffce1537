"""`python -m evals.bench_guards`: what the guards find and what they flag for nothing, by section; machine and date.

A section is a module with `measure(shared, reader) -> dict[str, float]`, named in `_SECTIONS`.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from assistant.adapters.reader import MiniLMReader
from assistant.screens.message import Reader, TokenReading
from evals.errors import EvalError
from evals.machine import checkout, describe_machine

_SECTIONS = {"safety": "evals.guards_safety", "misuse": "evals.guards_misuse"}
_EVERY = 1000  # messages between two lines of progress


class ToldReader:
    """A reader that says on stderr how many messages it has read, so that minutes of work are seen to go on."""

    def __init__(self, section: str, reader: Reader) -> None:
        """Begin to count for a section."""
        self._section, self._reader, self._read, self._began = section, reader, 0, time.monotonic()

    def read(self, text: str) -> TokenReading:
        """What the reader it stands for reads."""
        self._read += 1
        if self._read % _EVERY == 0:
            self.tell()
        return self._reader.read(text)

    def tell(self) -> None:
        """One line: section, messages read, seconds."""
        spent = time.monotonic() - self._began
        typer.echo(f"{self._section}: {self._read} messages read, {spent:.0f} s", err=True)


def main(
    *,
    shared: Annotated[Path, typer.Option(help="The folder that holds bench/ and data/.")] = Path("../shared"),
    section: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(_SECTIONS)}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print every figure of the guards."""
    chosen = section or list(_SECTIONS)
    if unknown := set(chosen) - set(_SECTIONS):
        typer.echo(f"error: no section {', '.join(sorted(unknown))}. There are: {', '.join(_SECTIONS)}.", err=True)
        raise typer.Exit(2)
    reader = MiniLMReader()
    try:
        figures = {name: _measured(name, shared, reader) for name in chosen}
    except (EvalError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    commit, changed = checkout()
    ran = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit, **describe_machine()}
    if as_json:
        sys.stdout.write(json.dumps({"run": {**ran, "changed": changed}, "figures": figures}, indent=1) + "\n")
        return
    for name, value in ran.items():
        typer.echo(f"{name:<12} {value}")
    for name, values in figures.items():
        typer.echo(f"\n{name}")
        for what, figure in values.items():
            typer.echo(f"  {what:<62} {figure:10.3f}")


def _measured(name: str, shared: Path, reader: Reader) -> dict[str, float]:
    counted = ToldReader(name, reader)
    counted.tell()
    figures: dict[str, float] = import_module(_SECTIONS[name]).measure(shared, counted)
    counted.tell()
    return figures


if __name__ == "__main__":
    typer.run(main)
