import json

import eval_runs as runs
import pytest
from eval_runs import judgement
from typer.testing import CliRunner

from evals.cli import app
from evals.store.judgements import Judgements
from evals.store.runs import RunStore

cli = CliRunner()


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2, 3):
        started = runs.NOON.replace(minute=number)
        RunStore(tmp_path).add(runs.run(runs.result("a"), run_id=f"run_{number}", started_at=started))
    return tmp_path


def invoke(*arguments):
    return cli.invoke(app, ["runs", *map(str, arguments)])


def test_stored_runs_are_listed_newest_first(folder):
    assert invoke("--store", folder).stdout.index("run_3") < invoke("--store", folder).stdout.index("run_1")
    listed = json.loads(invoke("--store", folder, "--json").stdout)
    assert [line["run_id"] for line in listed] == ["run_3", "run_2", "run_1"]


def test_a_run_of_another_version_is_named_and_the_rest_is_listed(folder):
    (folder / "runs" / "run_9.json.gz").write_bytes(b"x")
    done = invoke("--store", folder)
    assert "run_9" in done.stderr
    assert "run_3" in done.stdout


def test_a_run_from_a_file_is_kept(folder, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(runs.run(runs.result("a"), run_id="run_4").model_dump_json())
    assert invoke("add", path, "--store", folder).stdout.strip() == "run_4"
    assert invoke("add", tmp_path / "none.json", "--store", folder).exit_code == 2


def test_clearing_up_tells_first_and_spares_what_was_judged(folder):
    Judgements(folder).append(judgement(run_id="run_1"))
    told = invoke("prune", "--keep", 1, "--dry-run", "--store", folder)
    assert told.stdout.split() == ["run_2"]
    assert "would remove 1" in told.stderr
    invoke("prune", "--keep", 1, "--store", folder)
    assert [h.run_id for h in RunStore(folder).headlines()] == ["run_3", "run_1"]


def test_verdicts_are_printed_and_a_changed_file_fails(folder):
    Judgements(folder).append(judgement())
    Judgements(folder).append(judgement("b"))
    assert "editor-1" in invoke("verdicts", "--store", folder).stdout
    path = folder / "judgements.jsonl"
    path.write_text(path.read_text().splitlines()[1] + "\n")
    assert invoke("verdicts", "--store", folder).exit_code == 1
