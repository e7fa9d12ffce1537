"""`hcp evals report`: how far the stated confidence can be trusted, as pictures that stand alone.

SVG drawn here, without script, font or address of anywhere else; legible on light and dark, and read out as words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from markupsafe import Markup

from evals.errors import EvalError
from evals.refusing import (
    Bin,
    RiskPoint,
    area_under_risk,
    calibration,
    expected_calibration_error,
    risk_coverage,
    stated,
)
from evals.statistics import wilson
from evals.types import Run
from evals.web.svg import element, line, mark, path, text

WIDTH, HEIGHT = 480, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 452, 40, 272
_STYLE = """
svg { background: #ffffff; font: 12px system-ui, sans-serif; }
text { fill: #1f2933; }
.title { font-weight: 600; }
.grid { stroke: #d5dbe1; }
.ideal { stroke: #6b7785; stroke-dasharray: 4 4; }
.line { fill: none; stroke: #0b5fa5; stroke-width: 2; }
.band { fill: #0b5fa5; fill-opacity: 0.14; stroke: none; }
.dot { fill: #0b5fa5; }
.whisker { stroke: #0b5fa5; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  svg { background: #11161c; }
  text { fill: #e6ebf0; }
  .grid { stroke: #323c47; }
  .ideal { stroke: #93a1b0; }
  .line, .whisker { stroke: #7cbcf2; }
  .band, .dot { fill: #7cbcf2; }
}
"""


def write_report(run: Run, folder: Path) -> tuple[Path, ...]:
    """Write both pictures and their numbers; the paths written. Raises EvalError when no confidence was recorded."""
    pairs = stated(run.cases)
    if not pairs:
        raise EvalError("no case of this run states a confidence: there is no curve to draw.")
    points, bins = risk_coverage(pairs), calibration(pairs)
    area, error = area_under_risk(points) or 0.0, expected_calibration_error(pairs) or 0.0
    numbers = {
        "cases": len(pairs),
        "aurc": area,
        "calibration_error": error,
        "risk_coverage": [point.model_dump() for point in points],
        "calibration": [found.model_dump() for found in bins],
    }
    texts = {
        "risk-coverage.svg": risk_picture(points, area),
        "calibration.svg": calibration_picture(bins, error),
        "confidence.json": json.dumps(numbers, indent=1) + "\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in texts.items():
        (folder / name).write_text(content, encoding="utf-8")
    return tuple(folder / name for name in texts)


def risk_picture(points: Sequence[RiskPoint], area: float) -> str:
    """Share of answered cases that are wrong, as the confidence asked for falls and more are answered."""
    top = min(1.0, ceil(max(1.1 * max(point.risk for point in points), 0.04) / 0.04) * 0.04)  # whole per cents
    places = [(_x(point.coverage), _y(point.risk / top)) for point in points]
    curve = [(float(_LEFT), places[0][1]), *places]
    under = [*curve, (float(_RIGHT), float(_BOTTOM)), (float(_LEFT), float(_BOTTOM))]
    last = points[-1]
    title = "Risk and coverage"
    told = (
        f"Of the surest half of the cases {_risk_at(points, 0.5):.1%} are wrong, of the surest 80 per cent "
        f"{_risk_at(points, 0.8):.1%}, of all {last.risk:.1%}; the area under the curve is {area:.3f}."
    )
    drawn = [
        *_axes("coverage: share of cases answered, the surest first", "share wrong", top),
        path(under, "band", closed=True),
        path(curve, "line"),
        mark(0, *places[-1], "dot", f"all: {last.risk:.1%} wrong"),
    ]
    return _picture(title, told, f"area under the curve {area:.3f}", drawn)


def calibration_picture(bins: Sequence[Bin], error: float) -> str:
    """Stated confidence against the share that was right; whiskers are 95 % intervals."""
    drawn = [*_axes("stated confidence", "share right", 1.0), line(_LEFT, _BOTTOM, _RIGHT, _TOP, "ideal")]
    for found in bins:
        low, high = wilson(found.right * found.count, found.count) or (0.0, 1.0)
        drawn.append(line(_x(found.stated), _y(low), _x(found.stated), _y(high), "whisker"))
        said = f"stated {found.stated:.0%}, right {found.right:.0%} of {found.count}"
        drawn.append(mark(0, _x(found.stated), _y(found.right), "dot", said))
    told = "; ".join(f"stated {b.stated:.0%}: {b.right:.0%} of {b.count} right" for b in bins)
    told = f"{told}. The expected calibration error is {error:.3f}."
    return _picture("Calibration", told, f"expected calibration error {error:.3f}", drawn)


def _risk_at(points: Sequence[RiskPoint], coverage: float) -> float:
    return next((point.risk for point in points if point.coverage >= coverage), points[-1].risk)


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _axes(across: str, up: str, top: float) -> list[Markup]:
    drawn = []
    for step in range(5):
        share = step / 4
        drawn.append(line(_LEFT, _y(share), _RIGHT, _y(share), "grid"))
        drawn.append(text(f"{share * top:.0%}", _LEFT - 6, _y(share) + 4, anchor="end"))
        drawn.append(text(f"{share:.0%}", _x(share), _BOTTOM + 18, anchor="middle"))
    drawn.append(text(across, (_LEFT + _RIGHT) / 2, HEIGHT - 8, anchor="middle"))
    drawn.append(text(up, 6, _TOP - 12))
    return drawn


def _picture(title: str, told: str, figure: str, drawn: Sequence[Markup]) -> str:
    named = [element("title", title), element("desc", told), element("style", Markup(_STYLE))]  # noqa: S704 - a constant
    heading = text(f"{title}: {figure}", _RIGHT, 18, "title", "end")
    svg = element(
        "svg",
        *named,
        heading,
        *drawn,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{title}. {told}",
    )
    return f"{svg}\n"
