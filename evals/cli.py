"""`hcp evals run | compare | show`: data on stdout, talk on stderr; exit 0, 1 (a gate broke) or 2 (usage)."""

from __future__ import annotations

import os
import sys
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from evals.agreement_cli import app as agreeing
from evals.cache import CACHE_VARIABLE
from evals.compare import compare, one_case
from evals.errors import EvalError
from evals.from_life.cli import app as from_life
from evals.generating.cli import app as generating
from evals.junit import write_junit
from evals.report import print_case, print_comparison, print_run
from evals.resume import journal_path
from evals.scorers import Scorer
from evals.settings import settings_in_force
from evals.store.cli import app as stored_runs
from evals.store.given import given_run
from evals.store.judgements import Judgements, settled
from evals.store.keep import keep_run
from evals.store.place import store_folder
from evals.suite import load_suite, with_gates
from evals.types import Run
from evals.written import make_room_for, write_run

if TYPE_CHECKING:
    from evals.judge_model import Judge

app = typer.Typer(no_args_is_help=True, help="Measure the assistant: run suites, compare runs, read one case.")
app.add_typer(stored_runs, name="runs")
app.add_typer(agreeing)
app.add_typer(generating)
app.add_typer(from_life)
_TALK = Console(stderr=True)


def _out() -> Console:
    """Stdout; wide where it is not a terminal, so that a table is never cut."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160)


@app.command("run")
def run(  # noqa: PLR0917 - typer's way of declaring options
    suites: Annotated[list[Path], typer.Argument(help="Suites: .jsonl (bench) or .yaml (ours).", show_default=False)],
    library: Annotated[
        Path | None, typer.Option(help="Build and approve a throwaway library from this folder's labels.")
    ] = None,
    json: Annotated[str, typer.Option(help="Write the run as JSON to this file; - for stdout.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many cases of each suite.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="Only this category (repeatable).")] = None,
    case: Annotated[list[str] | None, typer.Option(help="Only this case id (repeatable).")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Cases played at the same time.")] = 1,
    cache: Annotated[Path | None, typer.Option(help="Where built libraries are kept.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print every case as it was answered.")] = False,
    gate: Annotated[
        bool, typer.Option("--gate", help="For a release: refuse suites without gates; exit 1 naming what broke.")
    ] = False,
    gates: Annotated[
        Path | None, typer.Option(help="YAML with a suite's gates (figure: {at_least, at_most}), for .jsonl suites.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the run as JUnit XML to this file.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was cut short.")] = False,
    ragas: Annotated[bool, typer.Option("--ragas", help="Score with ragas' metrics that need no model, too.")] = False,
    judge: Annotated[
        bool, typer.Option("--judge", help="Let the model of HCP_EVALS_JUDGE__MODEL judge with ragas' metrics, too.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Keep the run for `hcp evals runs` and /evals.")
    ] = True,
) -> None:
    """Run suites against the current library, or one built from --library DIR."""
    try:
        make_room_for({"--json": "" if json == "-" else json, "--junit": str(junit or "")})
        loaded = [with_gates(load_suite(path), gates, is_release=gate) for path in suites]
        from evals.session import (  # imports Chroma and onnxruntime: only for a suite that is sound
            Resume,
            Selection,
            chosen_cases,
            opened,
        )

        chosen = Selection(limit=limit, categories=tuple(category or ()), cases=tuple(case or ()))
        kept = Resume(journal_path(json, cache_folder(cache)), resume)
        further, cost = _further(ragas=ragas, judge=judge)
        chosen_cases(loaded, chosen)  # before minutes are spent on a library
        with opened(library, cache_folder(cache), _TALK, further) as session:
            done = session.play(loaded, chosen, workers, kept)
        done = done.model_copy(update={"run": done.run.model_copy(update={"judge": cost and cost.record()})})
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", markup=True, highlight=False)
        raise typer.Exit(2) from None
    write_run(done, json)
    if junit is not None:
        write_junit(done, junit)
    if keep:
        keep_run(done, _TALK)
    if json != "-":
        for result in done.cases if show else ():
            print_case(_out(), result)
        print_run(_out(), done)
    if _broken(done):
        raise typer.Exit(1)


def _broken(done: Run) -> bool:
    """Whether a gate broke; names those that did."""
    broken = [held for held in done.gates if not held.passed]
    for held in broken:
        value = "not measured" if held.value is None else f"{held.value:.4g}"
        _TALK.print(
            f"[red]gate broken[/] {held.suite}: {held.metric} is {value}, should be {held.bound}", highlight=False
        )
    return bool(broken)


@app.command("compare")
def compare_runs(
    first: Annotated[Path, typer.Argument(help="The older run: a file of --json, or a stored run's id.")],
    second: Annotated[Path, typer.Argument(help="The newer run, named alike.")],
    json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Compare the cases both hold, even where nothing may be concluded.")
    ] = False,
) -> None:
    """What broke and what was fixed, each change with its interval and p-value. Exit 1 when a case broke.

    Runs of other suites, libraries, cases or scorers are refused (exit 2).
    """
    try:
        comparison = compare(given_run(first), given_run(second))
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    if comparison.refusals and not anyway:
        why = "; ".join(comparison.refusals)
        _TALK.print(f"[red]error[/] these runs cannot be compared: {why}. See what they share with --anyway.")
        raise typer.Exit(2)
    if json:
        sys.stdout.write(comparison.model_dump_json(indent=1) + "\n")
    else:
        print_comparison(_out(), comparison)
    if comparison.broken:
        raise typer.Exit(1)


@app.command("show")
def show_case(
    path: Annotated[Path, typer.Argument(help="A run: a file of --json, or a stored run's id.", metavar="RUN")],
    case_id: Annotated[str, typer.Argument(help="The case to read.")],
    json: Annotated[bool, typer.Option("--json", help="Print the case as JSON.")] = False,
) -> None:
    """One case: the question, the reply as the HCP saw it, its citations and scores."""
    try:
        result = one_case(given_run(path), case_id)
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    if json:
        sys.stdout.write(result.model_dump_json(indent=1) + "\n")
    else:
        print_case(_out(), result)


@app.command("report")
def report(
    path: Annotated[Path, typer.Argument(help="A run: a file of --json, or a stored run's id.", metavar="RUN")],
    out: Annotated[Path, typer.Option(help="The folder the pictures go to.")] = Path("var/report"),
) -> None:
    """Draw risk against coverage and the calibration of a run, as SVG with their numbers beside them."""
    from evals.pictures import write_report

    try:
        written = write_report(given_run(path), out)
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    for name in written:
        typer.echo(str(name))


@app.command("calibrate")
def calibrate_models(
    suites: Annotated[list[Path], typer.Argument(help="Suites whose cases name their label.", show_default=False)],
    library: Annotated[Path, typer.Option(help="The folder of those labels.")],
    write: Annotated[bool, typer.Option("--write", help="Replace the model files; else a dry run.")] = False,
    cache: Annotated[Path | None, typer.Option(help="Where built libraries are kept.")] = None,
    verdicts: Annotated[
        bool, typer.Option("--verdicts/--no-verdicts", help="Learn from what people said of replies at /evals.")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Fit the ranking and confidence models on suites, judged on labels they never saw; a dry run unless --write."""
    try:
        loaded = [load_suite(path) for path in suites]
        from evals.fitting import calibrate  # imports Chroma and onnxruntime: only for a suite that is sound

        judged = settled(Judgements(store_folder(settings_in_force())).all()) if verdicts else None
        figures = calibrate(loaded, library, cache_folder(cache), write, _TALK, judged)
    except EvalError as error:
        _TALK.print(f"[red]error[/] {error}", highlight=False)
        raise typer.Exit(2) from None
    if json:
        typer.echo(dumps(figures, indent=1))
    else:
        for name, value in figures.items():
            typer.echo(f"{name:<44} {value:.3f}")


def _further(*, ragas: bool, judge: bool) -> tuple[tuple[Scorer, ...], Judge | None]:
    """The scorers asked for beside our own; ragas takes seconds to import, and only here. Raises EvalError."""
    if not (ragas or judge):
        return (), None
    if not judge:
        from evals.ragas_scores import ragas_scorers

        return ragas_scorers(), None
    from evals.judge_model import Judge
    from evals.judge_settings import judge_settings

    asked = Judge(judge_settings(settings_in_force()))
    from evals.judge_scores import judge_scorers
    from knowledge.embed import MiniLMEmbedder

    further = judge_scorers(asked, MiniLMEmbedder())
    return (*_further(ragas=ragas, judge=False)[0], *further), asked


def cache_folder(option: Path | None) -> Path:
    """Where built libraries are kept: the option, $HCP_EVALS_CACHE, or var/evals-cache."""
    return option or Path(os.environ.get(CACHE_VARIABLE) or "var/evals-cache")
