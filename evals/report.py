"""Show a run, a comparison or one case on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.compare import Comparison, Figure
from evals.types import CaseResult, CitationRecord, Run, Summary

_COLUMNS = (
    "cases",
    "outcome",
    "found",
    "evidence",
    "complete",
    "leaks",
    "redaction",
    "safety",
    "words",
    "p50 s",
    "p95 s",
)


def print_run(console: Console, run: Run) -> None:
    """One row a category, then the totals, the gates and what was left out."""
    table = Table(title=f"{', '.join(s.name for s in run.run.suites)} on {run.run.library}", title_justify="left")
    table.add_column("category", no_wrap=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for category, figures in run.summary.items():
        table.add_row(category, *_cells(figures))
    table.add_section()
    for name, figures in run.totals.items():
        table.add_row(name, *_cells(figures), style="bold")
    console.print(table)
    overall = run.totals["overall"]
    _print_intervals(console, run)
    console.print(
        f"citations valid {_percent(overall.citations_valid)} · hand-off rate {_percent(overall.handoff_rate)} · "
        f"errors {overall.errors} · safety kinds exact {_percent(overall.safety_exact)}"
    )
    if judge := run.run.judge:
        cost = "no prices set" if judge.cost is None else f"{judge.cost:.4f} {judge.currency}"
        console.print(
            f"judge {escape(judge.model)}: {judge.calls} calls, {judge.failed} without a verdict, "
            f"{judge.input_tokens} + {judge.output_tokens} tokens, {cost}"
        )
    for gate in run.gates:
        mark = "[green]held[/]" if gate.passed else "[red]broken[/]"
        console.print(f"gate {gate.suite}: {gate.metric} {gate.bound}: {_number(gate.value)} {mark}")
    for left_out in run.run.files_left_out:
        console.print(f"[yellow]left out[/] {escape(left_out)}")


def _print_intervals(console: Console, run: Run) -> None:
    """The 95 % intervals of the shares, the scorers' means and what the stated confidences are worth."""
    for name, figures in run.totals.items():
        shares = [f"{n.replace('_', ' ')} {low:.1%}–{high:.1%}" for n, (low, high) in figures.intervals.items()]
        console.print(f"[bold]{name}[/], 95 % intervals (Wilson): {' · '.join(shares)}")
    overall = run.totals["overall"]
    if overall.marks:
        console.print(f"means of marks: {' · '.join(f'{n} {v:.3f}' for n, v in overall.marks.items())}")
    risk, error = _number(overall.aurc), _number(overall.calibration_error)
    console.print(f"area under risk and coverage {risk} · calibration error {error}")


def print_case(console: Console, case: CaseResult) -> None:
    """The conversation, the reply as the HCP sees it, its citations and scores."""
    console.rule(f"{case.id} · {case.category}")
    for turn in case.turns:
        console.print(f"[bold]HCP[/] {escape(turn)}")
    if case.reply is None:
        console.print(f"[red]error[/] {escape(case.error or 'no reply')}")
    else:
        why = ", ".join((*case.reply.reasons, *(f"confidence {c:.2f}" for c in case.reply.confidences)))
        console.print(f"[bold]reply[/] {' + '.join(case.reply.outcomes)} ({case.seconds * 1000:.0f} ms) {why}\n")
        console.print(escape(case.reply.text))
        _print_citations(console, "citations", case.reply.citations)
        _print_citations(console, "safety information", case.reply.safety_citations)
        console.print(f"[bold]recorded as[/] {escape(case.reply.recorded_text)}")
    scores = case.scores.model_dump(mode="json", exclude_none=True)
    console.print("[bold]scores[/] " + escape(", ".join(f"{name} {value}" for name, value in scores.items())))
    for name, mark in case.marks.items():
        value = "unscored" if mark.value is None else f"{mark.value:.2f}"
        console.print(f"  {name} {value}: {escape(mark.reason)}")
    for finding in case.findings:
        console.print(f"[red]✗[/] {escape(finding)}")


