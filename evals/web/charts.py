"""The pictures of the console, drawn on the server: no script, no style attribute, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from evals.refusing import Bin, RiskPoint
from evals.statistics import wilson
from evals.store.digest import Tally
from evals.web.figures import TREND_SCORES, Confusion, TrendPoint
from evals.web.svg import element, line, mark, path, picture, text

NAMES = {
    "outcome": "outcome",
    "evidence_hit": "evidence",
    "completeness": "complete",
    "leaks": "no leak",
    "redaction": "redaction",
    "safety_kinds": "safety kinds",
    "citations": "citations",
    "context": "in context",
    "balance": "balance",
    "error": "error",
}


class _Frame:
    """A plot's place on its paper, and the way from values to points."""

    def __init__(
        self, width: int, height: int, left: int = 44, right: int = 16, low: float = 0.0, high: float = 1.0
    ) -> None:
        self.width, self.height, self.left = width, height, left
        self.right, self.top, self.bottom = width - right, 14, height - 34
        self.low, self.high = low, high

    def x(self, share: float) -> float:
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - min(1.0, max(0.0, share)) * (self.bottom - self.top)

    def axes(self, across: str, *, shares_across: bool = True) -> list[Markup]:
        """Grid lines and ticks in per cent."""
        drawn = []
        for step in range(5):
            value = self.low + (self.high - self.low) * step / 4
            drawn.append(line(self.left, self.y(value), self.right, self.y(value), "grid-line"))
            drawn.append(text(f"{100 * value:.3g}%", self.left - 6, self.y(value) + 4, anchor="end"))
            if shares_across:
                drawn.append(text(f"{step / 4:.0%}", self.x(step / 4), self.bottom + 16, anchor="middle"))
        drawn.append(text(across, (self.left + self.right) / 2, self.height - 4, "axis", "middle"))
        return drawn


def trend_chart(points: Sequence[TrendPoint]) -> Markup:
    """Outcome, evidence and completeness over the runs of a suite; whiskers are 95 % intervals."""
    shares = [t.interval[0] for p in points for n in TREND_SCORES if (t := p.scores.get(n)) and t.interval]
    low = min(int(min(shares, default=0.0) * 5), 4) / 5  # so that four steps are round numbers
    frame = _Frame(880, 260, right=92, low=low)
    drawn = frame.axes("runs, the oldest first", shares_across=False)
    step = 1 / max(1, len(points) - 1)
    places = [frame.x(0.5 if len(points) == 1 else i * step) for i in range(len(points))]
    ends: list[tuple[float, str, int]] = []
    for shape, name in enumerate(TREND_SCORES):
        held = [(x, p, t) for x, p in zip(places, points, strict=True) if (t := p.scores.get(name)) and t.scored]
        drawn.append(path([(x, frame.y(t.share or 0.0)) for x, _, t in held], f"line s{shape}"))
        for x, point, tally in held:
            low_end, high_end = tally.interval or (0.0, 0.0)
            shift = x + (shape - 1) * 3
            drawn.append(line(shift, frame.y(low_end), shift, frame.y(high_end), f"whisker s{shape}"))
            drawn.append(mark(shape, x, frame.y(tally.share or 0.0), f"dot s{shape}", _said(name, point.day, tally)))
        if held:
            ends.append((frame.y(held[-1][2].share or 0.0), name, shape))
    drawn += _named_ends(frame, ends)
    drawn += [text(points[i].day[:10], places[i], frame.bottom + 16, anchor="middle") for i in _ticks(len(points))]
    return picture(880, 260, f"Scores of the last {len(points)} runs", *drawn)


def interval_bar(tally: Tally) -> Markup:
    """A share with its 95 % interval on a line from 0 to 100 %: one cell of the table."""
    low, high = tally.interval or (0.0, 1.0)
    share = tally.share or 0.0
    said = f"{share:.0%}, 95 % interval {low:.0%} to {high:.0%}"
    scale = 88.0
    return picture(
        96,
        12,
        said,
        line(4, 6, 4 + scale, 6, "grid-line"),
        element("rect", x=4 + low * scale, y=3, width=max(1.0, (high - low) * scale), height=6, rx=3, class_="span"),
        element("circle", cx=4 + share * scale, cy=6, r=3.4, class_="dot s0"),
        class_="chart cell",
    )


