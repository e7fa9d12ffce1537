import json

import pytest
from typer.testing import CliRunner

from knowledge.cli import app
from knowledge.types import DocumentStatus
from tests.knowledge.documents import approve, sornaxil, veltrano

TERMS = ["--approver", "reviewer", "--mlr-id", "MLR-1"]


@pytest.fixture
def hcp(library):
    """`hcp knowledge …` on the test's library."""
    library.submit(veltrano())

    def call(*arguments):
        return CliRunner().invoke(app, [str(a) for a in arguments], obj=lambda: library)

    return call


def told(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_all_that_is_submitted_is_approved_and_indexed_by_one_command(hcp, library):
    library.submit(sornaxil())
    figures = told(hcp("approve", "--all", *TERMS, "--valid-from", "2026-01-05", "--json"))
    assert figures["approved"] == figures["labels"] == 2
    assert figures["passages"] == sum(line.passages for line in library.summaries()) > 0
    assert {"seconds", "passages_per_second", "bytes"} <= figures.keys()
    assert {line.status for line in library.summaries()} == {DocumentStatus.EFFECTIVE}


def test_one_document_is_approved_by_name_and_version(hcp, library):
    library.submit(sornaxil())
    told(hcp("approve", "veltrano-us@1", *TERMS, "--json"))
    assert {line.document_id: line.status for line in library.summaries()} == {
        "veltrano-us": DocumentStatus.EFFECTIVE,
        "sornaxil-us": DocumentStatus.SUBMITTED,
    }


def test_data_goes_to_stdout_and_talk_to_stderr(hcp):
    result = hcp("approve", "--all", *TERMS)
    assert "labels 1" in result.stdout
    assert "approved 1" in result.stderr
    assert "approved 1\n" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["approve", "--all"], 1, "no approver"),
        (["approve", "nothing@9", *TERMS], 1, "hcp knowledge list"),
        (["approve", *TERMS], 2, "--all"),
        (["approve", "veltrano-us", "--all", *TERMS], 2, "one of the two"),
        (["approve", "--all", *TERMS, "--market", "MARS"], 2, "MARS"),
        (["approve", "--all", *TERMS, "--valid-from", "soon"], 2, "soon"),
        (["show", "veltrano-us"], 1, "list"),
        (["search", "dose", "--product", "Veltrano"], 2, "no effective document"),
        (["withdraw", "veltrano-us", "--version", "1", "--by", "r", "--reason", "x"], 1, "no live approval"),
        (["add"], 2, "paths"),
    ],
)
def test_each_mistake_is_named_and_has_its_exit_code(hcp, arguments, exit_code, message):
    result = hcp(*arguments)
    assert result.exit_code == exit_code
    assert message in result.stderr
    assert result.stdout == ""


def test_a_withdrawal_can_be_tried_before_it_is_done(hcp, library):
    approve(library, veltrano())
    terms = ["withdraw", "veltrano-us", "--version", "1", "--by", "reviewer", "--reason", "recall"]
    assert "would withdraw" in hcp(*terms, "--dry-run").stdout
    assert library.summaries()[0].status is DocumentStatus.EFFECTIVE
    assert told(hcp(*terms, "--json"))[0]["withdrawn_reason"] == "recall"
    assert library.summaries()[0].status is DocumentStatus.WITHDRAWN


def test_a_search_shows_passages_with_their_place(hcp, library):
    approve(library, veltrano())
    told(hcp("index", "--json"))
    shown = hcp("search", "renal impairment", "--product", "veltrano")
    assert "2.2 Renal Impairment" in shown.stdout
    found = told(hcp("search", "renal impairment", "--product", "Veltrano", "--json"))
    assert found["passages"][0]["passage"]["document_id"] == "veltrano-us"


def test_a_document_is_shown_whole_or_by_section(hcp, library):
    approve(library, veltrano())
    assert hcp("show", "veltrano-us").stdout.strip() == veltrano().text.strip()
    assert "20 mg once daily" in hcp("show", "veltrano-us", "--section", "2.2").stdout
    assert "hepatic" in hcp("show", "veltrano-us@1", "--section", "contraind").stdout
    assert hcp("show", "veltrano-us", "--section", "no such").exit_code == 2


def test_the_list_tells_where_each_version_stands(hcp):
    (line,) = told(hcp("list", "--json"))
    assert (line["document_id"], line["status"]) == ("veltrano-us", "submitted")
    assert "submitted" in hcp("list").stdout


def test_a_list_that_goes_to_another_program_is_not_cut_off(hcp, library):
    long = "0f3c1a52-7d0e-4a3b-9c55-2f1d7f0b8a11-" * 3
    library.submit(sornaxil().model_copy(update={"document_id": long}))
    assert long in hcp("list").stdout


def test_a_check_fails_while_something_approved_is_not_indexed(hcp, library):
    approve(library, veltrano())
    assert hcp("check").exit_code == 1
    hcp("rebuild")
    assert told(hcp("check", "--json"))["is_healthy"]


def test_adding_reports_each_file_that_fails_and_keeps_the_others(hcp, library, tmp_path):
    good = {
        "results": [
            {
                "set_id": "quellora-us",
                "version": "3",
                "effective_time": "20260105",
                "openfda": {"brand_name": ["Quellora"], "generic_name": ["quelloramab"]},
                "indications_and_usage": ["1 INDICATIONS AND USAGE QUELLORA is indicated for adults with asthma."],
            }
        ]
    }
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "good.json").write_text(json.dumps(good))
    (tmp_path / "sources" / "torn.json").write_text(json.dumps(good)[:80])
    (tmp_path / "sources" / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b "bbb">]><document>&b;</document>')
    result = hcp("add", tmp_path / "sources", "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [line["names"]["product"] for line in report["added"]] == ["Quellora"]
    assert {failure["name"].split("/")[-1] for failure in report["failed"]} == {"torn.json", "bomb.xml"}
    assert result.stderr.count("not added") == 2
    assert {line.document_id for line in library.summaries()} == {"veltrano-us", "quellora-us"}
    again = json.loads(hcp("add", tmp_path / "sources" / "good.json", "--json").stdout)
    assert (len(again["added"]), len(again["unchanged"])) == (0, 1)
