import eval_runs as runs
import pytest

from evals.compare import compare, load_run
from evals.errors import SuiteError
from evals.types import Mark


def test_broken_and_fixed_cases_are_named_with_what_changed():
    before = runs.run(runs.result("a", evidence_hit=True), runs.result("b", outcome=False), runs.result("gone"))
    after = runs.run(runs.result("a", evidence_hit=False, outcome=False), runs.result("b"), runs.result("new"))
    found = compare(before, after)
    assert [(c.case_id, c.scores) for c in found.broken] == [("a", ("evidence_hit", "outcome"))]
    assert [(c.case_id, c.scores) for c in found.fixed] == [("b", ("outcome",))]
    assert (found.only_first, found.only_second) == (("gone",), ("new",))


def test_a_category_moves_by_the_difference_over_shared_cases():
    before = runs.run(runs.result("a", evidence_hit=True), runs.result("b", evidence_hit=False))
    after = runs.run(runs.result("a", evidence_hit=True), runs.result("b", evidence_hit=True), runs.result("c"))
    rows = {row.name: row for row in compare(before, after).rows}
    assert rows["dose"].changes["evidence_hit"] == 0.5
    assert rows["dose"].changes["redaction"] is None
    assert rows["overall"].cases == 2


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"suite_sha": "b" * 64}, "suites differ"),
        ({"library_key": "other"}, "libraries differ"),
        ({"selection": {"limit": "3"}}, "different cases were selected"),
        ({"machine": {"cores": "64"}}, "different machines"),
    ],
)
def test_what_may_not_be_compared_is_said(change, warning):
    found = compare(runs.run(runs.result("a")), runs.run(runs.result("a"), **change))
    assert [warning in said for said in found.warnings] == [True]


def test_what_differs_in_suite_library_selection_or_scorers_is_refused_and_a_machine_only_noted():
    base = runs.run(runs.result("a"), scorers={"ndcg": "1"})
    assert compare(base, runs.run(runs.result("a"), scorers={"ndcg": "1"}, machine={"cores": "64"})).refusals == ()
    assert "ndcg@2" in compare(base, runs.run(runs.result("a"), scorers={"ndcg": "2"})).refusals[0]
    assert compare(base, runs.run(runs.result("b"))).refusals == ("the runs hold different cases",)


def test_a_scorer_that_only_one_run_had_is_noted_and_refuses_nothing():
    plain = runs.run(runs.result("a"), scorers={"ndcg": "1"})
    told = compare(plain, runs.run(runs.result("a"), scorers={"ndcg": "1", "ragas_rouge": "1"}))
    assert told.refusals == ()
    assert "ragas_rouge" in told.warnings[0]


def test_cases_of_one_id_in_two_suites_are_both_compared():
    first = runs.run(runs.result("a"), runs.result("a", outcome=True))
    told = compare(first, runs.run(runs.result("a"), runs.result("a", outcome=False)))
    assert [(change.case_id, change.scores) for change in told.broken] == [("a~2", ("outcome",))]


def test_a_change_comes_with_its_interval_and_p_value():
    before = runs.run(*(runs.result(f"c{i}", evidence_hit=True) for i in range(30)))
    after = runs.run(*(runs.result(f"c{i}", evidence_hit=i >= 9) for i in range(30)))
    figures = {f.name: f for f in compare(before, after).figures}
    found = figures["evidence_hit"]
    assert (found.difference.first, found.difference.second, found.difference.cases) == (1.0, 0.7, 30)
    assert found.difference.p == pytest.approx(2 / 2**9)
    assert found.is_sure
    assert not figures["outcome"].is_sure
    assert "redaction" not in figures


def test_marks_are_compared_where_both_runs_scored_them():
    def marked(case_id, value):
        return runs.result(case_id).model_copy(update={"marks": {"ndcg": Mark(value=value, reason="r")}})

    before = runs.run(marked("a", 0.5), marked("b", 0.75), marked("c", None))
    after = runs.run(marked("a", 0.25), marked("b", None), marked("c", 1.0))
    figure = next(f for f in compare(before, after).figures if f.name == "ndcg")
    assert (figure.difference.cases, figure.only_first, figure.only_second) == (1, 1, 1)
    assert figure.difference.change == -0.25


def test_the_order_of_a_suite_changes_no_number():
    cases = [runs.result(f"c{i}", evidence_hit=i % 3 > 0) for i in range(20)]
    worse = [runs.result(f"c{i}", evidence_hit=i % 2 > 0) for i in range(20)]
    there = compare(runs.run(*cases), runs.run(*worse)).figures
    assert there == compare(runs.run(*cases[::-1]), runs.run(*worse)).figures


def test_a_run_that_cannot_be_read_names_the_file_and_field(tmp_path):
    with pytest.raises(SuiteError, match=r"none\.json: cannot be read"):
        load_run(tmp_path / "none.json")
    path = tmp_path / "run.json"
    path.write_text('{"form": "hcp.evals.run/1"}')
    with pytest.raises(SuiteError, match=r"run\.json: run: Field required"):
        load_run(path)


def test_a_run_comes_back_from_json_as_it_was(tmp_path):
    run = runs.run(runs.result("a", evidence_hit=True, outcomes={"answer": True}))
    path = tmp_path / "run.json"
    path.write_text(run.model_dump_json())
    assert load_run(path) == run


def test_each_category_has_intervals_and_what_moved_stands_with_the_surest_first():
    def played(right):
        many = [runs.result(f"d{i}", category="dose", outcome=right) for i in range(12)]
        return runs.run(*many, runs.result("r1", category="rare", outcome=right), runs.result("s1", category="same"))

    told = compare(played(True), played(False))
    rows = {row.name: row for row in told.rows}
    (dose,) = [figure for figure in rows["dose"].figures if figure.name == "outcome"]
    assert (dose.difference.low, dose.difference.high, dose.is_sure) == (-1.0, -1.0, True)
    (same,) = [figure for figure in rows["same"].figures if figure.name == "outcome"]
    assert (same.difference.low, same.difference.high, same.difference.p) == (0.0, 0.0, 1.0)
    moved = [name for name, figure in told.moved_within() if figure.name == "outcome"]
    assert moved == ["answerable", "dose", "rare"]