def risk_chart(points: Sequence[RiskPoint]) -> Markup:
    """Risk against coverage: how wrong the answers are when only the surest are given."""
    worst = max((point.risk for point in points), default=0.0)
    frame = _Frame(420, 280, high=next((most for most in (0.2, 0.4) if worst <= most), 1.0))
    drawn = frame.axes("coverage: share of answers given, the surest first")
    if points:
        curve = [(frame.x(point.coverage), frame.y(point.risk)) for point in points]
        curve.insert(0, (frame.left, curve[0][1]))
        under = [*curve, (frame.right, frame.bottom), (frame.left, frame.bottom)]
        drawn += [path(under, "band s0", closed=True), path(curve, "line s0")]
        last = points[-1]
        drawn.append(mark(0, frame.right, frame.y(last.risk), "dot s0", f"all answers: {last.risk:.1%} wrong"))
    return picture(420, 280, "Risk and coverage: share of wrong answers when only the surest are given", *drawn)


def calibration_chart(bins: Sequence[Bin], human: Sequence[Bin]) -> Markup:
    """Stated confidence against what came true, by scores (circles) and by people (squares)."""
    frame = _Frame(420, 280)
    drawn = frame.axes("stated confidence")
    drawn.append(line(frame.left, frame.bottom, frame.right, frame.top, "ideal"))
    for shape, (group, who) in enumerate(((bins, "scores"), (human, "people"))):
        for found in group:
            low, high = wilson(found.right * found.count, found.count) or (0.0, 1.0)
            x = frame.x(found.stated)
            drawn.append(line(x, frame.y(low), x, frame.y(high), f"whisker s{shape}"))
            said = f"stated {found.stated:.0%}, right {found.right:.0%} of {found.count} ({who})"
            drawn.append(mark(shape, x, frame.y(found.right), f"dot s{shape}", said))
    return picture(420, 280, "Calibration: how often answers are right at each stated confidence", *drawn)


def confusion_chart(table: Confusion) -> Markup:
    """Expected outcomes against those shown, the darker the more of a row."""
    cell, left, top = 64, 92, 40
    width, height = left + cell * len(table.shown) + 8, top + 34 * len(table.expected) + 8
    drawn = [text("expected", 6, top - 8, "axis"), text("shown", left, 14, "axis")]
    for column, shown in enumerate(table.shown):
        drawn.append(text(shown, left + cell * (column + 0.5), top - 8, anchor="middle"))
    for row, expected in enumerate(table.expected):
        y = top + 34 * row
        total = table.row_total(expected)
        drawn.append(text(expected, left - 8, y + 21, anchor="end"))
        for column, shown in enumerate(table.shown):
            count = table.counts.get((expected, shown), 0)
            shade = 0 if not count else 1 + min(3, int(4 * count / total))
            kind = "hit" if expected == shown else "miss"
            x = left + cell * column
            said = element("title", f"expected {expected}, shown {shown}: {count} of {total}")
            drawn.append(element("rect", said, x=x + 1, y=y + 1, width=cell - 2, height=32, rx=4,
                                 class_=f"cell-{kind} shade{shade}"))  # fmt: skip
            if count:
                drawn.append(text(str(count), x + cell / 2, y + 21, f"count {kind} shade{shade}", "middle"))
    return picture(width, height, "Expected outcomes against those shown", *drawn, class_="chart natural")


def _named_ends(frame: _Frame, ends: Sequence[tuple[float, str, int]]) -> list[Markup]:
    """The series' names at their ends, pushed apart where they would overlap."""
    drawn, below = [], -100.0
    for y, name, shape in sorted(ends):
        place = max(y + 4, below + 16)
        drawn.append(text(NAMES[name], frame.right + 8, place, f"series s{shape}"))
        below = place
    return drawn


def _ticks(count: int) -> list[int]:
    if count <= 1:
        return list(range(count))
    return sorted({0, count // 2, count - 1} if count > 2 else {0, 1})  # noqa: PLR2004 - three dates fit


def _said(name: str, day: str, tally: Tally) -> str:
    return f"{day}: {NAMES[name]} {tally.share or 0.0:.1%} ({tally.passed} of {tally.scored})"
