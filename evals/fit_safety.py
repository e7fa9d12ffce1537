"""`python -m evals.fit_safety`: fit the model of the safety screen; `--write` replaces its two files.

Fitted to the messages written by hand (`messages/safety_{written,more,varied,terse,states}.yaml`; weight 3), to
messages made from frames (0.1), and, as what reports nothing, to a part of the public label questions (0.7), to
questions of ours on real labels (`messages/label_questions.yaml`; 3) and to orders to the machine
(`messages/misuse_written.yaml`; 1). The kinds are fitted to reports
alone, each kind weighed by one over the root of how often it is told. The threshold is where, in cross-validation on
the written messages, rules and model together flag at most FALSE_ALARMS of the benign ones.
`messages/safety_{heldout,blind,unseen}.yaml` are for reporting.
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
import scipy.sparse as sp
import typer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from assistant.adapters.reader import MiniLMReader
from assistant.screens.message import Reader, ScreenInput
from assistant.screens.narrative import own_words
from assistant.screens.safety import WEIGHED, SafetyScreen, read_by_rules
from assistant.screens.signs import signs
from assistant.screens.told_model import DEFAULT, WEIGHTS, Floats, Thresholds, heard
from assistant.screens.told_words import BUCKETS, word_buckets
from assistant.types import SafetyKind, Scope
from assistant.understanding.spelled import spelled_out
from evals.safety_messages import Message, make_messages, read_messages, read_texts
from evals.safety_sets import QUESTIONS, read_public
from knowledge.types import ProductNames

# In cross-validation, on messages most of which were written to be mistaken: of others far fewer are flagged.
FALSE_ALARMS = 0.103
DOUBT, VETO = 0.25, 0.1  # fixed: a rule is only dropped where the model is surer of the opposite than the rule was
KIND = 0.4  # fixed: a kind beside the likeliest is named from here; 0.3 names twice as many wrong ones
GAMMA, NEARNESS_STRENGTH = 0.1, 1.0  # of the kernel machine; best of nine pairs in cross-validation
WORDS = 0.5  # how much a word in common counts beside the Gaussian kernel
KIND_WORDS, KIND_VECTOR, RIDGE = 1.0, 0.3, 1.0  # of the kinds' lines
FOLDS = 6
MADE, ASKED = 800, 1000  # so many made messages and label questions are enough
BY_HAND = ("written", "more", "varied", "terse", "states")
WEIGHT = {"by hand": 3.0, "made": 0.1, "asked": 0.7, "asked tersely": 3.0, "orders": 1.0}
NAMES = ("brovexa", "talorine", "sovatrel", "jorafen", "nolivane", "dervanol", "meltavir", "cortivene")
PRODUCT = ProductNames(product=NAMES[0])
MADE_BY = "python -m evals.fit_safety --write"

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Material:
    """What is fitted to: one row a message; the first `written` rows are those written by hand."""

    messages: Sequence[Message]
    x: Floats
    words: sp.csr_matrix
    weights: Numbers
    written: int

    @property
    def reports(self) -> Flags:
        """Which messages are reports."""
        return np.array([one.is_report for one in self.messages])

    def kernel(self) -> Numbers:
        """How alike any two messages are, shape (messages, messages)."""
        alike: Numbers = rbf_kernel(self.x, gamma=GAMMA) + WORDS * (self.words @ self.words.T).toarray()
        return alike


def features(texts: Sequence[str], reader: Reader) -> Floats:
    """One row a text; every other text is read as where the library knows the products' names."""
    rows = [
        heard(signs(read_by_rules(text, NAMES if index % 2 else ()), WEIGHED), spelled, reader.read(spelled))
        for index, (text, spelled) in enumerate((text, spelled_out(text, PRODUCT)) for text in texts)
    ]
    return np.asarray(rows, dtype=np.float32)


def said(texts: Sequence[str]) -> sp.csr_matrix:
    """The words of each text as the model weighs them, shape (texts, BUCKETS), rows at unit length."""
    hit = [word_buckets(spelled_out(text, PRODUCT), own_words(NAMES)) for text in texts]
    rows = np.repeat(np.arange(len(hit)), [len(one) for one in hit])
    values = np.concatenate([np.full(len(one), 1 / np.sqrt(max(1, len(one)))) for one in hit])
    return sp.csr_matrix((values, (rows, np.concatenate(hit))), shape=(len(hit), BUCKETS))


