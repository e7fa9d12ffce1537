import json

import pytest
from typer.testing import CliRunner

from evals.bench_screens import app, messages
from evals.screens_report import BAR, Message, Spent, report_of
from knowledge.types import ProductNames


def spent(name, milliseconds, failed=0):
    seconds = milliseconds / 1000
    return Spent(
        message=Message(id=name, text="x" * 10, product=None),
        processor=seconds,
        wall=2 * seconds,
        encoding=0.007,
        parts={"masking": seconds / 4, "safety": 3 * seconds / 4},
        failed=failed,
    )


def test_the_bar_is_held_by_the_time_the_processor_was_at_work():
    held = report_of({"bench": 100}, [spent(str(n), 1 + n / 50) for n in range(100)])
    assert held.processor.p95 < BAR < 2 * held.processor.p99
    assert held.wall.p95 == pytest.approx(2 * held.processor.p95)
    assert held.is_held
    assert not report_of({"bench": 20}, [spent(str(n), 5) for n in range(20)]).is_held


def test_the_messages_that_cost_most_are_named_with_what_cost_most_of_them():
    report = report_of({"bench": 12}, [spent(f"case-{n}", n) for n in range(12)])
    assert [slow.id for slow in report.slowest[:2]] == ["case-11", "case-10"]
    assert report.slowest[0].most == "safety"
    assert report.slowest[0].cost_of_most == pytest.approx(8.25)
    assert len(report.slowest) == 10


def test_a_screen_that_raised_is_counted():
    assert report_of({"bench": 2}, [spent("a", 1), spent("b", 1, failed=2)]).failed == 2


def test_every_turn_and_every_label_question_is_looked_at_for_its_product(tmp_path):
    case = {"id": "dose-1", "category": "dose", "label": "a.json", "market": "US", "product": None}
    case |= {"turns": ["dose?", "and in CKD?"], "expect": {"outcome": "answer"}}
    (tmp_path / "bench.jsonl").write_text(json.dumps(case) + "\n")
    asked = {"id": "m1", "question": "How to store Corvexa?", "focus": "corvexa", "strict_labels": ["a.json"]}
    asked |= {"target_sections": ["how_supplied"], "strict_has_section": True, "strict_answerable": True, "qid": "m1"}
    for name in ("medinfo2019", "medquad_drugs", "medquad_drugs_absent"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(asked) + "\n")
    (tmp_path / "fdarxbench.jsonl").write_text("")
    names = ProductNames(product="Corvexa", generic="corvexumab")
    by_set = messages(tmp_path / "bench.jsonl", tmp_path, {"a.json": names})
    assert [m.id for m in by_set["bench"]] == ["dose-1 turn 1", "dose-1 turn 2"]
    assert {m.product for rows in by_set.values() for m in rows} == {"Corvexa"}
    assert {name: len(rows) for name, rows in by_set.items()}["medquad"] == 1


def test_a_folder_that_is_not_there_is_named(tmp_path):
    result = CliRunner().invoke(app, ["--labels", str(tmp_path / "none"), "--cache", str(tmp_path / "cache")])
    assert result.exit_code == 2
    assert "none" in result.output
