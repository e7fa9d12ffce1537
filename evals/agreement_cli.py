"""`hcp evals agreement`: scorers and judges beside what people said."""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from evals.agreement import RIGHT_FROM, Agreement, agreement
from evals.errors import EvalError
from evals.settings import settings_in_force
from evals.store.given import given_run
from evals.store.judgements import Judgements, settled
from evals.store.place import store_folder
from evals.store.runs import RunStore

app = typer.Typer()
_TALK = Console(stderr=True)


@app.command("agreement")
def agree(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Runs (JSON); all stored ones if none is named.", metavar="[RUN.json]…")
    ] = None,
    right_from: Annotated[float, typer.Option(min=0, max=1, help="A mark from here on says 'right'.")] = RIGHT_FROM,
    store: Annotated[Path | None, typer.Option(help="Where runs and verdicts are kept.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """How far each scorer, and the judge, agree with people's verdicts: Cohen's kappa with its 95 % interval."""
    folder = store or store_folder(settings_in_force())
    try:
        kept = RunStore(folder)
        runs = [given_run(path) for path in files or ()]
        if not files:
            runs = [kept.run(line.run_id) for line in sorted(kept.headlines(), key=lambda line: line.started_at)]
        cases = (case for run in runs for case in run.cases)
        found = agreement(cases, settled(Judgements(folder).all()), right_from)
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    if json:
        sys.stdout.write(dumps([one.model_dump() for one in found], indent=1) + "\n")
    else:
        Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160).print(_table(found))


def _table(found: tuple[Agreement, ...]) -> Table:
    """One row a scorer; the counts say where it disagrees."""
    heads = ("replies", "kappa", "95 % interval", "agreed", "only people: right", "only scorer: right", "unscored")
    table = Table("scorer", *heads)
    for one in found:
        kappa = "–" if one.kappa is None else f"{one.kappa:.2f}"
        interval = "–" if one.low is None or one.high is None else f"{one.low:.2f} … {one.high:.2f}"
        counts = (str(one.only_people), str(one.only_scorer), str(one.unscored))
        table.add_row(one.scorer, str(one.replies), kappa, interval, f"{one.agreed:.0%}", *counts)
    return table
