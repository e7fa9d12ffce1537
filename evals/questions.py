"""`python -m evals.questions`: public question sets against real labels: found, blocked, and handed over when absent.

Retrieval is judged by the place a set names: the passage (FDARxBench), or the label and section (MedInfo, MedQuAD).
"scoped" searches the product the set names, "named" those the turn reads in the question's own words, "pooled" every
product of the library at once. Whole turns show what the guards block, and what becomes of medicines not held.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from assistant.bootstrap import Services
from assistant.turn.retrieve import retrieve
from assistant.turn.understand import understand
from assistant.types import Asker, Decline, HandOff, Part, PartKind, Question, Reply, Scope, Screening
from assistant.understanding.frame import section_prior
from assistant.understanding.products import index_of
from assistant.understanding.shorthand import expand
from evals.cli import cache_folder
from evals.drafting import shelve
from evals.errors import EvalError
from evals.library import open_throwaway
from evals.question_report import (
    WITHIN,
    Found,
    QuestionFigures,
    RetrievalFigures,
    Turned,
    broken_bars,
    figures_of,
    report,
    retrieval_figures,
)
from evals.question_sets import SETS, LabelQuestion, passage_documents, read_questions
from knowledge.types import Audience, Market, Partition, ProductNames, Query, ScoredPassage

talk = Console(stderr=True)


@dataclass(frozen=True)
class _Shelf:
    """The library under measurement, and how its products go by."""

    services: Services
    labels: Mapping[str, ProductNames]  # by label file
    ids: Mapping[str, str]  # label file → document id
    names: tuple[ProductNames, ...]
    at: datetime

    @property
    def everything(self) -> tuple[Partition, ...]:
        return tuple(Partition(product=n.product, market=Market.US, audience=Audience.HCP) for n in self.names)

    def product_of(self, question: LabelQuestion) -> str | None:
        """The product a portal about this question's medicine would be scoped to."""
        if question.documents:
            return next((n.product for n in self.names if n.product.casefold() == question.drug.casefold()), None)
        names = next((self.labels[f] for f in question.labels if f in self.labels), None)
        return names.product if names else None


def main(
    chosen: Annotated[list[str] | None, typer.Option("--set", help=f"{', '.join(SETS)}; all by default.")] = None,
    questions: Annotated[Path, typer.Option(help="The folder of question sets.")] = Path("../shared/data/questions"),
    labels: Annotated[Path, typer.Option(help="A folder of labels.")] = Path("../shared/data/labels/openfda"),
    limit: Annotated[int, typer.Option(min=0, help="Whole turns of each set; 0: all.")] = 0,
    file: Annotated[Path | None, typer.Option("--json", help="Write figures and misses there.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where built libraries are kept.")] = None,
) -> None:
    """Measure retrieval, guards and absent medicines on public question sets. Exit 1 below a bar, 2 on wrong input."""
    try:
        figures = measure(chosen or list(SETS), questions, labels, cache_folder(cache), limit)
    except EvalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    report(figures, Console())
    if file is not None:
        file.write_text(figures.model_dump_json(indent=2) + "\n", encoding="utf-8")
    broken = broken_bars(figures)
    for line in broken:
        typer.echo(line, err=True)
    sys.exit(1 if broken else 0)


def measure(chosen: Sequence[str], questions: Path, labels: Path, cache: Path, limit: int = 0) -> QuestionFigures:
    """Play the chosen sets on a throwaway library of `labels` and of FDARxBench's passages. Raises EvalError."""
    unknown = [name for name in chosen if name not in SETS]
    if unknown:
        raise EvalError(f"no question set '{unknown[0]}'; there are: {', '.join(SETS)}.")
    sets = {name: read_questions(name, questions) for name in chosen}
    services, built = open_throwaway(labels, cache, _told)
    try:
        if "fdarxbench" in sets:
            held = {names.product.casefold(): names for names in built.labels.values()}
            shelve(services, passage_documents(questions, held), cache)
        shelf = _shelf(services, built.labels)
        retrieval = dict(_retrieval(shelf, sets))
        asked = [q for name, rows in sets.items() if name != "absent" for q in _some(rows, limit)]
        turned = [_turned(shelf, q, shelf.product_of(q)) for q in track(asked, "label questions", console=talk)]
        absent = [_turned(shelf, q, None) for q in track(_some(sets.get("absent", ()), limit), "absent", console=talk)]
    finally:
        services.close()
    return figures_of(retrieval, turned, absent)


def _told(what: str, done: int, total: int) -> None:
    if done in (0, total):
        talk.print(f"{what}: {done} of {total}")


