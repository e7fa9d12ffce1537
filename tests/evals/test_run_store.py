import gzip
import json

import eval_runs as runs
import pytest

from evals.errors import SuiteError
from evals.store.digest import digest_of, worst_first
from evals.store.runs import RunStore, UnknownRun


def stored(store, number, *results, **record):
    started = runs.NOON.replace(minute=number)
    run = runs.run(*results or (runs.result("a"),), run_id=f"run_{number}", started_at=started, **record)
    store.add(run)
    return run


def test_a_run_comes_back_as_it_went_in(tmp_path):
    store = RunStore(tmp_path)
    run = stored(store, 1, runs.result("a", evidence_hit=False))
    assert store.run("run_1") == run
    assert store.digest("run_1") == digest_of(run)
    assert store.case("run_1", "a") == run.cases[0]
    assert store.case("run_1", "b") is None


@pytest.mark.parametrize("indent", [None, 1])
def test_each_case_is_read_alone_whatever_its_text_holds_and_however_the_file_is_written(tmp_path, indent):
    odd = ("plain", 'says [{"id":"other"}] and "cases":[{"id":', "Ä “漢字” \\ ]}", "")
    results = [runs.result(f"case {n}", error=text or None) for n, text in enumerate(odd)]
    run = runs.run(*results, run_id="run_1")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "run_1.json.gz").write_bytes(gzip.compress(run.model_dump_json(indent=indent).encode()))
    assert [RunStore(tmp_path).case("run_1", result.id) for result in results] == results


def test_runs_are_listed_newest_first_whoever_wrote_them(tmp_path):
    store = RunStore(tmp_path)
    stored(store, 1)
    assert [h.run_id for h in store.headlines()] == ["run_1"]
    stored(RunStore(tmp_path), 2)
    assert [h.run_id for h in store.headlines()] == ["run_2", "run_1"]


def test_a_lost_or_spoilt_index_is_rebuilt_from_the_files(tmp_path):
    store = RunStore(tmp_path)
    stored(store, 1)
    store.headlines()
    for path in tmp_path.glob("index-*"):
        path.unlink()
    assert [h.run_id for h in store.headlines()] == ["run_1"]
    for path in tmp_path.glob("index-*.sqlite"):
        path.write_bytes(b"no database at all" * 100)
    assert [h.run_id for h in store.headlines()] == ["run_1"]


def test_a_run_removed_by_hand_is_gone_from_the_list(tmp_path):
    store = RunStore(tmp_path)
    stored(store, 1)
    store.headlines()
    (tmp_path / "runs" / "run_1.json.gz").unlink()
    assert store.headlines() == ()
    with pytest.raises(UnknownRun, match="run_1"):
        store.digest("run_1")


@pytest.mark.parametrize(
    "content", [gzip.compress(b'{"form": "other"}', mtime=0), b"nothing", gzip.compress(b"{}", mtime=0)[:-4]]
)
def test_a_file_this_version_cannot_read_is_named_and_hides_no_other(tmp_path, content):
    store = RunStore(tmp_path)
    stored(store, 1)
    (tmp_path / "runs" / "run_2.json.gz").write_bytes(content)
    assert [h.run_id for h in store.headlines()] == ["run_1"]
    assert [u.run_id for u in store.listed()[1]] == ["run_2"]
    with pytest.raises(SuiteError, match="run_2"):
        store.digest("run_2")
    with pytest.raises(SuiteError, match="run_2"):
        store.case("run_2", "a")


@pytest.mark.parametrize("run_id", ["../labels", "run_/../../x", "", "run_1.json", "run_" + "a" * 99])
def test_an_id_that_is_none_reaches_no_file(tmp_path, run_id):
    with pytest.raises(UnknownRun):
        RunStore(tmp_path).run(run_id)


def test_the_oldest_runs_go_except_those_held(tmp_path):
    store = RunStore(tmp_path)
    for number in range(1, 6):
        stored(store, number)
    assert store.prune(2, held=["run_1"], dry_run=True) == ("run_3", "run_2")
    assert len(store.headlines()) == 5
    store.prune(2, held=["run_1"])
    assert [h.run_id for h in store.headlines()] == ["run_5", "run_4", "run_1"]


def test_what_was_not_scored_is_in_no_tally():
    digest = digest_of(runs.run(runs.result("a", evidence_hit=True), runs.result("b"), runs.result("c", leaks=0)))
    assert {name: (t.passed, t.scored) for name, t in digest.headline.scores.items()} == {
        "outcome": (3, 3),
        "evidence_hit": (1, 1),
        "leaks": (1, 1),
    }


def test_a_leak_stands_above_a_miss_and_a_miss_above_what_is_right():
    lines = digest_of(
        runs.run(
            runs.result("right"),
            runs.result("incomplete", completeness=False),
            runs.result("leak", leaks=2),
            runs.result("both", completeness=False, evidence_hit=False),
            runs.result("raised", error="ValueError: x", outcome=False),
        )
    ).lines
    assert [line.id for line in worst_first(lines)] == ["leak", "raised", "both", "incomplete", "right"]


def test_two_suites_may_use_one_id_and_neither_case_is_taken_for_the_other(tmp_path):
    store = RunStore(tmp_path)
    run = stored(store, 1, runs.result("a"), runs.result("a", category="other"))
    assert [line.key for line in store.digest("run_1").lines] == ["a", "a~2"]
    assert store.case("run_1", "a~2") == run.cases[1]


def test_a_digest_is_a_small_part_of_its_run():
    results = [runs.result(f"case-{i}") for i in range(50)]
    run = runs.run(*results)
    assert len(json.dumps(digest_of(run).model_dump(mode="json"))) < len(run.model_dump_json())
