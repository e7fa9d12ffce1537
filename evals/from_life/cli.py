"""`hcp evals sample | gaps`: from what was really asked to proposed cases and to what is missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from evals.errors import EvalError
from evals.suite_file import refuse_to_overwrite, write_suite

if TYPE_CHECKING:
    from assistant.bootstrap import Services
    from evals.from_life.gaps import Embed
    from evals.from_life.turns import LookedAt
    from evals.types import EvalCase

app = typer.Typer()
_TALK = Console(stderr=True)
LookBack = Annotated[int, typer.Option(min=1, help="How many of the last recorded turns are read.")]


@app.command("sample")
def sample(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="The suite of proposed cases to write (.yaml).")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many cases.")] = 50,
    look_back: LookBack = 2000,
    consents: Annotated[
        Path | None, typer.Option(help="Pseudonyms who agreed that their questions are used, one a line.")
    ] = None,
    basis: Annotated[
        str, typer.Option(help="In place of consent: the legal basis, as your privacy officer words it.")
    ] = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a suite that stands there.")] = False,
) -> None:
    """Propose cases from recorded turns: thumbs-down, answered by an expert, then the least sure; masked twice."""
    try:
        may_use = _permission(consents, basis)
        refuse_to_overwrite(out, overwrite=overwrite)
        written, looked = _sample(ctx.obj(), out, limit, look_back, may_use, basis)
    except EvalError as error:
        _refuse(error)
    typer.echo(f"{out}  {written} cases")
    _tell(looked)


@app.command("gaps")
def show_gaps(
    ctx: typer.Context,
    look_back: LookBack = 5000,
    least: Annotated[int, typer.Option(min=1, help="Smallest number of questions of a gap that is shown.")] = 2,
    distance: Annotated[
        float, typer.Option(min=0.01, max=1.99, help="How far apart questions of a gap may be.")
    ] = 0.55,
    as_json: Annotated[bool, typer.Option("--json", help="Data as JSON on stdout.")] = False,
) -> None:
    """Cluster the questions that were handed over because nothing approved answers them, the most asked first."""
    from evals.from_life.gaps import gaps, unanswered
    from evals.from_life.turns import LookedAt, recorded_turns, turn_ledger, usable

    services: Services = ctx.obj()
    looked = LookedAt()
    try:
        turns = usable(recorded_turns(turn_ledger(services.ledger), look_back), lambda _: True, looked)
        names = _names(services)
        found = gaps(unanswered(turns, names), names, _embedder(services), distance)
    except EvalError as error:
        _refuse(error)
    shown = [gap for gap in found if gap.questions >= least]
    if as_json:
        sys.stdout.write(dumps([gap.model_dump(mode="json") for gap in shown], indent=1, ensure_ascii=False) + "\n")
    elif found:
        table = Table("asked", "product", "for example", "why", "looked in", "last")
        for gap in shown:
            why = ", ".join(f"{reason} {count}" for reason, count in gap.reasons.items())
            row = (gap.example, why, "; ".join(gap.looked_in), f"{gap.last_at:%Y-%m-%d}")
            table.add_row(str(gap.questions), f"{gap.product} {gap.market}", *row)
        Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200).print(table)
    alone = len(found) - len(shown)
    _TALK.print(f"[dim]{sum(g.questions for g in found)} questions, {len(shown)} gaps, {alone} asked less often[/]")
    _tell(looked)


def _permission(consents: Path | None, basis: str) -> Callable[[str], bool]:
    """Who may be used. Closed unless told otherwise: GDPR Art. 6 asks for a basis (RULES.md row 10)."""
    if consents is not None:
        try:
            agreed = {line.strip() for line in consents.read_text(encoding="utf-8").splitlines() if line.strip()}
        except OSError as error:
            raise EvalError(f"{consents}: cannot be read ({error.strerror}).") from None
        return agreed.__contains__
    if basis.strip():
        return lambda _pseudonym: True
    raise EvalError("using recorded questions needs --consents FILE, or --basis TEXT that names the legal basis.")


def _sample(
    services: Services, out: Path, limit: int, look_back: int, may_use: Callable[[str], bool], basis: str
) -> tuple[int, LookedAt]:
    from assistant.records import CaseKind
    from evals.from_life.proposing import Source, in_order, proposed, source_of
    from evals.from_life.turns import LookedAt, recorded_turns, turn_ledger, usable

    looked, names, ledger = LookedAt(), _names(services), turn_ledger(services.ledger)
    answered = services.desk.cases(CaseKind.MEDICAL_INFORMATION, "resolved", look_back)
    resolved = {case.interaction_id: case.reason for case in answered if case.interaction_id}
    turns = []
    said: dict[str, str] = {}
    for turn in usable(recorded_turns(ledger, look_back), may_use, looked):
        feedback = ledger.feedback(turn.interaction_id)
        turns.append((turn, source := source_of(turn, feedback, resolved)))
        said[turn.interaction_id] = {
            Source.THUMBS_DOWN: f"An HCP objected ({', '.join(f.reason or f.rating for f in feedback)}).",
            Source.RESOLVED: f"An expert answered ({resolved.get(turn.interaction_id, '')}).",
            Source.LOW_CONFIDENCE: "The assistant was not sure.",
        }[source]
    cases: list[EvalCase] = []
    for turn, source in in_order(turns):
        why = f"{said[turn.interaction_id]} The outcome below is what was shown: decide what is right."
        case = proposed(turn, source, why, ledger, names)
        if case is not None and len(cases) < limit and case.id not in {c.id for c in cases}:
            cases.append(case)
    if not looked.turns:
        raise EvalError("nothing is recorded yet: cases are proposed from turns that were really asked.")
    if not cases:
        raise EvalError(f"none of the last {looked.turns} recorded turns may be proposed ({_left_out(looked)}).")
    remark = (
        f"hcp evals sample: proposals from recorded turns, masked twice. Basis: {basis or 'consent of each asker'}."
    )
    purpose = "Proposed; a person reads each case, corrects what is expected, and moves it into a suite."
    write_suite(out, "proposed", "nobody yet", purpose, remark, cases)
    return len(cases), looked


def _names(services: Services) -> tuple[str, ...]:
    held = (summary.names for summary in services.knowledge.summaries())
    return tuple(sorted({name.lower() for n in held for name in (n.product, n.generic, *n.substances) if name}))


def _embedder(services: Services) -> Embed:
    from assistant.bootstrap import make_embedder

    return make_embedder(services.settings.embedder).embed_query


def _left_out(looked: LookedAt) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in looked.left_out.most_common()) or "none"


def _tell(looked: LookedAt) -> None:
    _TALK.print(f"[dim]{looked.turns} turns read; left out: {_left_out(looked)}[/]")


def _refuse(error: EvalError) -> NoReturn:
    _TALK.print(f"[red]error[/] {error}", highlight=False)
    raise typer.Exit(2)
