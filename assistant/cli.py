"""`hcp`: the one console script. Data goes to stdout, talk to stderr; exit 0, 1 (a check failed), 2 (usage)."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.config import load
from assistant.errors import AssistantError
from knowledge.errors import KnowledgeError
from knowledge.types import Audience, Market

if TYPE_CHECKING:  # building the services imports Chroma and onnxruntime: only when a command needs them
    from assistant.bootstrap import Services

app = typer.Typer(
    name="hcp", no_args_is_help=True, add_completion=False, help="Answers to HCPs from approved labelling, with proof."
)


@cache
def services() -> Services:
    """The services of this process, built on first use."""
    from assistant.bootstrap import build

    return build(load())


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="The question, in your own words.")],
    product: Annotated[str | None, typer.Option(help="The product the portal is about.")] = None,
    market: Annotated[Market, typer.Option(help="Whose documents may answer.")] = Market.US,
    audience: Annotated[Audience, typer.Option(help="hcp, or medical for staff documents too.")] = Audience.HCP,
    conversation: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole recorded interaction as JSON.")] = False,
) -> None:
    """Ask one question: one turn, the same pipeline, the same record."""
    from assistant.pipeline import new_id
    from assistant.say import plain_text
    from assistant.types import Asker, Question, Scope

    if not text.strip():
        raise typer.BadParameter("the question is empty", param_hint="TEXT")
    held = services()
    question = Question(
        question_id=new_id("question"),
        conversation_id=conversation or new_id("conversation"),
        asker=Asker(pseudonym="command-line"),
        scope=Scope(product=_known(held, product, market, audience), market=market, audience=audience),
        text=text,
        asked_at=held.clock.now(),
    )
    interaction = held.assistant.take_turn(question)
    if as_json:
        typer.echo(interaction.model_dump_json(indent=2))
        return
    typer.echo(plain_text(interaction.reply))
    typer.echo(f"conversation {question.conversation_id}, interaction {interaction.interaction_id}", err=True)


def _known(held: Services, product: str | None, market: Market, audience: Audience) -> str | None:
    """The product as the library spells it. Raises BadParameter naming what there is."""
    if product is None:
        return None
    names = held.knowledge.products(market, audience, held.clock.now())
    for candidate in names:
        if product.lower() in {candidate.product.lower(), candidate.generic.lower()}:
            return candidate.product
    there = ", ".join(sorted(n.product for n in names)[:12]) or "none; add some with `hcp knowledge add`"
    raise typer.BadParameter(f"{product!r} is not in the {market} library (there: {there})", param_hint="--product")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
) -> None:
    """Serve the portal, the consoles and the API."""
    from assistant.serving import serve as run

    run(load(), host=host, port=port)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 8000,
    directory: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("var/demo"),
) -> None:
    """Serve the demo brand with embedded defaults, for four personas."""
    from assistant.demo import run

    run(directory, port)


@app.command()
def deliver(
    once: Annotated[bool, typer.Option(help="Deliver what is waiting, then stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Deliver waiting signals to the webhook or broker in the settings; print them where none is set."""
    from assistant.serving import deliver_from

    report = deliver_from(services(), once=once)
    typer.echo(json.dumps(report) if as_json else ", ".join(f"{k} {v}" for k, v in report.items()), err=not as_json)


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="What was found as JSON.")] = False) -> None:
    """Look at settings, database, indexes, models, keys and approvals; exit 1 when something is wrong."""
    from assistant.doctor import examine, is_well

    found = examine()
    if as_json:
        typer.echo(json.dumps([diagnosis.model_dump() for diagnosis in found], indent=2, ensure_ascii=False))
    else:
        for diagnosis in found:
            typer.echo(f"{diagnosis.severity:<8} {diagnosis.name:<10} {diagnosis.message}")
            if diagnosis.remedy:
                typer.echo(f"{'':<19} → {diagnosis.remedy}")
    if not is_well(found):
        raise typer.Exit(1)


def _mount() -> None:
    """Add the commands of the other packages; those above the assistant come in by entry point."""
    from assistant.audit.cli import app as audit
    from assistant.cases.cli import app as cases
    from assistant.rulebook.cli import app as policy
    from knowledge.cli import app as knowledge

    app.add_typer(knowledge, name="knowledge")
    app.add_typer(cases, name="cases")
    app.add_typer(audit, name="audit")
    app.add_typer(policy, name="policy")
    for entry in entry_points(group="hcp.commands"):
        app.add_typer(entry.load(), name=entry.name)


@app.callback()
def _root(ctx: typer.Context) -> None:
    def give() -> object:
        return services().knowledge if ctx.invoked_subcommand == "knowledge" else services()

    ctx.obj = give


def main() -> None:
    """Run `hcp`; a refusal of ours is one clear line on stderr and exit 1."""
    _mount()
    try:
        app()
    except (AssistantError, KnowledgeError) as error:
        typer.echo(f"hcp: {error}", err=True)
        sys.exit(1)
