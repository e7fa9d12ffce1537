import sqlite3

import pytest
import typer

from evals.bench_mutation import main, outcomes, sample, wilson


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "session.sqlite"
    with sqlite3.connect(path) as held:
        held.execute("create table work_items (job_id text)")
        held.execute(
            "create table mutation_specs (job_id text, module_path text, operator_name text, occurrence int, "
            "start_pos_row int, start_pos_col int)"
        )
        held.execute("create table work_results (job_id text, worker_outcome text, test_outcome text)")
        for number in range(20):
            held.execute("insert into work_items values (?)", (f"j{number}",))
            held.execute("insert into mutation_specs values (?, 'm.py', 'op', 0, ?, 0)", (f"j{number}", number))
    return path


def rows(session):
    with sqlite3.connect(session) as held:
        return sorted(row[0] for row in held.execute("select start_pos_row from mutation_specs"))


def test_a_sample_is_the_same_for_the_same_seed_and_its_size(session, tmp_path):
    again = tmp_path / "again.sqlite"
    again.write_bytes(session.read_bytes())
    assert (sample(session, 5, 1), sample(again, 5, 1)) == (20, 20)
    assert rows(session) == rows(again)
    assert len(rows(session)) == 5


def test_a_sample_larger_than_all_keeps_all(session):
    sample(session, 99, 1)
    assert len(rows(session)) == 20


def test_what_became_of_each_mutant_is_told_with_its_place(session):
    with sqlite3.connect(session) as held:
        held.execute("insert into work_results values ('j3', 'NORMAL', 'SURVIVED'), ('j4', 'TIMEOUT', null)")
    assert sorted(outcomes(session)) == [("m.py:3 op", "SURVIVED"), ("m.py:4 op", "TIMEOUT")]


def test_the_interval_holds_the_share_and_narrows_with_more_mutants():
    low, high = wilson(80, 100)
    assert (round(low, 3), round(high, 3)) == (0.711, 0.867)
    wide = wilson(8, 10)
    assert wide[0] < low < 0.8 < high < wide[1]


def test_no_mutant_is_no_share():
    with pytest.raises(ValueError, match="no mutant"):
        wilson(0, 0)


def test_a_target_that_is_none_is_refused_by_name():
    with pytest.raises(typer.BadParameter, match=r"assistant/nothing\.py is no target"):
        main(["assistant/nothing.py"], 1, 1)
