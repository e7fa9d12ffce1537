"""`hcp cases`: what waits for an expert, and one case's whole thread."""

from __future__ import annotations

import json
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table

from assistant.cases.safety_cli import register
from assistant.errors import AssistantError, NotFound
from assistant.ports import Desk
from assistant.records import Case, CaseKind, CaseStatus

app = typer.Typer(no_args_is_help=True, help="Medical-information and safety cases.")

STATUSES = tuple(status.value for status in CaseStatus)
_SHOWN_CHARACTERS = 60
WIDE = 160  # columns, where output is no terminal

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("list")
def list_cases(
    ctx: typer.Context,
    kind: Annotated[CaseKind | None, typer.Option(help="Only cases of this kind.")] = None,
    status: Annotated[str | None, typer.Option(help=f"Only cases that are {', '.join(STATUSES)}.")] = None,
    product: Annotated[str | None, typer.Option(help="Only cases about this product.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List cases, newest first."""
    if status is not None and status not in STATUSES:
        raise typer.BadParameter(f"{status!r} is none; give one of {', '.join(STATUSES)}.", param_hint="--status")
    try:
        found = _desk(ctx).cases(kind=kind, status=status, limit=limit if product is None else 10_000)
    except AssistantError as error:
        _fail(error)
    cases = [c for c in found if product is None or (c.product or "").casefold() == product.casefold()][:limit]
    if as_json:
        typer.echo(json.dumps([_summary(c) for c in cases], ensure_ascii=False, indent=2))
    else:
        _out().print(_table(cases) if cases else "No cases.")


@app.command("show")
def show_case(
    ctx: typer.Context,
    case_id: Annotated[str, typer.Argument(help="As `hcp cases list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show one case with its whole thread."""
    try:
        case = _desk(ctx).case(case_id)
    except NotFound as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except AssistantError as error:
        _fail(error)
    if as_json:
        typer.echo(case.model_dump_json(indent=2))
        return
    console = _out()
    console.print(_facts(case))
    console.print(_thread(case))


@app.command("attend")
def attend_cases(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look after the queues once: give out cases, take back from the absent, escalate what ran out of time.

    A running server does it every `cases.attend_seconds` by itself.
    """
    from assistant.cases.attend import attend
    from assistant.cases.work import CaseWork
    from assistant.pipeline import new_id

    held = ctx.obj()
    try:
        work = CaseWork(desk=held.desk, clock=held.clock, rules=held.rules, new_id=new_id)
        steps = attend(work, is_dry=dry_run)
    except AssistantError as error:
        _fail(error)
    if as_json:
        typer.echo(json.dumps([step.model_dump(mode="json") for step in steps], indent=2))
        return
    for step in steps:
        typer.echo(f"{step.case_id}  {step.kind.value} {step.to or '-'}  ({step.reason})")
    typer.echo(f"{len(steps)} steps{' would be taken' if dry_run else ' taken'}.", err=True)


@app.command("rebuild")
def rebuild_lines(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Make the lines of the queues anew from the events, by the routing rules of today; no event is changed."""
    try:
        count = ctx.obj().desk.rebuild()
    except AssistantError as error:
        _fail(error)
    typer.echo(json.dumps({"cases": count}) if as_json else f"{count} cases.")


def _desk(ctx: typer.Context) -> Desk:
    desk: Desk = ctx.obj().desk
    return desk


def _fail(error: AssistantError) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(1) from None


def _summary(case: Case) -> dict[str, object]:
    return {**case.model_dump(mode="json", exclude={"events"}), "events": len(case.events)}


def _out() -> Console:
    """Stdout; wide where it is not a terminal, so that no id is cut."""
    out = Console()
    return out if out.is_terminal else Console(width=WIDE)


def _table(cases: list[Case]) -> Table:
    table = Table(
        Column("case", no_wrap=True),
        "kind",
        "status",
        "product",
        "market",
        "reason",
        "opened (UTC)",
        "assignee",
        "question",
    )
    for case in cases:
        table.add_row(
            case.case_id,
            case.kind.value,
            case.status,
            case.product or "-",
            case.market.value,
            case.reason,
            f"{case.opened_at:%Y-%m-%d %H:%M}",
            case.assignee or "-",
            _plain(case.text),
        )
    return table


def _facts(case: Case) -> Table:
    table = Table(show_header=False, box=None)
    for name, value in (
        ("case", case.case_id),
        ("kind", case.kind.value),
        ("status", case.status),
        ("product", case.product or "-"),
        ("market", case.market.value),
        ("reason", case.reason),
        ("opened", f"{case.opened_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("assignee", case.assignee or "-"),
        ("interaction", case.interaction_id or "-"),
    ):
        table.add_row(name, value)
    return table


def _thread(case: Case) -> Table:
    table = Table("#", "when (UTC)", "what", "who", "text")
    for event in case.events:
        when = f"{event.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(event.sequence), when, event.kind.value, event.actor, _escaped(event.text))
    return table


def _plain(text: str) -> str:
    short = text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
    return _escaped(short)


def _escaped(text: str) -> str:
    """What an HCP wrote is shown as written: neither rich's markup nor the terminal's control characters act."""
    from rich.markup import escape

    return escape("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text))


register(app)
