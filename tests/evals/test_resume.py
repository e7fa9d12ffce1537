import eval_runs as runs
import pytest

from evals.errors import EvalError
from evals.resume import Journal, journal_path

RAN = {"suites": "s1", "library": "l1", "code": "c1"}


def begun(path, *ids):
    journal = Journal(path, RAN, resume=False)
    for case_id in ids:
        journal.add("s1", runs.result(case_id))
    return journal


def test_finished_cases_come_back_as_they_were(tmp_path):
    begun(tmp_path / "j", "a", "b")
    held = Journal(tmp_path / "j", RAN, resume=True).of("s1")
    assert held == {"a": runs.result("a"), "b": runs.result("b")}
    assert Journal(tmp_path / "j", RAN, resume=True).of("other") == {}


def test_without_resume_a_run_begins_anew(tmp_path):
    begun(tmp_path / "j", "a")
    assert Journal(tmp_path / "j", RAN, resume=False).of("s1") == {}


def test_what_other_code_or_another_library_began_is_not_gone_on_with(tmp_path):
    begun(tmp_path / "j", "a")
    with pytest.raises(EvalError, match=r"code, library changed\. Run without --resume"):
        Journal(tmp_path / "j", {**RAN, "code": "c2", "library": "l2"}, resume=True)
    assert Journal(tmp_path / "j", RAN, resume=True).of("s1")  # nothing was lost by being refused


def test_a_line_cut_short_by_a_kill_is_played_again(tmp_path):
    begun(tmp_path / "j", "a", "b")
    whole = (tmp_path / "j").read_text()
    (tmp_path / "j").write_text(whole[: whole.rindex('"seconds"')])
    assert set(Journal(tmp_path / "j", RAN, resume=True).of("s1")) == {"a"}


def test_a_whole_run_leaves_nothing_to_resume(tmp_path):
    begun(tmp_path / "j", "a").close()
    assert not (tmp_path / "j").exists()


def test_the_journal_stands_beside_the_run(tmp_path):
    assert journal_path(str(tmp_path / "run.json"), tmp_path) == tmp_path / ".run.json.cases.jsonl"
    assert journal_path("-", tmp_path / "cache").parent == tmp_path / "cache"
