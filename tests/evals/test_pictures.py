import json
from xml.etree.ElementTree import fromstring

import eval_runs as runs
import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.errors import EvalError
from evals.pictures import write_report

SVG = "{http://www.w3.org/2000/svg}"


def case(case_id, confidence, is_right):
    made = runs.result(case_id, evidence_hit=is_right)
    return made.model_copy(update={"reply": made.reply.model_copy(update={"confidences": (confidence,)})})


RUN = runs.run(*(case(f"c{i}", 0.5 + i / 50, i > 4) for i in range(20)))


def test_both_pictures_and_their_numbers_are_written_from_the_command_line(tmp_path):
    (tmp_path / "run.json").write_text(RUN.model_dump_json())
    done = CliRunner().invoke(app, ["report", str(tmp_path / "run.json"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert [line.rsplit("/", 1)[1] for line in done.stdout.split()] == [
        "risk-coverage.svg", "calibration.svg", "confidence.json",
    ]  # fmt: skip
    numbers = json.loads((tmp_path / "out" / "confidence.json").read_text())
    assert numbers["cases"] == 20
    assert numbers["risk_coverage"][-1] == {"threshold": 0.5, "coverage": 1.0, "risk": 0.25}


@pytest.mark.parametrize("name", ["risk-coverage.svg", "calibration.svg"])
def test_a_picture_stands_alone_and_is_read_out(tmp_path, name):
    write_report(RUN, tmp_path)
    drawn = (tmp_path / name).read_text()
    root = fromstring(drawn)
    assert root.get("role") == "img"
    assert "%" in root.get("aria-label")
    assert root.find(f"{SVG}desc").text
    assert "prefers-color-scheme: dark" in root.find(f"{SVG}style").text
    assert not [word for word in ("<script", "href", "url(", "@import") if word in drawn]


def test_the_same_run_is_drawn_the_same_way(tmp_path):
    one, two = write_report(RUN, tmp_path / "one"), write_report(RUN, tmp_path / "two")
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]


def test_a_run_without_confidences_has_no_curve(tmp_path):
    with pytest.raises(EvalError, match="no curve"):
        write_report(runs.run(runs.result("a")), tmp_path)
