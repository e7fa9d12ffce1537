"""`python -m evals.bench_grounding`: planted faults caught, true sentences kept, and agreement with people's labels."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import knowledge
from assistant.grounding import check_proposed, check_sentence
from evals.planted import Case, cases
from knowledge.parse import parse
from knowledge.types import ParsedDocument, Value

DEMO = Path(knowledge.__file__).parent / "library"
SHARED = Path(__file__).parents[2] / "shared" / "data"
talk = Console(stderr=True)


class Rates(Value):
    """What the check did on planted cases, whole and by kind (caught or kept, of how many)."""

    faults: int
    caught: float
    truths: int
    dropped: float
    by_kind: dict[str, tuple[int, int]]
    seconds_per_case: float


class Agreement(Value):
    """The check beside people's labels: `supported` as they mean it, over pairs of claim and evidence."""

    name: str
    pairs: int
    accuracy: float
    unsupported_refused: float  # share of what people call unsupported
    supported_kept: float  # share of what people call supported


def measure(planted: Iterable[Case], show: int = 0) -> Rates:
    """Check every case; `show` prints that many misses of each kind on stderr."""
    right: Counter[str] = Counter()
    total: Counter[tuple[bool, str]] = Counter()
    shown: Counter[str] = Counter()
    started = time.perf_counter()
    for case in planted:
        found = check_proposed(case.text, case.named, case.passages)
        is_right = (not found) == case.is_true
        total[case.is_true, case.kind] += 1
        right[case.kind] += is_right
        if not is_right and shown[case.kind] < show:
            shown[case.kind] += 1
            talk.print(f"{case.kind}: {case.text}\n    {[f'{f.kind}: {f.detail}' for f in found]}", markup=False)
    by_kind = {kind: (right[kind], count) for (_, kind), count in total.items()}
    faulty = [kind for is_true, kind in total if not is_true]
    true = [kind for is_true, kind in total if is_true]
    faults, truths = sum(by_kind[k][1] for k in faulty), sum(by_kind[k][1] for k in true)
    return Rates(
        faults=faults,
        caught=sum(by_kind[k][0] for k in faulty) / max(1, faults),
        truths=truths,
        dropped=1 - sum(by_kind[k][0] for k in true) / max(1, truths),
        by_kind=by_kind,
        seconds_per_case=(time.perf_counter() - started) / max(1, faults + truths),
    )


def demo_cases(limit: int = 400) -> Iterator[Case]:
    """Cases from the documents of the demo brand."""
    yield from _cases(sorted(DEMO.glob("*.xml")), limit)


def label_cases(labels: Path, count: int = 20, limit: int = 60) -> Iterator[Case]:
    """Cases from real labels, `limit` sentences of each of `count`, drawn evenly from the folder."""
    files = sorted(p for p in labels.glob("*") if p.is_file() and p.suffix == ".json" and p.name != "manifest.json")
    yield from _cases(files[:: max(1, len(files) // count)][:count], limit)


def _cases(files: Sequence[Path], limit: int) -> Iterator[Case]:
    for path in files:
        document: ParsedDocument = parse(path.read_bytes(), path.name)
        yield from cases(document, limit)


def agreement(folder: Path) -> Iterator[Agreement]:
    """The check on the public sets of claims with evidence; they are mostly no labelling, and not reworded from it."""
    yield _agree("attributionbench", _lines(folder / "attributionbench.jsonl"), _attribution)
    yield _agree("healthver", _lines(folder / "healthver.jsonl"), _healthver)
    yield _agree("kqa_nli", _lines(folder / "kqa_nli.jsonl"), _kqa)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _attribution(line: dict[str, Any]) -> tuple[str, list[str], bool]:
    return line["claim"], [str(r) for r in line["references"]], line["attribution_label"] == "attributable"


def _healthver(line: dict[str, Any]) -> tuple[str, list[str], bool]:
    return line["claim"], [line["evidence"]], line["label"] == "Supports"


def _kqa(line: dict[str, Any]) -> tuple[str, list[str], bool]:
    return line["claim"], [line["answer"]], line["majority_label"] == "Entailment"


def _agree(name: str, lines: Iterable[dict[str, Any]], read: Any) -> Agreement:
    counts: dict[bool, list[bool]] = defaultdict(list)
    for line in lines:
        claim, evidence, is_supported = read(line)
        counts[is_supported].append(not check_sentence(claim, evidence))
    kept, let_through = counts[True], counts[False]
    pairs = len(kept) + len(let_through)
    return Agreement(
        name=name,
        pairs=pairs,
        accuracy=(sum(kept) + len(let_through) - sum(let_through)) / max(1, pairs),
        unsupported_refused=1 - sum(let_through) / max(1, len(let_through)),
        supported_kept=sum(kept) / max(1, len(kept)),
    )


def main(
    shared: Annotated[Path, typer.Option(help="The folder with real labels and labelled claims, if there is one.")] = (
        SHARED
    ),
    show: Annotated[int, typer.Option(min=0, help="Print that many misses of each kind.")] = 0,
    file: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
) -> None:
    """Measure the check of reworded sentences."""
    rates = {"demo": measure(demo_cases(), show)}
    agreed: list[Agreement] = []
    if shared.is_dir():
        rates["labels"] = measure(label_cases(shared / "labels" / "openfda"), show)
        agreed = list(agreement(shared / "groundedness"))
    else:
        talk.print(f"{shared} is not here: measured on the demo brand alone.")
    for name, found in rates.items():
        _print(name, found)
    for one in agreed:
        print(  # noqa: T201 - figures are this command's data
            f"{one.name}: {one.pairs} pairs, accuracy {one.accuracy:.1%}, unsupported refused "
            f"{one.unsupported_refused:.1%}, supported kept {one.supported_kept:.1%}"
        )
    if file is not None:
        held = {"planted": {n: r.model_dump() for n, r in rates.items()}, "agreement": [a.model_dump() for a in agreed]}
        file.write_text(json.dumps(held, indent=2), encoding="utf-8")


def _print(name: str, rates: Rates) -> None:
    table = Table(
        "case",
        "right",
        "of",
        title=f"{name}: {rates.caught:.2%} of {rates.faults} faults caught, "
        f"{rates.dropped:.2%} of {rates.truths} true sentences dropped, "
        f"{rates.seconds_per_case * 1000:.2f} ms a sentence",
    )
    for kind, (right, count) in sorted(rates.by_kind.items()):
        table.add_row(kind, str(right), str(count))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
