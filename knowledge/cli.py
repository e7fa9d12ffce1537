"""`hcp knowledge …`: documents in, approvals, search, and the health of the indexes.

`ctx.obj` is a function without arguments that gives the Library; the assistant's command line sets it. Data goes
to stdout (`--json`: as JSON), talk to stderr. Exit 0; 1 when something was refused or failed; 2 for wrong usage.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from knowledge.catalog import Library
from knowledge.errors import KnowledgeError, UnknownDocument
from knowledge.ports import OnProgress
from knowledge.reports import IndexReport
from knowledge.types import Audience, DocumentStatus, DocumentSummary, Market, Partition, Query

app = typer.Typer(help="The library of approved documents.", no_args_is_help=True)
talk = Console(stderr=True)
WIDE = 240  # of a table that goes to a file or another program: nothing is cut off

AsJson = Annotated[bool, typer.Option("--json", help="Data as JSON on stdout.")]
Moment = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="UTC date or date and time.")
]


@app.command()
def add(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Labels, approved answers (.qa.yaml), folders of them, or DailyMed zips.")
    ],
    as_json: AsJson = False,
) -> None:
    """Read documents into the library; the same bytes again change nothing. They still need approval."""
    with _library(ctx) as library, _spinner("Reading") as (progress, task):
        report = library.add(paths, lambda name: progress.update(task, advance=1, description=f"Reading {name}"))
    for failure in report.failed:
        talk.print(f"[red]not added[/red] {failure.error}", highlight=False, soft_wrap=True)
    _give(as_json, report, f"added {len(report.added)}, unchanged {len(report.unchanged)}, failed {len(report.failed)}")
    if report.failed:
        raise typer.Exit(1)


@app.command(name="list")
def list_documents(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List every document version and where it stands."""
    with _library(ctx) as library:
        summaries = library.summaries()
    if as_json:
        _give(True, summaries)
        return
    table = Table("product", "document", "kind", "version", "market", "audience", "status", "passages")
    for line in summaries:
        where = (line.market or "", line.audience or "")
        table.add_row(
            line.names.product, line.document_id, line.kind, line.version, *where, line.status, str(line.passages)
        )
    out = Console()
    (out if out.is_terminal else Console(width=WIDE)).print(table)


@app.command()
def approve(  # noqa: PLR0917  typer's way of declaring options
    ctx: typer.Context,
    documents: Annotated[list[str] | None, typer.Argument(help="DOCUMENT or DOCUMENT@VERSION.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every version nobody has approved yet.")] = False,
    approver: Annotated[str, typer.Option(help="Who approves.")] = "",
    mlr_id: Annotated[str, typer.Option(help="Number of the medical, legal and regulatory review.")] = "",
    market: Annotated[Market | None, typer.Option(help="Default: the market the document names, else US.")] = None,
    audience: Annotated[Audience, typer.Option(help="Who may read it.")] = Audience.HCP,
    valid_from: Moment = None,
    valid_until: Moment = None,
    as_json: AsJson = False,
) -> None:
    """Approve submitted documents, and index them. Valid from today (UTC) unless told otherwise."""
    if every == bool(documents):
        raise typer.BadParameter("name documents, or give --all (one of the two)")
    since = _utc(valid_from) or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with _library(ctx) as library:
        chosen = _chosen(library.summaries(), documents)
        for line in chosen:
            library.approve(
                line.document_id,
                line.version,
                approver=approver,
                mlr_id=mlr_id,
                market=market or line.market or Market.US,
                audience=audience,
                valid_from=since,
                valid_until=_utc(valid_until),
            )
        talk.print(f"approved {len(chosen)}")
        _report(as_json, _indexed(library), approved=len(chosen))


@app.command()
def withdraw(
    ctx: typer.Context,
    document: Annotated[str, typer.Argument(help="Document id.")],
    version: Annotated[str, typer.Option(help="The version to withdraw.")],
    by: Annotated[str, typer.Option(help="Who withdraws it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be withdrawn.")] = False,
    as_json: AsJson = False,
) -> None:
    """Withdraw a version at once, in every running process."""
    with _library(ctx) as library:
        approvals = library.withdraw(document, version, by, reason, dry_run=dry_run)
    where = ", ".join(f"{approval.market}/{approval.audience}" for approval in approvals)
    _give(as_json, approvals, f"{'would withdraw' if dry_run else 'withdrew'} {document} version {version} ({where})")