def print_comparison(console: Console, comparison: Comparison) -> None:
    """What broke, what was fixed, and how each category moved."""
    for warning in (w for w in comparison.warnings if w not in comparison.refusals):
        console.print(f"[yellow]note:[/] {escape(warning)}")
    for warning in comparison.refusals:
        console.print(f"[yellow]not like for like:[/] {escape(warning)}")
    table = Table(title="change (percentage points; leaks as a count)", title_justify="left")
    table.add_column("category", no_wrap=True)
    for name in ("cases", *comparison.metrics):
        table.add_column(name, justify="right")
    for row in comparison.rows:
        table.add_row(row.name, str(row.cases), *(_moved(row.changes, metric) for metric in comparison.metrics))
    console.print(table)
    _print_figures(console, comparison)
    for title, entries, colour in (
        ("newly broken", comparison.broken, "red"),
        ("newly fixed", comparison.fixed, "green"),
    ):
        console.print(f"[{colour}]{title}[/] {len(entries)}")
        for entry in entries:
            console.print(f"  {escape(entry.case_id)}: {', '.join(entry.scores)}")
    if comparison.only_first or comparison.only_second:
        console.print(f"only in A: {len(comparison.only_first)} cases · only in B: {len(comparison.only_second)} cases")


def _print_figures(console: Console, comparison: Comparison) -> None:
    """How each score moved over all cases and within each category, with its interval and p-value."""
    titles: dict[str, Sequence[tuple[str, Figure]]] = {
        "all cases: mean of A and B, change with 95 % interval (paired bootstrap)": [
            ("", figure) for figure in comparison.figures
        ],
        "within categories: what moved, the surest first": comparison.moved_within(),
    }
    for title, held in titles.items():
        table = Table(title=title, title_justify="left")
        named = any(name for name, _ in held)
        for column in ("category", "score") if named else ("score",):
            table.add_column(column, no_wrap=True)
        for column in ("cases", "A", "B", "change", "interval", "p", ""):
            table.add_column(column, justify="right", no_wrap=True)
        for name, figure in held:
            table.add_row(*((name,) if named else ()), figure.name, *_figure_cells(figure))
        if held:
            console.print(table)


def _figure_cells(figure: Figure) -> tuple[str, ...]:
    d = figure.difference
    sure = "" if not figure.is_sure else "[green]better[/]" if d.change > 0 else "[red]worse[/]"
    interval = f"{d.low:+.3f} … {d.high:+.3f}"
    return str(d.cases), f"{d.first:.3f}", f"{d.second:.3f}", f"{d.change:+.3f}", interval, f"{d.p:.2g}", sure


def _cells(figures: Summary) -> tuple[str, ...]:
    return (
        str(figures.cases),
        _percent(figures.outcome_accuracy),
        _percent(figures.retrieval_hit),
        _percent(figures.evidence_hit),
        _percent(figures.completeness),
        _number(figures.leaks),
        _percent(figures.redaction),
        _percent(figures.safety_kinds),
        _number(figures.answer_words_p50),
        _seconds(figures.seconds_p50),
        _seconds(figures.seconds_p95),
    )


def _print_citations(console: Console, title: str, citations: tuple[CitationRecord, ...]) -> None:
    for number, c in enumerate(citations, start=1):
        console.print(f"[bold]{title} {number}[/] {escape(c.section)} [dim]{c.document_id} {c.start}:{c.end}[/]")
        console.print(f"  {escape(c.shown)}")


def _moved(changes: Mapping[str, float | None], metric: str) -> str:
    change = changes.get(metric)
    if change is None:
        return "–"
    if change == 0:
        return "="
    colour = "green" if (change > 0) != (metric == "leaks") else "red"
    return f"[{colour}]{change:+.0f}[/]" if metric == "leaks" else f"[{colour}]{change * 100:+.1f}[/]"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
