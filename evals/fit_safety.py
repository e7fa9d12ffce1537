"""`python -m evals.fit_safety`: fit the model of the safety screen; `--write` replaces its two files.

Fitted to two thirds of the messages written by hand (`messages/safety_written.yaml`) and all of those written later
(`messages/safety_more.yaml`; weight 3 both), to messages made from frames (weight 0.1), and to half of the public
label questions, which report nothing (1). The kind heads see reports alone. The threshold is where, in
cross-validation on the written messages, rules and model together flag at most FALSE_ALARMS of the benign ones.
`messages/safety_heldout.yaml` and `messages/safety_blind.yaml` are for reporting.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from assistant.adapters.reader import MiniLMReader
from assistant.screens.message import Reader, ScreenInput
from assistant.screens.safety import ENOUGH, SURE, WEIGHED, SafetyScreen, read_by_rules
from assistant.screens.signs import signs
from assistant.screens.told_model import DEFAULT, NEAR, Floats, heard
from assistant.types import SafetyKind, Scope
from assistant.understanding.spelled import spelled_out
from evals.safety_messages import Message, make_messages, read_messages
from evals.safety_sets import QUESTIONS, read_public
from knowledge.types import ProductNames

# In cross-validation, on messages many of which were written to be mistaken: of others fewer are flagged.
FALSE_ALARMS = 0.06
VETO = 0.2  # fixed: a rule that spoke is only dropped where the model is surer of the opposite than the rule was
STRENGTH = 0.2  # C of the logistic regressions
GAMMA, NEARNESS_STRENGTH = 0.1, 1.0  # of the kernel machine; best of nine pairs in cross-validation
FOLDS = 8
MADE, ASKED = 1200, 250  # so many made messages and label questions are enough
WEIGHT = {"written": 3.0, "more": 3.0, "made": 0.1, "asked": 1.0}
NAMES = ("brovexa", "talorine", "sovatrel", "jorafen", "nolivane", "dervanol", "meltavir", "cortivene")
PRODUCT = ProductNames(product=NAMES[0], substances=NAMES[1:])  # as if the conversation were about each of them
MADE_BY = "python -m evals.fit_safety --write"

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Material:
    """What is fitted to: one row a message; the first `written` rows are those written by hand."""

    messages: Sequence[Message]
    x: Floats
    weights: Numbers
    written: int

    @property
    def reports(self) -> Flags:
        """Which messages are reports."""
        return np.array([one.is_report for one in self.messages])


def features(texts: Sequence[str], reader: Reader) -> Floats:
    """One row a text; every other text is read as where the library knows the products' names."""
    rows = [
        heard(signs(read_by_rules(text, NAMES if index % 2 else ()), WEIGHED), spelled, reader.read(spelled))
        for index, (text, spelled) in enumerate((text, spelled_out(text, PRODUCT)) for text in texts)
    ]
    return np.asarray(rows, dtype=np.float32)


def gather(shared: Path, reader: Reader) -> Material:
    """The messages fitted to, read. Raises SuiteError when the public sets are not there."""
    chance = random.Random(0)  # noqa: S311 - a sample, no secret
    written = [one for one in read_messages("safety_written") if one.is_fitted_to]
    more = read_messages("safety_more")
    made = chance.sample(make_messages(), MADE)
    asked = [Message(s.text, ()) for s in read_public(shared) if s.source == QUESTIONS and s.is_fitted_to]
    asked = chance.sample(asked, min(ASKED, len(asked)))
    messages = [*written, *more, *made, *asked]
    weights = np.repeat(list(WEIGHT.values()), [len(written), len(more), len(made), len(asked)])
    return Material(messages, features([m.text for m in messages], reader), weights, len(written) + len(more))


def fit(material: Material, embedder: str) -> tuple[dict[str, object], Mapping[str, Any]]:
    """The model in the form of `told_model.json`, and the arrays of `told_report.npz`."""
    x, reports, weights = material.x, material.reports, material.weights
    heads = {}
    for kind in SafetyKind:
        has = np.array([kind.value in one.kinds for one in material.messages])
        heads[kind.value] = _head(x[reports], has[reports], weights[reports])
    own = np.arange(material.written)
    unseen = _unseen(material)[own]
    scale = LogisticRegression(C=1e3).fit(unseen.reshape(-1, 1), reports[own])
    slope, shift = float(scale.coef_[0][0]), float(scale.intercept_[0])
    chances = 1 / (1 + np.exp(-(slope * unseen + shift)))
    report = operating_point(chances, _by_rules(material.messages[: material.written]), reports[own])
    whole = _nearness().fit(x, reports, sample_weight=weights)
    near = {
        "messages": x[whole.support_].astype(np.float16),
        "weights": whole.dual_coef_[0].astype(np.float32),
        "gamma": np.array(GAMMA),
        "bias": np.array(whole.intercept_[0]),
        "slope": np.array(slope),
        "shift": np.array(shift),
    }
    return {
        "made_by": MADE_BY,
        "embedder": embedder,
        "thresholds": {"report": report, "veto": VETO},
        "heads": heads,
    }, near


def operating_point(chances: Numbers, rules: Numbers, reports: Flags) -> float:
    """The least probability to report from: rules and model together flag at most FALSE_ALARMS of what is no report.

    `rules` is how sure the surest rule is of each message.
    """
    for step in np.linspace(VETO, 0.99, 80):
        flagged = np.where(chances < VETO, rules >= SURE, (chances >= step) | (rules >= ENOUGH))
        if flagged[~reports].mean() <= FALSE_ALARMS:
            return round(float(step), 3)
    return 1.0


def _by_rules(messages: Sequence[Message]) -> Numbers:
    screen = SafetyScreen()
    looked = [screen.look(ScreenInput(text=one.text, scope=Scope(), product_names=NAMES)) for one in messages]
    return np.array([max((finding.confidence for finding in found), default=0.0) for found in looked])


def _head(x: Floats, y: Flags, weights: Numbers) -> dict[str, object]:
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(x, y, sample_weight=weights)
    return {"bias": round(float(model.intercept_[0]), 4), "weights": [round(float(w), 4) for w in model.coef_[0]]}


def _nearness() -> SVC:
    return SVC(C=NEARNESS_STRENGTH, gamma=GAMMA)


def _unseen(material: Material) -> Numbers:
    """What a machine that never saw the message makes of it."""
    x, y, weights = material.x, material.reports, material.weights
    made = np.zeros(len(y))
    for seen, kept in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(x, y):
        made[kept] = _nearness().fit(x[seen], y[seen], sample_weight=weights[seen]).decision_function(x[kept])
    return made


def main(
    *,
    shared: Annotated[Path, typer.Option(help="The folder that holds data/guardrails and data/questions.")] = Path(
        "../shared"
    ),
    write: Annotated[bool, typer.Option("--write", help="Replace the model's file; else a dry run.")] = False,
) -> None:
    """Fit the model of the safety screen; a dry run unless --write."""
    reader = MiniLMReader()
    content, near = fit(gather(shared, reader), reader.name)
    typer.echo(json.dumps({**content, "heads": len(SafetyKind), "held against": len(near["weights"])}))
    if write:
        DEFAULT.write_text(json.dumps(content) + "\n", encoding="utf-8")
        np.savez_compressed(NEAR, **near)
        typer.echo(f"written: {DEFAULT} and {NEAR}", err=True)


if __name__ == "__main__":
    typer.run(main)
