from xml.etree.ElementTree import parse

import eval_runs as runs

from evals.junit import write_junit
from evals.types import GateResult


def test_broken_gates_fail_and_missed_cases_are_told(tmp_path):
    missed = runs.result("b", outcome=False).model_copy(
        update={"findings": ("outcome: handoff\x01 instead of answer",)}
    )
    gates = (
        GateResult(suite="s", metric="evidence_hit", value=0.5, bound="≥ 0.9", passed=False),
        GateResult(suite="s", metric="leaks", value=0, bound="≤ 0", passed=True),
    )
    write_junit(runs.run(runs.result("a"), missed).model_copy(update={"gates": gates}), tmp_path / "out" / "run.xml")
    (suite,) = parse(tmp_path / "out" / "run.xml").getroot()
    assert {k: suite.get(k) for k in ("name", "tests", "failures", "skipped")} == {
        "name": "s", "tests": "4", "failures": "1", "skipped": "1",
    }  # fmt: skip
    assert [case.get("name") for case in suite] == ["a", "b", "evidence_hit ≥ 0.9", "leaks ≤ 0"]
    assert suite[1].find("skipped").get("message") == "missed: outcome: handoff instead of answer"
    assert suite[2].find("failure").get("message") == "evidence_hit is 0.5, should be ≥ 0.9"
