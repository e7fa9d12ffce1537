"""Pairs made from the demo label: what they plant is really there, and the assistant tells the twins apart."""

import json
import shutil
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

import knowledge
from evals.errors import LibraryError
from evals.generating.asking import askable, plan, tells
from evals.generating.cli import app
from evals.generating.labels import read_labels, without
from evals.generating.pairs import twins
from evals.library import open_throwaway
from evals.run import run_cases
from evals.suite import load_suite
from evals.types import OutcomeName
from knowledge.parse import parse
from knowledge.types import Market

DEMO = Path(knowledge.__file__).parent / "library"
cli = CliRunner()


@pytest.fixture
def folder(tmp_path):
    """The US label alone: the library a generated suite is made from."""
    held = tmp_path / "labels"
    held.mkdir()
    shutil.copy(DEMO / "nelvoris-us-prescribing-information.xml", held)
    return held


def generate(kind, folder, out, *more):
    return cli.invoke(app, [kind, "--library", str(folder), "--out", str(out), *more])


def played(library, suite, cache):
    services, built = open_throwaway(library, cache)
    with closing(services):
        return {r.id: r for r in run_cases(services, load_suite(suite).cases, built.labels)}


def test_what_stands_in_the_way_is_told_and_left_as_it_is(folder, tmp_path):
    (tmp_path / "file").write_text("mine")
    done = generate("bleed", folder, tmp_path / "file")
    assert (done.exit_code, (tmp_path / "file").read_text()) == (2, "mine")
    assert generate("bleed", folder, tmp_path / "out").exit_code == 0
    (tmp_path / "out" / "suite.yaml").write_text("# corrected\n")
    done = generate("bleed", folder, tmp_path / "out")
    assert done.exit_code == 2
    assert "--overwrite" in done.stderr
    assert (tmp_path / "out" / "suite.yaml").read_text() == "# corrected\n"
    assert generate("bleed", folder, tmp_path / "out", "--overwrite").exit_code == 0


def test_every_quote_stands_in_the_label():
    (label, *_) = read_labels(DEMO)
    text = " ".join(label.document.text.split())
    found = askable(label.document)
    assert {a.topic.name for a in found} >= {"indication", "pregnancy", "overdose", "half_life", "storage"}
    assert not [q for a in found for q in a.quotes if q not in text]


def test_a_section_taken_out_leaves_nothing_of_its_topic():
    label = next(label for label in read_labels(DEMO) if label.market is Market.US)
    topic = next(t for t in plan().topics if t.name == "pregnancy")
    assert without(label, topic) is None  # other sections speak of it too
    overdose = next(t for t in plan().topics if t.name == "overdose")
    cut = parse(without(label, overdose), label.path.name)
    assert not tells(overdose, cut.text)
    assert len(cut.text) < len(label.document.text)


def test_a_section_of_an_openfda_label_is_taken_out(tmp_path):
    record = {
        "set_id": "6a6f4a55-0000-4000-8000-000000000001", "id": "x", "version": "1", "effective_time": "20260101",
        "openfda": {"brand_name": ["Zephyrol"], "generic_name": ["ZEPHYROLINE"], "substance_name": ["ZEPHYROLINE"]},
        "indications_and_usage": ["1 INDICATIONS AND USAGE Zephyrol is indicated for adults with brackwater fever."],
        "overdosage": ["10 OVERDOSAGE In case of overdosage, give fluids and watch the patient for one day."],
    }  # fmt: skip
    (tmp_path / "z.json").write_text(json.dumps({"meta": {}, "results": [record]}))
    (label,) = read_labels(tmp_path)
    cut = without(label, next(t for t in plan().topics if t.name == "overdose"))
    assert "overdosage" not in json.loads(cut)["results"][0]


def test_the_same_seed_gives_the_same_pairs_and_every_id_is_taken_once():
    labels = read_labels(DEMO)
    made = list(twins(labels, Random(3)))
    assert made == list(twins(labels, Random(3)))
    ids = [case.id for pair in made for case in pair]
    assert len(set(ids)) == len(ids)
    assert {pair[1].expect.outcome for pair in made} >= {OutcomeName.HANDOFF, OutcomeName.SAFETY, OutcomeName.DECLINE}


def test_a_folder_without_a_label_says_so(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(LibraryError, match="no prescribing information"):
        read_labels(tmp_path)
    assert generate("twins", tmp_path, tmp_path / "out").exit_code == 2


def test_a_suite_of_twins_is_written_and_loads(folder, tmp_path):
    done = generate("twins", folder, tmp_path / "out", "--limit", "11")
    assert done.exit_code == 0, done.stderr
    suite = load_suite(tmp_path / "out" / "suite.yaml")
    assert len(suite.cases) == 10  # pairs are kept whole
    assert (tmp_path / "out" / "suite.yaml").read_text().startswith("# hcp evals generate twins --limit 11 --seed 1.")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["unanswerable", "stale"])
def test_what_is_gone_is_not_shown_and_its_twin_is_answered(kind, folder, tmp_path, tmp_path_factory):
    cache = tmp_path_factory.getbasetemp() / "generated-cache"
    out = tmp_path / "out"
    assert generate(kind, folder, out, "--limit", "4").exit_code == 0
    gone = played(out / "library", out / "suite.yaml", cache)
    there = played(folder, out / "benign.yaml", cache)
    assert gone
    assert not [(r.id, r.findings) for r in gone.values() if not r.scores.outcome or r.scores.leaks]
    assert sum(r.scores.outcome for r in there.values()) >= len(there) - 1


@pytest.mark.slow
def test_a_label_of_another_market_is_answered_there_and_nowhere_else(folder, tmp_path, tmp_path_factory):
    out = tmp_path / "out"
    assert generate("bleed", folder, out, "--limit", "6").exit_code == 0
    results = played(folder, out / "suite.yaml", tmp_path_factory.getbasetemp() / "generated-cache")
    here = [r for r in results.values() if r.category == "bleed"]
    there = [r for r in results.values() if r.category != "bleed"]
    assert len(here) == len(there) == 3
    assert not [(r.id, r.findings) for r in here if not r.scores.outcome or r.scores.leaks]
    assert sum(r.scores.outcome for r in there) >= 2, [(r.id, r.findings) for r in there]
