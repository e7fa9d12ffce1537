"""`hcp evals runs | verdicts`: what is stored, without a browser."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from evals.errors import EvalError
from evals.settings import settings_in_force
from evals.store.digest import RunHeadline, Tally
from evals.store.judgements import Judgements
from evals.store.place import store_folder
from evals.store.runs import KEPT_RUNS, RunStore

app = typer.Typer(help="Stored runs: list, keep, clear up, and the verdicts people gave.", invoke_without_command=True)
_TALK = Console(stderr=True)
_SCORES = ("outcome", "evidence_hit", "completeness", "leaks")

Store = Annotated[Path | None, typer.Option(help="Where runs are kept; default: beside the database.")]
AsJson = Annotated[bool, typer.Option("--json", help="Data as JSON on stdout.")]


@app.callback()
def runs(ctx: typer.Context, store: Store = None, as_json: AsJson = False) -> None:
    """List the stored runs, the newest first; those of another version are named on stderr."""
    if ctx.invoked_subcommand is not None:
        return
    kept = RunStore(_folder(store))
    headlines, unreadable = kept.listed()
    for lost in unreadable:
        _TALK.print(f"[yellow]left out[/] {lost.fault}", highlight=False)
    if as_json:
        sys.stdout.write(json.dumps([h.model_dump(mode="json") for h in headlines], indent=1) + "\n")
        return
    if not headlines:
        _TALK.print("[dim]no run is stored yet: hcp evals run SUITE --library DIR keeps one[/]", highlight=False)
    table = Table("run", "started", "suite", "cases", *_SCORES, "gates", "commit")
    for line in headlines:
        table.add_row(line.run_id, f"{line.started_at:%Y-%m-%d %H:%M}", line.suite, str(line.cases), *_cells(line))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160).print(table)


@app.command("add")
def add(
    path: Annotated[Path, typer.Argument(help="A run written by `hcp evals run --json`.")], store: Store = None
) -> None:
    """Keep a run that was written to a file, such as one of a build server."""
    from evals.compare import load_run

    try:
        run = load_run(path)
        RunStore(store or _folder(None)).add(run)
    except EvalError as error:
        _refuse(error)
    typer.echo(run.run.run_id)


@app.command("prune")
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest runs stay.")] = KEPT_RUNS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell which runs would go.")] = False,
    store: Store = None,
) -> None:
    """Remove old runs; one that somebody judged always stays, so that a verdict can be explained."""
    folder = _folder(store)
    try:
        judged = {judgement.run_id for judgement in Judgements(folder).all()}
    except EvalError as error:
        _refuse(error)
    gone = RunStore(folder).prune(keep, judged, dry_run=dry_run)
    for run_id in gone:
        typer.echo(run_id)
    _TALK.print(f"{'would remove' if dry_run else 'removed'} {len(gone)}")


@app.command("verdicts")
def verdicts(store: Store = None, as_json: AsJson = False) -> None:
    """Every verdict in the order given, the chain checked; exit 1 when the file was changed by hand."""
    try:
        given = Judgements(_folder(store)).all()
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(1) from None
    if as_json:
        sys.stdout.write(json.dumps([j.model_dump(mode="json") for j in given], indent=1) + "\n")
        return
    for said in given:
        typer.echo(f"{said.at:%Y-%m-%d %H:%M}  {said.run_id}  {said.case_id}  {said.verdict}  {said.by}  {said.reason}")


def _folder(option: Path | None) -> Path:
    if option is not None and not option.is_dir():
        _refuse(EvalError(f"--store {option}: no such folder. Runs are kept in <storage.directory>/evals."))
    return option or store_folder(settings_in_force())


def _cells(line: RunHeadline) -> tuple[str, ...]:
    scores = (_share(line.scores.get(name)) for name in _SCORES)
    gates = f"{len(line.gates_broken)} of {line.gates} broken" if line.gates_broken else f"{line.gates} held"
    return (*scores, gates, line.commit[:10] + ("+" if line.dirty else ""))


def _share(tally: Tally | None) -> str:
    return "–" if tally is None or tally.share is None else f"{100 * tally.share:.1f} %"


def _refuse(error: EvalError) -> NoReturn:
    _TALK.print(f"[red]error[/] {error}", highlight=False)
    raise typer.Exit(2)