def _some(rows: Sequence[LabelQuestion], limit: int) -> list[LabelQuestion]:
    """All rows, or `limit` of them, evenly spread."""
    step = max(1, len(rows) // limit) if limit else 1
    return list(rows[::step])[: limit or None]


def _shelf(services: Services, labels: Mapping[str, ProductNames]) -> _Shelf:
    at = services.clock.now()
    names = services.knowledge.products(Market.US, Audience.HCP, at)
    by_product = {s.names.product: s.document_id for s in services.knowledge.summaries()}
    ids = {file: by_product[n.product] for file, n in labels.items() if n.product in by_product}
    return _Shelf(services, labels, ids, names, at)


def _retrieval(shelf: _Shelf, sets: Mapping[str, Sequence[LabelQuestion]]) -> Iterable[tuple[str, RetrievalFigures]]:
    ways: dict[str, Callable[[LabelQuestion], list[ScoredPassage]]] = {
        "scoped": lambda q: _within(shelf, q.text, shelf.product_of(q)),
        "named": lambda q: _named(shelf, q.text),
        "pooled": lambda q: _pooled(shelf, q.text),
    }
    for name, rows in sets.items():
        answerable = [q for q in rows if q.is_answerable]
        for way, search in ways.items() if answerable else ():
            found = [_found(shelf, q, search(q)) for q in track(answerable, f"{name} {way}", console=talk)]
            yield f"{name} {way}", retrieval_figures(found)


def _question(shelf: _Shelf, text: str, product: str | None) -> Question:
    return Question(
        question_id=f"question_{uuid.uuid4().hex}",
        conversation_id=f"conversation_{uuid.uuid4().hex}",
        asker=Asker(pseudonym="evals"),
        scope=Scope(product=product, market=Market.US),
        text=text,
        asked_at=shelf.at,
    )


def _within(shelf: _Shelf, text: str, product: str | None) -> list[ScoredPassage]:
    """The turn's own search in one product's documents."""
    assistant = shelf.services.assistant
    fields = section_prior(text, text, product, index_of(shelf.names), assistant.topics)
    part = Part(text=text, standalone=text, kind=PartKind.ON_LABEL, product=product, fields=fields)
    names = next((n for n in shelf.names if n.product == product), None)
    found = retrieve(0, part, Scope(), names, shelf.services.knowledge, assistant.passages, shelf.at)
    return list(found.result.passages) if found.result else []


def _named(shelf: _Shelf, text: str) -> list[ScoredPassage]:
    """The same for each product that the turn reads in the question's own words, guards left aside.

    Where they could mean several (the turn then asks back), those are all searched, and looked at in turn.
    """
    assistant = shelf.services.assistant
    understood = understand(_question(shelf, text, None), Screening(redacted=text), (), shelf.names, assistant.topics)
    meant = [
        (part.text, p) for part in understood.parts for p in ((part.product,) if part.product else part.candidates)
    ]
    lists = [_within(shelf, words, product) for words, product in meant]
    return [passage for tier in zip_longest(*lists) for passage in tier if passage is not None]


def _pooled(shelf: _Shelf, text: str) -> list[ScoredPassage]:
    spelled_out = expand(text)
    query = Query(
        text=spelled_out,
        partitions=shelf.everything,
        fields=shelf.services.assistant.topics.predict(spelled_out),
        limit=max(WITHIN),
        at=shelf.at,
    )
    return list(shelf.services.knowledge.search(query).passages)


def _found(shelf: _Shelf, question: LabelQuestion, passages: Sequence[ScoredPassage]) -> Found:
    ranks = (rank for rank, p in enumerate(passages, start=1) if _is_right(shelf, question, p))
    first = passages[0].passage if passages else None
    told = f"{first.partition.product}: {' > '.join(first.heading_path)}" if first else "nothing"
    return Found(id=question.id, text=question.text, rank=next(ranks, 0), first=told)


def _is_right(shelf: _Shelf, question: LabelQuestion, scored: ScoredPassage) -> bool:
    passage = scored.passage
    if question.documents:
        return passage.document_id in question.documents and passage.heading_path[-1] in question.headings
    if passage.document_id not in {shelf.ids.get(file) for file in question.labels}:
        return False
    sections = shelf.services.knowledge.document(passage.document_id, passage.version).document.sections
    index: int | None = passage.section
    while index is not None:
        if sections[index].field in question.fields:
            return True
        index = sections[index].parent
    return False


def _turned(shelf: _Shelf, question: LabelQuestion, product: str | None) -> Turned:
    turn = shelf.services.assistant.take_turn(_question(shelf, question.text, product))
    return Turned(id=question.id, set_name=question.set_name, text=question.text, outcomes=_told_outcomes(turn.reply))


def _told_outcomes(reply: Reply) -> tuple[str, ...]:
    return tuple(f"{o.kind} {o.reason}" if isinstance(o, HandOff | Decline) else o.kind for o in reply.outcomes)


if __name__ == "__main__":
    typer.run(main)
