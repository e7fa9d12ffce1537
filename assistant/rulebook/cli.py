"""`hcp policy list|show|test`: the rules of each market, and whether the software carries them out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from assistant.config import Settings, StorageSettings, load
from assistant.policy import PolicyPack, Rule, load_policy
from assistant.records import Interaction
from assistant.rulebook import TakeTurn, Trial, try_rules
from knowledge.types import Market

app = typer.Typer(no_args_is_help=True, help="Market policy packs: rules as cited, versioned records.")
talk = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
InMarket = Annotated[Market | None, typer.Option("--market", help="One market; all by default.")]


def packs(market: Market | None, settings: Settings) -> tuple[PolicyPack, ...]:
    """The packs in force: of one market, or of all. Raises SettingsError."""
    return tuple(load_policy(one, settings.policy.directory) for one in Market if market in (None, one))


@app.command(name="list")
def list_rules(market: InMarket = None, as_json: Json = False) -> None:
    """The rules in force, with their sources."""
    held = packs(market, load())
    if as_json:
        rows = [{"market": p.market, "pack": p.reference, **_brief(r)} for p in held for r in p.rules]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for pack in held:
        typer.echo(f"{pack.market.value}  {pack.reference}")
        for rule in pack.rules:
            typer.echo(f"  {rule.reference:<34} {rule.citation}")


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(help="A rule's id, such as us.fair_balance.")],
    as_json: Json = False,
) -> None:
    """One rule: what it asks, where it comes from, its examples."""
    held = packs(None, load())
    found = next((rule for pack in held for rule in pack.rules if rule.id == rule_id), None)
    if found is None:
        there = ", ".join(rule.id for pack in held for rule in pack.rules)
        raise typer.BadParameter(f"{rule_id!r} is no rule (there are: {there})", param_hint="RULE_ID")
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    typer.echo(f"{found.reference}  {found.citation}  {found.note}\n{found.instruction}")
    for words, lines in (("may", found.may), ("must not", found.must_not), ("finds", found.findings)):
        if lines:
            typer.echo(f"{words}: {'; '.join(lines)}")
    for words, examples in (("allowed", found.allowed), ("forbidden", found.forbidden)):
        for example in examples:
            typer.echo(f"{words}: “{example.says}” → {', '.join(example.outcomes)}")


@app.command(name="test")
def try_them(
    market: InMarket = None,
    rule: Annotated[str | None, typer.Option(help="One rule alone, by its id.")] = None,
    as_json: Json = False,
) -> None:
    """Run each rule's examples as whole turns on the demo library; exit 1 when a rule does not hold."""
    settings = load()
    held = [pack for pack in packs(market, settings) if rule is None or any(r.id == rule for r in pack.rules)]
    if not held:
        raise typer.BadParameter(f"{rule!r} is no rule here; `hcp policy list` names them", param_hint="--rule")
    trials: list[Trial] = []
    for pack in held:
        with (
            talk.status(f"Trying the rules of {pack.market.value}…"),
            tempfile.TemporaryDirectory() as folder,
            _assistant(Path(folder), settings, pack.market) as take_turn,
        ):
            trials += try_rules(pack, take_turn, rule)
    failed = [trial for trial in trials if not trial.holds]
    if as_json:
        typer.echo(json.dumps([t.model_dump() for t in trials], indent=2, ensure_ascii=False))
    else:
        for trial in failed:
            kind = "forbidden" if trial.is_forbidden else "allowed"
            typer.echo(f"{trial.rule} ({trial.citation}), {kind}: “{trial.says}”: {'; '.join(trial.problems)}")
        typer.echo(f"{len(trials) - len(failed)} of {len(trials)} examples hold", err=True)
    if failed:
        raise typer.Exit(1)


@contextmanager
def _assistant(folder: Path, settings: Settings, market: Market) -> Iterator[TakeTurn]:
    """Turns of an assistant that holds the demo documents of one market, with the packs in force."""
    from assistant.bootstrap import build
    from assistant.pipeline import new_id
    from assistant.rulebook.stock import stock
    from assistant.types import Asker, Question, Scope

    services = build(load(storage=StorageSettings(directory=folder), policy=settings.policy))

    def take(text: str) -> Interaction:
        return services.assistant.take_turn(
            Question(
                question_id=new_id("question"),
                conversation_id=new_id("conversation"),
                asker=Asker(pseudonym="policy-test"),
                scope=Scope(market=market),
                text=text,
                asked_at=services.clock.now(),
            )
        )

    try:
        stock(services, market, folder)
        yield take
    finally:
        services.close()


def _brief(rule: Rule) -> dict[str, Any]:
    return {key: getattr(rule, key) for key in ("id", "version", "citation", "instruction", "findings", "note")}
