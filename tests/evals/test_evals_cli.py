import json

import eval_runs as runs
import pytest
from typer.testing import CliRunner

from evals.cli import app, cache_folder
from evals.store.runs import RunStore

cli = CliRunner()


def write(path, run):
    path.write_text(run.model_dump_json())
    return str(path)


def test_a_case_is_shown_with_its_reply_and_citations(tmp_path):
    path = write(tmp_path / "run.json", runs.run(runs.result("a", evidence_hit=True)))
    done = cli.invoke(app, ["show", path, "a"])
    assert done.exit_code == 0
    assert "Take [5 mg]." in done.stdout
    assert "2 Dosage" in done.stdout
    assert json.loads(cli.invoke(app, ["show", path, "a", "--json"]).stdout)["id"] == "a"


def test_a_case_that_is_not_there_is_a_usage_error(tmp_path):
    path = write(tmp_path / "run.json", runs.run(runs.result("a")))
    done = cli.invoke(app, ["show", path, "b"])
    assert done.exit_code == 2
    assert "no case 'b'" in done.stderr


def test_comparing_exits_1_only_when_something_broke(tmp_path):
    good = write(tmp_path / "good.json", runs.run(runs.result("a")))
    bad = write(tmp_path / "bad.json", runs.run(runs.result("a", outcome=False)))
    assert cli.invoke(app, ["compare", good, bad]).exit_code == 1
    fixed = cli.invoke(app, ["compare", bad, good, "--json"])
    assert fixed.exit_code == 0
    assert json.loads(fixed.stdout)["fixed"] == [{"case_id": "a", "scores": ["outcome"]}]


def test_runs_that_may_not_be_compared_are_refused_unless_asked_for_anyway(tmp_path):
    one = write(tmp_path / "one.json", runs.run(runs.result("a")))
    other = write(tmp_path / "other.json", runs.run(runs.result("a"), library_key="other"))
    refused = cli.invoke(app, ["compare", one, other])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "the libraries differ" in refused.stderr
    told = cli.invoke(app, ["compare", one, other, "--anyway"])
    assert told.exit_code == 0
    assert "not like for like" in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "none.yaml"],
        ["compare", "none.json", "none.json"],
        ["show", "none.json", "a"],
        ["run"],
        ["run", "x.yaml", "--limit", "0"],
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_exits_2(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = cli.invoke(app, arguments)
    assert done.exit_code == 2
    assert done.stderr
    assert not done.stdout


def test_the_cache_folder_is_the_options_then_the_environments(tmp_path, monkeypatch):
    monkeypatch.setenv("HCP_EVALS_CACHE", str(tmp_path / "environment"))
    assert cache_folder(tmp_path / "option") == tmp_path / "option"
    assert cache_folder(None) == tmp_path / "environment"


@pytest.mark.parametrize("option", ["--json", "--junit"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_played(tmp_path, option):
    (tmp_path / "file").write_text("")
    (tmp_path / "suite.yaml").write_text("cases:\n- {id: a, category: b, ask: hi, expect: {outcome: decline}}\n")
    for target, why in ((tmp_path / "file" / "run", "cannot be made"), (tmp_path, "is a folder")):
        told = cli.invoke(app, ["run", str(tmp_path / "suite.yaml"), option, str(target)])
        assert told.exit_code == 2
        assert f"error {option}" in told.stderr
        assert why in " ".join(told.stderr.split())


def test_a_stored_run_is_named_by_its_id(tmp_path, monkeypatch):
    monkeypatch.setenv("HCP_STORAGE__DIRECTORY", str(tmp_path))
    RunStore(tmp_path / "evals").add(runs.run(runs.result("a"), run_id="run_1"))
    told = cli.invoke(app, ["compare", "run_1", "run_1", "--json"])
    assert told.exit_code == 0, told.stderr
    assert cli.invoke(app, ["show", "run_1", "a"]).exit_code == 0
    lost = cli.invoke(app, ["compare", "run_1", "run_2"])
    assert lost.exit_code == 2
    assert "run_2" in lost.stderr
    assert "hcp evals runs" in " ".join(lost.stderr.split())
