from types import SimpleNamespace

import pytest
import typer

from evals.bench_mutation import Quickest, main, noticing, passes, survives, times, wilson
from evals.errors import SuiteError
from evals.mutants import changed, draw, mutants

MODULE = "assistant/screens/height.py"
CODE = '''
def is_tall(metres: float | None, bar: int = 2) -> bool | None:
    """Whether it is."""
    if metres is None:
        return None
    return metres > bar
'''
TEST = """
from assistant.screens.height import is_tall

def test_tall():
    assert is_tall(2.5)
    assert is_tall(None) is None
"""


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one screen, and tests that look at it too little."""
    for folder in ("assistant/screens", "tests/assistant/screens"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "assistant/__init__.py").touch()
    (tmp_path / "assistant/screens/__init__.py").touch()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / MODULE).write_text(CODE)
    (tmp_path / "tests/assistant/screens/test_height.py").write_text(TEST)
    return tmp_path


def one(checkout, operator):
    return next(m for m in mutants(checkout, MODULE) if m.operator.endswith(operator))


def test_a_fault_the_tests_notice_is_killed_and_one_they_do_not_survives(checkout):
    assert passes(checkout, noticing(checkout, MODULE))
    took = times(checkout)
    assert not survives(checkout, one(checkout, "ReplaceComparisonOperator_Gt_Lt"), took)
    assert survives(checkout, one(checkout, "ReplaceComparisonOperator_Gt_GtE"), took)
    assert (checkout / MODULE).read_text() == CODE


def test_how_long_each_test_took_is_kept_from_the_first_run(checkout):
    assert times(checkout) == {}
    assert passes(checkout, noticing(checkout, MODULE))
    ((name, seconds),) = times(checkout).items()
    assert name == "tests/assistant/screens/test_height.py::test_tall"
    assert 0 < seconds < 10


def test_slow_tests_come_last_and_keep_their_order_otherwise():
    found = [SimpleNamespace(nodeid=name) for name in ("a", "slow", "b", "slower", "new")]
    Quickest({"a": 0.01, "slow": 1, "b": 0.02, "slower": 2}).pytest_collection_modifyitems(found)
    assert [one.nodeid for one in found] == ["a", "b", "new", "slow", "slower"]


def test_no_test_found_is_an_error_and_no_fault_noticed(checkout):
    (checkout / "tests/assistant/screens/test_height.py").write_text("")
    with pytest.raises(SuiteError, match="nothing was tested"):
        passes(checkout, noticing(checkout, MODULE))


def test_what_stands_in_an_annotation_is_no_fault(checkout):
    assert not [m for m in mutants(checkout, MODULE) if "BitOr" in m.operator]


def test_each_fault_changes_the_code_and_says_where(checkout):
    made = list(mutants(checkout, MODULE))
    assert len({changed(checkout, m) for m in made}) > 1
    assert str(made[0]).startswith(f"{MODULE}:")


def test_a_sample_is_the_same_for_the_same_seed_and_its_size(checkout):
    made = list(mutants(checkout, MODULE))
    assert draw(checkout, made, 5, 1) == draw(checkout, reversed(made), 5, 1)
    assert draw(checkout, made, 5, 1) != draw(checkout, made, 5, 2)
    assert len(draw(checkout, made, 5, 1)) == 5
    assert sorted(draw(checkout, made, 10_000, 1)) == sorted(made)


def test_a_change_that_is_no_python_is_passed_over(checkout):
    (checkout / MODULE).write_text("def f(a, *, b):\n    return a\n")
    assert not [m for m in draw(checkout, mutants(checkout, MODULE), 100, 1) if m.operator.endswith("Mul_Pow")]


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