@app.command()
def search(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="What to look for.")],
    product: Annotated[str, typer.Option(help="Brand name as `hcp knowledge list` shows it.")],
    market: Annotated[Market, typer.Option()] = Market.US,
    audience: Annotated[Audience, typer.Option()] = Audience.HCP,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 8,
    as_json: AsJson = False,
) -> None:
    """Search a product's effective documents; shows passages and where each arm ranked them."""
    with _library(ctx) as library:
        now = datetime.now(UTC)
        named = {names.product.lower(): names.product for names in library.products(market, audience, now)}
        if product.lower() not in named:
            there = ", ".join(sorted(named.values())) or "none"
            raise typer.BadParameter(f"{product!r} has no effective document for {market} {audience} (there: {there})")
        partition = Partition(product=named[product.lower()], market=market, audience=audience)
        result = library.search(Query(text=text, partitions=(partition,), limit=limit, at=now))
    if as_json:
        _give(True, result)
        return
    if result.degraded:
        talk.print("[yellow]dense search is not available; these are lexical results[/yellow]")
    for found in result.passages:
        place = " › ".join(found.passage.heading_path)
        typer.echo(f"{found.score:.4f} (dense {found.dense_rank or '-'}, lexical {found.lexical_rank or '-'}) {place}")
        typer.echo(f"    {' '.join(found.passage.text.split())}\n")


@app.command()
def show(
    ctx: typer.Context,
    document: Annotated[str, typer.Argument(help="DOCUMENT or DOCUMENT@VERSION; the newest approved version.")],
    section: Annotated[str | None, typer.Option(help="A section's number or part of its heading.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an approved document's canonical text, or one section of it."""
    with _library(ctx) as library:
        line = _newest([s for s in library.summaries() if s.status is not DocumentStatus.SUBMITTED], document)
        approved = library.document(line.document_id, line.version)
    parsed = approved.document
    wanted = [s for s in parsed.sections if section in {None, s.number} or (section or "").lower() in s.heading.lower()]
    if section is not None and not wanted:
        raise typer.BadParameter(f"{section!r} is no section of {line.document_id} version {line.version}")
    if as_json:
        _give(True, approved if section is None else wanted)
        return
    typer.echo(parsed.text if section is None else "\n\n".join(parsed.text[s.start : s.end] for s in wanted))


@app.command()
def index(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Index what is approved and not indexed yet."""
    with _library(ctx) as library:
        _report(as_json, _indexed(library))


@app.command()
def rebuild(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Build both indexes anew beside the serving ones, then switch."""
    with _library(ctx) as library, _bar("Embedding") as on_progress:
        report = library.rebuild(on_progress)
    _report(as_json, report)


@app.command()
def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Ask the indexes for passages they are known to hold."""
    with _library(ctx) as library:
        report = library.check()
    for problem in report.problems:
        talk.print(f"[red]problem[/red] {problem}", highlight=False, soft_wrap=True)
    _give(as_json, report, f"{report.release}: {'healthy' if report.is_healthy else 'not healthy'}")
    if not report.is_healthy:
        raise typer.Exit(1)


@contextmanager
def _library(ctx: typer.Context) -> Iterator[Library]:
    """The library; what it refuses is one line on stderr and exit 1."""
    try:
        library: Library = ctx.obj()
        yield library
    except KnowledgeError as error:
        talk.print(f"[red]refused[/red] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _indexed(library: Library) -> IndexReport:
    with _bar("Embedding") as on_progress:
        return library.index_pending(on_progress)


def _report(as_json: bool, report: IndexReport, **also: int) -> None:
    figures = {**also, **report.model_dump(mode="json")}
    _give(as_json, figures, ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items()))


def _give(as_json: bool, value: Any, text: str = "") -> None:
    typer.echo(json.dumps(_plain(value), indent=2, ensure_ascii=False) if as_json else text)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _chosen(summaries: Sequence[DocumentSummary], documents: Sequence[str] | None) -> list[DocumentSummary]:
    """All that is submitted, or the newest version of each document named."""
    if documents:
        return [_newest(summaries, document) for document in documents]
    return [line for line in summaries if line.status is DocumentStatus.SUBMITTED]


def _newest(summaries: Sequence[DocumentSummary], document: str) -> DocumentSummary:
    document_id, _, version = document.partition("@")
    found = [s for s in summaries if s.document_id == document_id and version in {"", s.version}]
    if not found:
        raise UnknownDocument(f"No document {document!r} in the library. `hcp knowledge list` shows what is there.")
    return found[-1]


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


@contextmanager
def _spinner(what: str) -> Iterator[tuple[Progress, Any]]:
    columns = (SpinnerColumn(), TextColumn("{task.completed} "), TextColumn("{task.description}"))
    with Progress(*columns, console=talk, transient=True) as progress:
        yield progress, progress.add_task(what, total=None)


@contextmanager
def _bar(what: str) -> Iterator[OnProgress]:
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