def gather(shared: Path, reader: Reader) -> Material:
    """The messages fitted to, read. Raises SuiteError when the public sets are not there."""
    chance = random.Random(0)  # noqa: S311 - a sample, no secret
    written = [one for name in BY_HAND for one in read_messages(f"safety_{name}")]
    made = chance.sample(make_messages(), MADE)
    asked = [Message(s.text, ()) for s in read_public(shared) if s.source == QUESTIONS and s.is_fitted_to]
    asked = chance.sample(asked, min(ASKED, len(asked)))
    tersely = [Message(text, ()) for text in read_texts("label_questions", "fitted")]
    orders = [Message(text, ()) for text in read_texts("misuse_written", "attacks")]
    messages = [*written, *made, *asked, *tersely, *orders]
    texts = [one.text for one in messages]
    weights = np.repeat(list(WEIGHT.values()), [len(written), len(made), len(asked), len(tersely), len(orders)])
    return Material(messages, features(texts, reader), said(texts), weights, len(written))


def fit(material: Material, embedder: str) -> tuple[dict[str, object], Mapping[str, Any]]:
    """The model in the form of `told_model.json`, and the arrays of `told_report.npz`."""
    reports, alike = material.reports, material.kernel()
    own = np.arange(material.written)
    unseen = _unseen(alike, reports, material.weights)[own]
    scale = LogisticRegression(C=1e3).fit(unseen.reshape(-1, 1), reports[own])
    slope, shift = float(scale.coef_[0][0]), float(scale.intercept_[0])
    chances = 1 / (1 + np.exp(-(slope * unseen + shift)))
    report = operating_point(chances, _by_rules(material.messages[: material.written]), reports[own])
    whole = _nearness().fit(alike, reports, sample_weight=material.weights)
    held, weights = whole.support_, whole.dual_coef_[0]
    return {
        "made_by": MADE_BY,
        "embedder": embedder,
        "thresholds": {"report": report, "doubt": DOUBT, "veto": VETO, "kind": KIND},
    }, {
        "messages": material.x[held].astype(np.float16),
        "weights": weights.astype(np.float32),
        "words": (WORDS * (weights @ material.words[held])).astype(np.float16),
        "gamma": np.array(GAMMA),
        "bias": np.array(whole.intercept_[0]),
        "slope": np.array(slope),
        "shift": np.array(shift),
        **kind_lines(material),
    }


def kind_lines(material: Material) -> Mapping[str, Any]:
    """One line a kind by ridge regression on the reports, over signs, vector and words."""
    told = np.flatnonzero(material.reports)
    x, words = material.x[told], material.words[told]
    messages = [one for one in material.messages if one.is_report]
    has = np.array([[kind.value in one.kinds for kind in SafetyKind] for one in messages], dtype=float)
    rarity = 1 / np.sqrt(has.mean(axis=0))
    weights = material.weights[told] * (has * rarity).max(axis=1)
    alike = KIND_VECTOR * (x @ x.T) + KIND_WORDS * (words @ words.T).toarray()
    bias = has.mean(axis=0)
    dual = np.linalg.solve(alike + RIDGE * np.diag(1 / weights), has - bias)
    return {
        "kinds": np.array([kind.value for kind in SafetyKind]),
        "kind_weights": (KIND_VECTOR * (dual.T @ x)).astype(np.float16),
        "kind_words": (KIND_WORDS * (words.T @ dual).T).astype(np.float16),
        "kind_biases": bias.astype(np.float32),
    }


def operating_point(chances: Numbers, rules: Numbers, reports: Flags) -> float:
    """The least probability to report from: rules and model together flag at most FALSE_ALARMS of what is no report.

    `rules` is how sure the surest rule is of each message.
    """
    for step in np.linspace(DOUBT, 0.99, 70):
        limits = Thresholds(report=float(step), doubt=DOUBT, veto=VETO, kind=KIND)
        flagged = chances >= np.array([limits.needed(rule) for rule in rules])
        if flagged[~reports].mean() <= FALSE_ALARMS:
            return round(float(step), 3)
    return 1.0


def _by_rules(messages: Sequence[Message]) -> Numbers:
    screen = SafetyScreen()
    looked = [screen.look(ScreenInput(text=one.text, scope=Scope(), product_names=NAMES)) for one in messages]
    return np.array([max((finding.confidence for finding in found), default=0.0) for found in looked])


def _nearness() -> SVC:
    return SVC(C=NEARNESS_STRENGTH, kernel="precomputed")


def _unseen(alike: Numbers, reports: Flags, weights: Numbers) -> Numbers:
    """What a machine that never saw the message makes of it."""
    made = np.zeros(len(reports))
    for seen, kept in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(alike, reports):
        machine = _nearness().fit(alike[np.ix_(seen, seen)], reports[seen], sample_weight=weights[seen])
        made[kept] = machine.decision_function(alike[np.ix_(kept, seen)])
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
    typer.echo(json.dumps({**content, "held against": len(near["weights"])}))
    if write:
        DEFAULT.write_text(json.dumps(content) + "\n", encoding="utf-8")
        np.savez_compressed(WEIGHTS, **near)
        typer.echo(f"written: {DEFAULT} and {WEIGHTS}", err=True)


if __name__ == "__main__":
    typer.run(main)
