"""`python -m evals.fit_safety`: fit the model of the safety screen; `--write` replaces its file.

Fitted to two thirds of the messages written by hand (`messages/safety_written.yaml`; weight 3), to messages made from
frames (weight 0.1), and to half of the public label questions, which report nothing (0.3). The kind heads see reports
alone. The event head is fitted to public sentences alone (evals/safety_sets.py says which part). Thresholds:
`report` is where, on the fitted messages in cross-validation, at most FALSE_ALARMS of the benign ones are flagged;
`veto` is fixed low; `event` is where F1 is best in cross-validation. `messages/safety_heldout.yaml` is for reporting.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from assistant.adapters.reader import MiniLMReader
from assistant.screens.message import Reader
from assistant.screens.safety import WEIGHED, read_by_rules
from assistant.screens.signs import signs
from assistant.screens.told_model import DEFAULT, EVENT, REPORT, Floats, heard
from assistant.types import SafetyKind
from evals.safety_messages import Message, make_messages, read_messages
from evals.safety_sets import QUESTIONS, read_public

FALSE_ALARMS = 0.04
VETO = 0.05
STRENGTH = 0.2  # C of the logistic regressions
FOLDS = 8
MADE, ASKED = 1200, 250  # so many made messages and label questions are enough
WEIGHT = {"written": 3.0, "made": 0.1, "asked": 0.3}
NAMES = ("brovexa", "talorine", "sovatrel", "jorafen", "nolivane", "dervanol", "meltavir", "cortivene")
MADE_BY = "python -m evals.fit_safety --write"

Flags = npt.NDArray[np.bool_]


def features(texts: Sequence[str], reader: Reader) -> Floats:
    """One row a text; every other text is read as where the library knows the products' names."""
    rows = [
        heard(signs(read_by_rules(text, NAMES if index % 2 else ()), WEIGHED), reader.read(text))
        for index, text in enumerate(texts)
    ]
    return np.asarray(rows, dtype=np.float32)


def fit(shared: Path, reader: MiniLMReader, *, with_event: bool = True) -> dict[str, object]:
    """The model in the form of `told_model.json`. Raises SuiteError when the public sets are not there."""
    chance = random.Random(0)  # noqa: S311 - a sample, no secret
    public = read_public(shared)
    written = [one for one in read_messages("safety_written") if one.is_fitted_to]
    made = chance.sample(make_messages(), MADE)
    asked = [Message(s.text, ()) for s in public if s.source == QUESTIONS and s.is_fitted_to]
    asked = chance.sample(asked, min(ASKED, len(asked)))
    messages = [*written, *made, *asked]
    weights = np.repeat(list(WEIGHT.values()), [len(written), len(made), len(asked)])
    x = features([one.text for one in messages], reader)
    reports = np.array([one.is_report for one in messages])
    heads = {REPORT: _head(x, reports, weights)}
    for kind in SafetyKind:
        has = np.array([kind.value in one.kinds for one in messages])
        heads[kind.value] = _head(x[reports], has[reports], weights[reports])
    own = np.arange(len(written))
    thresholds = {"report": _where(x[own], reports[own], FALSE_ALARMS), "veto": VETO, "event": 0.5}
    if with_event:
        told = [s for s in public if s.is_fitted_to and s.source != QUESTIONS]
        sentences, tells = features([s.text for s in told], reader), np.array([s.tells for s in told])
        heads[EVENT] = _head(sentences, tells, np.ones(len(told)))
        thresholds["event"] = _best_f1(sentences, tells)
    return {"made_by": MADE_BY, "embedder": reader.name, "thresholds": thresholds, "heads": heads}


def _head(x: Floats, y: Flags, weights: npt.NDArray[np.float64]) -> dict[str, object]:
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(x, y, sample_weight=weights)
    return {"bias": round(float(model.intercept_[0]), 4), "weights": [round(float(w), 4) for w in model.coef_[0]]}


def _unseen(x: Floats, y: Flags) -> npt.NDArray[np.float64]:
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    chances: npt.NDArray[np.float64] = cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
    return chances


def _where(x: Floats, y: Flags, false_alarms: float) -> float:
    return round(float(np.quantile(_unseen(x, y)[~y], 1 - false_alarms)), 3)


def _best_f1(x: Floats, y: Flags) -> float:
    chances = _unseen(x, y)
    steps = np.linspace(0.05, 0.95, 91)
    scores = [2 * float(((chances >= t) & y).sum()) / float((chances >= t).sum() + y.sum()) for t in steps]
    return round(float(steps[int(np.argmax(scores))]), 3)


def main(
    *,
    shared: Annotated[Path, typer.Option(help="The folder that holds data/guardrails and data/questions.")] = Path(
        "../shared"
    ),
    write: Annotated[bool, typer.Option("--write", help="Replace the model's file; else a dry run.")] = False,
    event: Annotated[bool, typer.Option(help="Fit the event head too (minutes).")] = True,
) -> None:
    """Fit the model of the safety screen; a dry run unless --write."""
    content = fit(shared, MiniLMReader(), with_event=event)
    typer.echo(json.dumps(content["thresholds"]))
    if write:
        DEFAULT.write_text(json.dumps(content) + "\n", encoding="utf-8")
        typer.echo(f"written: {DEFAULT}", err=True)


if __name__ == "__main__":
    typer.run(main)
