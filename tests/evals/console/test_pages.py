import pytest
from fastapi.testclient import TestClient

from evals.store.judgements import Judgements
from evals.store.place import store_folder
from evals.store.runs import RunStore

RUN = "/evals/runs/run_played"
CASE = f"{RUN}/cases/storage-1"


def test_the_list_leads_to_the_run_and_draws_it(client):
    text = client.get("/evals").text
    assert 'href="/evals/runs/run_played"' in text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in text


def test_a_run_shows_its_worst_case_first(client):
    text = client.get(RUN).text
    assert text.index("cases/storage-1") < text.index("cases/dose-1")
    assert "Risk and coverage" in text
    assert "not scored" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("show=failed", {"storage-1"}),
        ("category=out_of_scope", {"scope-1"}),
        ("failed=leaks", {"storage-1"}),
        ("outcome=decline", {"scope-1"}),
        ("q=INDUCTION+dose", {"dose-1"}),
        ("judged=no&q=dose", {"dose-1"}),
        ("judged=wrong", set()),
        ("category=none", set()),
    ],
)
def test_filters_let_through_what_they_say(client, query, shown):
    text = client.get(f"{RUN}?{query}").text
    assert {i for i in ("dose-1", "storage-1", "scope-1") if f"/cases/{i}" in text} == shown


def test_a_filter_that_is_none_is_refused(client):
    assert client.get(f"{RUN}?show=some").status_code == 422


def test_a_case_holds_question_reply_evidence_and_checks(client):
    text = client.get(CASE).text
    assert "How should the tablets be stored?" in text
    assert "<mark>" in text
    assert "open the document here" in text
    assert "What was found, best first" in text
    assert "passed" in text
    assert "the moon" in text


def test_what_is_not_there_is_said(client):
    assert client.get("/evals/runs/run_none").status_code == 404
    assert client.get(f"{RUN}/cases/none").status_code == 404
    assert client.get("/evals/runs/..%2Fjudgements").status_code == 404


def test_a_verdict_needs_a_reason_and_what_was_typed_is_not_lost(client, services):
    before = Judgements(store_folder(services.settings)).all()
    answer = client.post(CASE, data={"verdict": "incomplete", "reason": " "})
    assert answer.status_code == 422
    assert "Say why it is incomplete." in answer.text
    assert 'value="incomplete" required checked' in answer.text
    assert client.post(CASE, data={"reason": "<b>why</b>"}).status_code == 422
    assert "&lt;b&gt;why" in client.post(CASE, data={"reason": "<b>why</b>"}).text
    assert Judgements(store_folder(services.settings)).all() == before


def test_verdicts_stand_beside_each_other_with_who_and_when(client, services):
    for verdict in ("wrong", "right"):
        kept = client.post(CASE, data={"verdict": verdict, "reason": "it says the bottle"}, follow_redirects=False)
        assert kept.status_code == 303
    said = Judgements(store_folder(services.settings)).of_run("run_played")["storage-1"]
    assert [(j.verdict, j.by, j.role, j.answered) for j in said[-2:]] == [
        ("wrong", "content-1", "content", True),
        ("right", "content-1", "content", True),
    ]
    assert said[-1].confidence is not None
    text = client.get(CASE).text
    assert text.count("by content-1 (content)") >= 2
    assert "cases/storage-1" in client.get(f"{RUN}?judged=right").text
    assert "cases/storage-1" not in client.get(f"{RUN}?judged=wrong").text
    assert "verdicts of people, from all stored runs" in client.get(RUN).text


def test_another_site_cannot_send_a_verdict(client):
    sent = client.post(CASE, data={"verdict": "right"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403


def test_a_form_that_is_too_large_is_refused(client):
    assert client.post(CASE, data={"verdict": "right", "reason": "x" * 20_000}).status_code == 413


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("secret-of-msl", 403), ("secret-of-compliance", 200)])
def test_only_who_answers_for_content_sees_the_console(served, token, status):
    visitor = TestClient(served, raise_server_exceptions=False)
    if token:
        visitor.cookies.set("hcp_session", token)
    for address in ("/evals", RUN, CASE, f"{RUN}/export", "/v1/evals/runs", "/v1/evals/runs/run_played"):
        assert visitor.get(address).status_code == status
    if status != 200:
        assert visitor.post(CASE, data={"verdict": "right"}).status_code == status


def test_the_export_is_one_file_without_script_or_reference(client):
    sent = client.get(f"{RUN}/export")
    assert sent.headers["content-disposition"].startswith('attachment; filename="evals-')
    text = sent.text
    assert "<script" not in text
    assert " src=" not in text
    assert "<link" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert 'href="' not in text.replace('href="#', "")
    assert text.index("storage-1") < text.index("scope-1")
    assert "What was found, best first" in text


def test_two_runs_are_compared_with_what_broke_and_how_sure_that_is(client, services, played):
    store = RunStore(store_folder(services.settings))
    (dose, *rest) = played.cases
    broken = dose.model_copy(update={"scores": dose.scores.model_copy(update={"outcome": False})})
    record = played.run.model_copy(update={"run_id": "run_later", "started_at": played.run.started_at.replace(hour=13)})
    store.add(played.model_copy(update={"run": record, "cases": (broken, *rest)}))
    text = client.get("/evals/compare?first=run_played&second=run_later").text
    assert "Newly broken (1)" in text
    assert "What moved within a category" in text
    assert "/evals/runs/run_later/cases/dose-1" in text
    assert "Compare the older run" in client.get("/evals").text
    assert client.get("/evals/compare?first=run_played&second=run_none").status_code == 404
    (store_folder(services.settings) / "runs" / "run_later.json.gz").unlink()


def test_another_program_reads_runs_figures_cases_and_comparisons_as_json(client, played):
    assert "run_played" in {run["run_id"] for run in client.get("/v1/evals/runs").json()["runs"]}
    run = client.get("/v1/evals/runs/run_played").json()
    assert run["totals"]["overall"]["cases"] == len(run["lines"]) == len(played.cases)
    assert run["totals"]["overall"]["intervals"]["outcome_accuracy"][0] > 0
    case = client.get("/v1/evals/runs/run_played/case", params={"key": "storage-1"}).json()
    assert case["case"] == played.cases[1].model_dump(mode="json")
    compared = client.get("/v1/evals/comparison?first=run_played&second=run_played").json()
    assert {figure["difference"]["p"] for figure in compared["figures"]} == {1.0}
    contract = client.get("/v1/openapi.json").json()
    assert "/v1/evals/runs/{run_id}" in contract["paths"]


@pytest.mark.parametrize(
    "address",
    ["runs/run_none", "runs/..%2f..%2fetc", "runs/run_played/case?key=x", "comparison?first=run_played&second=y"],
)
def test_what_is_not_stored_is_a_problem_that_names_it(client, address):
    answer = client.get(f"/v1/evals/{address}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
