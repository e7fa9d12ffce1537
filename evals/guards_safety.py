"""Figures of the safety screen: recall, kinds, false alarms; on the bench, on messages kept apart, on public sets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from assistant.screens.message import Reader, ScreenInput
from assistant.screens.safety import SafetyScreen
from assistant.types import Scope
from assistant.understanding.spelled import spelled_out
from evals.event_head import measure_events
from evals.safety_messages import Message, read_messages
from evals.safety_sets import QUESTIONS, read_public
from knowledge.types import ProductNames

Figures = dict[str, float]
_PRODUCT = "zelvorin"  # the scope of messages without one


def measure(shared: Path, reader: Reader) -> Figures:
    """All figures, 0..1 but for counts and milliseconds. Raises SuiteError when a public set is not there."""
    screens = {"rules alone": SafetyScreen(), "with model": SafetyScreen(reader)}
    figures: Figures = {}
    sets: dict[str, list[tuple[Message, str | None]]] = {
        "bench": bench_messages(shared / "bench/dev.jsonl"),
        "fresh messages": [(one, None) for one in read_messages("safety_heldout")],
        "blind messages": [(one, None) for one in read_messages("safety_blind")],
        "unseen messages": [(one, None) for one in read_messages("safety_unseen")],
    }
    for name, messages in sets.items():
        for form, screen in screens.items():
            figures |= {f"{name}, {form}: {what}": value for what, value in judged(messages, screen).items()}
    public = read_public(shared)
    figures |= measure_events(public, shared, reader)
    asked = [(Message(s.text, ()), None) for s in public if s.source == QUESTIONS and not s.is_fitted_to]
    figures["public label questions, with model: flagged"] = judged(asked, screens["with model"])["benign flagged"]
    return figures


def bench_messages(path: Path) -> list[tuple[Message, str | None]]:
    """The last turn of each bench case with its product."""
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [(Message(c["turns"][-1], tuple(c["expect"]["safety"])), c["product"]) for c in cases]


def judged(messages: Iterable[tuple[Message, str | None]], screen: SafetyScreen) -> Figures:
    """Reports found, found with a right kind; benign ones flagged; milliseconds a message at the 95th percentile."""
    found, right, flagged, spent = [], [], [], []
    for message, product in messages:
        started = time.perf_counter()
        names = ((product or _PRODUCT).lower(),)
        heard = spelled_out(message.text, ProductNames(product=product or _PRODUCT))
        asked = ScreenInput(text=message.text, scope=Scope(), product_names=names, spelled=heard)
        kinds = {f.detail for f in screen.look(asked)}
        spent.append((time.perf_counter() - started) * 1000)
        if message.is_report:
            found.append(bool(kinds))
            right.append(bool(kinds & set(message.kinds)))
        else:
            flagged.append(bool(kinds))
    figures = {"benign": float(len(flagged)), "benign flagged": _share(flagged), "p95 ms": _p95(spent)}
    if found:
        figures = {"reports": float(len(found)), "found": _share(found), "right kind": _share(right), **figures}
    return figures


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95)) if values else 0.0
