import json

import pytest

from evals.errors import SuiteError
from evals.suite import load_suite, with_gates

CASE = {
    "id": "dose-001",
    "category": "dose",
    "label": "zephyrol.json",
    "product": None,
    "market": "US",
    "turns": ["usual dose of zephyrol?"],
    "expect": {
        "outcome": "answer",
        "also": [],
        "sections": ["dosage_and_administration"],
        "quotes": ["The usual dose is 5 mg"],
        "must_include": ["5 mg"],
        "must_not": [],
        "safety": [],
        "redact": [],
    },
    "why": "A plain dose.",
}

PAGE = """\
name: demo
owner: Medical information
purpose: The demo brand answers.
market: US
product: Zephyrol
gates:
  outcome_accuracy: {at_least: 0.9}
cases:
  - id: dose-001
    category: dose
    ask: What is the usual dose?
    expect: {outcome: answer, must_include: [5 mg]}
  - id: scope-001
    category: out_of_scope
    product: null
    ask: Will it rain?
    expect: {outcome: decline}
"""


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_jsonl_suite_holds_its_cases_in_order(tmp_path):
    second = {**CASE, "id": "dose-002"}
    suite = load_suite(write(tmp_path, "dev.jsonl", f"{json.dumps(CASE)}\n\n{json.dumps(second)}\n"))
    assert [case.id for case in suite.cases] == ["dose-001", "dose-002"]
    assert suite.name == "dev"
    assert suite.cases[0].expect.quotes == ("The usual dose is 5 mg",)


def test_a_yaml_suite_gives_its_front_page_to_the_cases(tmp_path):
    suite = load_suite(write(tmp_path, "demo.yaml", PAGE))
    assert suite.owner == "Medical information"
    assert suite.cases[0].product == "Zephyrol"
    assert suite.cases[0].turns == ("What is the usual dose?",)
    assert suite.cases[1].product is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"turns": []}, "turns"),
        ({"expect": {"outcome": "maybe"}}, "expect.outcome"),
        ({"expect": {"outcome": "safety", "safety": ["headache"]}}, "expect.safety.0"),
        ({"prodcut": "Zephyrol"}, "prodcut"),
        ({"market": "MARS"}, "market"),
        ({"id": " "}, "id"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_line(tmp_path, change, field):
    path = write(tmp_path, "dev.jsonl", f"{json.dumps(CASE)}\n{json.dumps({**CASE, 'id': 'b', **change})}\n")
    with pytest.raises(SuiteError, match=rf"dev\.jsonl:2: {field}"):
        load_suite(path)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.jsonl", '{"id": ', r"a\.jsonl:1: not JSON"),
        ("a.jsonl", "\n", "holds no case"),
        ("a.jsonl", "7\n", r"a\.jsonl:1: the case"),
        ("a.yaml", "cases: [", r"a\.yaml:1: not YAML"),
        ("a.yaml", "- a\n", "a suite is a mapping"),
        ("a.yaml", "cases: []\n", "holds no case"),
        ("", "", "is a folder"),
        ("a.txt", "x", "a suite is a .jsonl or .yaml file"),
        ("a.yaml", PAGE.replace("at_least", "atleast"), r"a\.yaml:7: gates\.outcome_accuracy\.atleast"),
        ("a.yaml", PAGE.replace("outcome: decline", "outcome: rain"), r"a\.yaml:17: cases\.1\.expect\.outcome"),
        ("a.yaml", PAGE.replace("scope-001", "dose-001"), r"a\.yaml:13: id: 'dose-001' is taken by line 9"),
    ],
)
def test_a_broken_suite_says_where(tmp_path, name, text, message):
    with pytest.raises(SuiteError, match=message):
        load_suite(write(tmp_path, name, text) if name else tmp_path)


def test_a_suite_of_one_unsound_case_is_told_what_is_wrong_with_it_and_nothing_else(tmp_path):
    text = "cases:\n- {id: a, category: b, ask: hi, expect: {outcome: answr}}\n"
    with pytest.raises(SuiteError) as told:
        load_suite(write(tmp_path, "a.yaml", text))
    assert str(told.value).count("\n") == 0
    assert "answr" in str(told.value)


def test_a_missing_suite_says_so(tmp_path):
    with pytest.raises(SuiteError, match="no such file"):
        load_suite(tmp_path / "none.jsonl")


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps(CASE).encode() + b"\n\xff\xfe")
    with pytest.raises(SuiteError, match=r"a\.jsonl:2: not UTF-8"):
        load_suite(path)


def test_gates_of_a_file_are_held_over_a_suites_own(tmp_path):
    suite = load_suite(write(tmp_path, "demo.yaml", PAGE))
    gates = write(tmp_path, "gates.yaml", "ndcg: {at_least: 0.7}\nhandoff_rate: {at_most: 0.2}\n")
    held = with_gates(suite, gates, is_release=True)
    assert held.gates["ndcg"].at_least == 0.7
    assert set(suite.gates) <= set(held.gates)
    assert held.cases == suite.cases


@pytest.mark.parametrize("page", ["nonsense: {at_least: 1}", "- 1", "ndcg: {over: 3}", "ndcg: [", "leaks"])
def test_a_gates_file_that_is_none_is_refused_with_the_form_it_should_have(tmp_path, page):
    suite = load_suite(write(tmp_path, "demo.yaml", PAGE))
    with pytest.raises(SuiteError, match=r"gates\.yaml"):
        with_gates(suite, write(tmp_path, "gates.yaml", page), is_release=False)


def test_a_release_needs_something_to_be_held_against(tmp_path):
    suite = load_suite(write(tmp_path, "demo.yaml", PAGE)).model_copy(update={"gates": {}})
    assert with_gates(suite, None, is_release=False) is suite
    with pytest.raises(SuiteError, match="has no gates"):
        with_gates(suite, None, is_release=True)
