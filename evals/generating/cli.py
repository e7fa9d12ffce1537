"""`hcp evals generate KIND`: a suite of paired cases from the labels of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console

from evals.errors import EvalError
from evals.suite_file import refuse_to_overwrite, write_suite
from evals.types import EvalCase

app = typer.Typer()
_TALK = Console(stderr=True)
_PURPOSES = {
    "twins": "Benign questions are answered, their violating twins are not.",
    "unanswerable": "What was taken out of a label is handed over, not guessed.",
    "stale": "Nothing of a withdrawn label is shown.",
    "bleed": "Nothing of another market's label is shown.",
}


class Kind(StrEnum):
    """What is planted."""

    TWINS = "twins"
    UNANSWERABLE = "unanswerable"
    STALE = "stale"
    BLEED = "bleed"


@app.command("generate")
def generate(
    kind: Annotated[Kind, typer.Argument(help="What the violating twin is.")],
    library: Annotated[Path, typer.Option(help="A folder of labels (openFDA JSON, SPL XML), as for `run --library`.")],
    out: Annotated[Path, typer.Option(help="Folder for suite.yaml and, where one is needed, its library/.")],
    limit: Annotated[int, typer.Option(min=2, help="At most so many cases; pairs are kept whole.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same suite.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace suites that stand there.")] = False,
) -> None:
    """Write paired cases whose right outcome follows from how they were made; read them before you trust them."""
    try:
        for name in ("suite.yaml", "benign.yaml"):
            refuse_to_overwrite(out / name, overwrite=overwrite)
        _make_folder(out)
        written = _generate(kind, library, out, limit, seed)
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    for path, cases in written:
        typer.echo(f"{path}  {cases} cases")
    own = out / "library"
    _TALK.print(f"[dim]hcp evals run {out / 'suite.yaml'} --library {own if own.is_dir() else library}[/]")


def _generate(kind: Kind, library: Path, out: Path, limit: int, seed: int) -> list[tuple[Path, int]]:
    from evals.generating.labels import read_labels
    from evals.generating.pairs import twins
    from evals.generating.variants import bleed, stale, unanswerable, write_library

    labels = read_labels(library)
    made_by = f"hcp evals generate {kind} --limit {limit} --seed {seed}"
    if kind is Kind.TWINS:
        pairs = islice(twins(labels, Random(seed)), limit // 2)  # noqa: S311 - which question is asked is no secret
        return [_written(out / "suite.yaml", kind, made_by, [case for pair in pairs for case in pair])]
    if kind is Kind.BLEED:
        return [_written(out / "suite.yaml", kind, made_by, bleed(labels, limit))]
    made = (unanswerable if kind is Kind.UNANSWERABLE else stale)(labels, limit)
    if not made.cases:
        raise EvalError(f"{library}: no label there can be used for '{kind}'; its topics stand in several sections.")
    write_library(made, out / "library")
    written = [_written(out / "suite.yaml", kind, made_by, made.cases)]
    if made.twins:
        written.append(_written(out / "benign.yaml", kind, f"{made_by}: twins, for the labels as they are", made.twins))
    return written


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvalError(f"--out {out}: cannot be made ({error.strerror}); name a folder.") from None


def _written(path: Path, kind: Kind, made_by: str, cases: Sequence[EvalCase]) -> tuple[Path, int]:
    name = f"generated_{kind}" if path.stem == "suite" else f"generated_{kind}_benign"
    write_suite(path, name, "generated", _PURPOSES[kind], f"{made_by}.", cases)
    return path, len(cases)
