"""`hcp cases export | reconcile | dispatch | outgoing | retry`: what goes out about cases, and whether it arrived."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, Protocol

import typer

from assistant.cases.dispatch import Dispatcher
from assistant.cases.e2b_xml import to_xml
from assistant.cases.reconcile import Received, Reconciliation
from assistant.cases.reconcile import reconcile as reconcile_day
from assistant.config import Settings
from assistant.errors import AssistantError, NotFound
from assistant.outgoing import Channel, DispatchState
from assistant.ports import Clock, Desk, Ledger


class Services(Protocol):
    """What these commands need; `assistant.bootstrap.Services` has it."""

    @property
    def settings(self) -> Settings:
        """All settings."""
        ...

    @property
    def clock(self) -> Clock:
        """The time, in UTC."""
        ...

    @property
    def desk(self) -> Desk:
        """Cases."""
        ...

    @property
    def ledger(self) -> Ledger:
        """The record."""
        ...

    @property
    def dispatcher(self) -> Dispatcher:
        """What carries."""
        ...

    @property
    def received(self) -> Received:
        """What the record holds of a day."""
        ...


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Form(StrEnum):
    """Forms of an exported report."""

    E2B = "e2b"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add these commands to `hcp cases`."""
    app.command("export")(export_case)
    app.command("reconcile")(reconcile)
    app.command("dispatch")(dispatch)
    app.command("outgoing")(outgoing)
    app.command("retry")(retry)


def export_case(
    ctx: typer.Context,
    case_id: Annotated[str, typer.Argument(help="A safety case, as `hcp cases list` shows it.")],
    form: Annotated[Form, typer.Option("--format", help="E2B(R3)-shaped XML, or the same as JSON.")] = Form.E2B,
    out: Annotated[Path | None, typer.Option(help="Write here instead of to stdout.")] = None,
) -> None:
    """Export a safety case as it stands: redacted, checked against our schema (assistant/cases/e2b.xsd)."""
    services = _services(ctx)
    try:
        report = services.dispatcher.report_of(services.desk.case(case_id))
        written = to_xml(report) if form is Form.E2B else report.model_dump_json(indent=1).encode() + b"\n"
    except NotFound as error:
        _refuse(error, 2)
    except AssistantError as error:
        _refuse(error, 1)
    if out is None:
        sys.stdout.write(written.decode())
        return
    out.write_bytes(written)
    typer.echo(f"{case_id}: {len(written)} bytes in {out}", err=True)


def reconcile(
    ctx: typer.Context,
    day: Annotated[str, typer.Option("--date", help="A day in UTC, YYYY-MM-DD; yesterday when not given.")] = "",
    received: Annotated[
        Path | None, typer.Option(help="The receiver's list of that day: case or transfer ids, one a line.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Hold every safety report received on a day against what the safety system acknowledged; exit 1 on a gap."""
    services = _services(ctx)
    taken = None if received is None else _lines(received)
    try:
        report = reconcile_day(
            _day(day, services.clock.now()),
            services.received,
            services.dispatcher.dispatches,
            services.desk,
            services.ledger,
            services.clock,
            taken,
        )
    except AssistantError as error:
        _refuse(error, 1)
    if as_json:
        typer.echo(json.dumps({**report.model_dump(mode="json"), "is_clean": report.is_clean}, indent=2))
    else:
        _print(report)
    if not report.is_clean:
        raise typer.Exit(1)


def dispatch(
    ctx: typer.Context,
    *,
    once: Annotated[bool, typer.Option(help="Carry what is due now, then stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Carry reports, mails and notices that wait. `hcp serve` does this by itself."""
    services = _services(ctx)
    totals: Counter[str] = Counter()
    try:
        while True:
            counts = services.dispatcher.round()
            totals.update(counts)
            if once and not any(counts[name] for name in ("seen", "done", "sent", "skipped")):
                break
            if not counts:
                time.sleep(services.settings.transfer.interval_seconds)
    except KeyboardInterrupt:
        pass
    except AssistantError as error:
        _refuse(error, 1)
    if as_json:
        typer.echo(json.dumps({"carried": dict(totals), "now": services.dispatcher.dispatches.counts()}, indent=2))
    else:
        typer.echo(", ".join(f"{name} {count}" for name, count in totals.items()) or "nothing was due", err=True)


def outgoing(
    ctx: typer.Context,
    channel: Annotated[Channel, typer.Option(help="What kind of dispatch.")] = Channel.TRANSFER,
    state: Annotated[DispatchState, typer.Option(help="In which state.")] = DispatchState.DEAD,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """List what goes out: by default the transfers that were given up."""
    found = _services(ctx).dispatcher.dispatches.in_state(channel, (state,), limit)
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
        return
    for one in found:
        typer.echo(f"{one.dispatch_id} {one.case_id} {one.about} {one.attempts} attempts {one.last_error}")
    typer.echo(f"{len(found)} {channel.value} {state.value}", err=True)


def retry(
    ctx: typer.Context,
    dispatch_ids: Annotated[list[str], typer.Argument(help="As `hcp cases outgoing` shows them.")],
    channel: Annotated[Channel, typer.Option(help="What kind of dispatch.")] = Channel.TRANSFER,
    *,
    as_json: AsJson = False,
) -> None:
    """Give what was given up, or a mail held as uncertain, a new first attempt; exit 1 when none was there.

    An uncertain mail may have arrived: sending it again may send it twice.
    """
    revived = _services(ctx).dispatcher.dispatches.revive(channel, dispatch_ids)
    typer.echo(json.dumps({"revived": revived}) if as_json else f"{revived} of {len(dispatch_ids)} revived")
    if revived == 0:
        raise typer.Exit(1)


def _services(ctx: typer.Context) -> Services:
    services: Services = ctx.obj()
    return services


def _refuse(error: AssistantError, code: int) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(code) from None


def _day(text: str, now: datetime) -> date:
    if not text:
        return (now.astimezone(UTC) - timedelta(days=1)).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-22.", param_hint="--date") from None


def _lines(path: Path) -> frozenset[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read ({error}).", param_hint="--received") from None
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def _print(report: Reconciliation) -> None:
    typer.echo(
        f"{report.date} (UTC): {report.intakes} intakes, {report.cases} cases, {report.reports} reports, "
        f"{report.acknowledged} acknowledged"
    )
    for gap in report.gaps:
        typer.echo(f"GAP  {gap.kind:<20} {gap.case_id}  {gap.detail}")
    for late in report.late:
        met = f"met {late.met_at:%Y-%m-%d %H:%M}" if late.met_at else "not met"
        typer.echo(f"LATE {late.clock:<20} {late.case_id}  due {late.due_at:%Y-%m-%d %H:%M} UTC, {met}")
    if report.uncertain_mails:
        typer.echo(f"{report.uncertain_mails} mails may have gone out or not: hcp cases outgoing --channel mail "
                   "--state uncertain")  # fmt: skip
    typer.echo("clean" if report.is_clean else f"{len(report.gaps)} gaps")
