from concurrent.futures import ThreadPoolExecutor

import eval_runs as runs
import pytest
from eval_runs import judgement
from pydantic import ValidationError

from evals.store.judgements import (
    Judgements,
    JudgementsTampered,
    Verdict,
    calibration_points,
    latest,
    reply_sha256,
    settled,
)


def test_judgements_come_back_in_the_order_given(tmp_path):
    book = Judgements(tmp_path)
    book.append(judgement("a"))
    book.append(judgement("b", Verdict.WRONG))
    assert [j.case_id for j in Judgements(tmp_path).all()] == ["a", "b"]
    assert list(book.of_run("run_1")) == ["a", "b"]
    assert book.of_run("run_2") == {}


@pytest.mark.parametrize("verdict", [Verdict.WRONG, Verdict.INCOMPLETE])
def test_what_is_not_right_needs_a_reason(verdict):
    with pytest.raises(ValidationError, match="say why"):
        judgement(verdict=verdict, reason="  ")


@pytest.mark.parametrize("change", ["changed", "removed", "swapped"])
def test_a_line_changed_or_taken_out_is_noticed(tmp_path, change):
    book = Judgements(tmp_path)
    for case_id in "abc":
        book.append(judgement(case_id))
    path = tmp_path / "judgements.jsonl"
    first, second, third = path.read_text().splitlines()
    path.write_text(
        "\n".join(
            {
                "changed": [first, second.replace('"right"', '"wrong"').replace('"reason":""', '"reason":"x"'), third],
                "removed": [first, third],
                "swapped": [second, first, third],
            }[change]
        )
        + "\n"
    )
    with pytest.raises(JudgementsTampered, match=r"judgements\.jsonl:"):
        book.all()


def test_a_line_torn_by_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path):
    book = Judgements(tmp_path)
    book.append(judgement("a"))
    with (tmp_path / "judgements.jsonl").open("ab") as handle:
        handle.write(b'{"judgement_id": "judg')
    assert [j.case_id for j in book.all()] == ["a"]
    book.append(judgement("b"))
    assert [j.case_id for j in book.all()] == ["a", "b"]


def test_several_people_may_judge_at_once_and_nothing_is_lost(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: Judgements(tmp_path).append(judgement(f"case-{n}")), range(24)))
    assert len(Judgements(tmp_path).all()) == 24


def test_the_last_word_of_each_person_counts():
    said = [judgement(), judgement(verdict=Verdict.WRONG), judgement(by="editor-2")]
    assert [(j.by, j.verdict) for j in latest(said)] == [("editor-1", "wrong"), ("editor-2", "right")]


def test_where_people_disagree_nothing_is_settled():
    said = [judgement("a"), judgement("a", Verdict.WRONG, by="editor-2"), judgement("b", Verdict.INCOMPLETE)]
    assert settled(said) == {("b", "h"): False}


def test_only_judged_answers_with_a_confidence_calibrate():
    said = [judgement("a"), judgement("b", answered=False), judgement("c", confidence=None)]
    assert calibration_points(said) == ((0.8, True),)


def test_a_reply_is_known_by_all_that_was_seen():
    assert reply_sha256(runs.result("a")) == reply_sha256(runs.result("b"))
    assert reply_sha256(runs.result("a", error="ValueError: x")) == ""
