import eval_runs as runs
import pytest

from evals.compare import compare, load_run
from evals.errors import SuiteError


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
