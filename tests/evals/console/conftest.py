"""The console over the demo library: every part real, the runs played by the assistant that is served."""

from __future__ import annotations

import pytest
from eval_runs import run as made_run
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.bootstrap import build
from assistant.config import StorageSettings, Token, WebSettings, load
from assistant.demo import fill
from assistant.types import Role
from assistant.web.app import create_app
from evals.run import run_cases
from evals.store.place import store_folder
from evals.store.runs import RunStore
from evals.suite import load_suite

SUITE = """\
name: console
product: Nelvoris
cases:
  - id: dose-1
    category: answer
    ask: What is the recommended induction dose for ulcerative colitis?
    expect: {outcome: answer, quotes: [40 mg taken orally once daily for 8 weeks], must_include: [40 mg]}
  - id: storage-1
    category: answer
    ask: How should the tablets be stored?
    why: The expectation is wrong on purpose, so that there is something to find.
    expect: {outcome: answer, quotes: [Store below the moon], must_include: [the moon], must_not: [25°C]}
  - id: scope-1
    category: out_of_scope
    product: null
    ask: Which hotel near the congress centre do you recommend?
    expect: {outcome: decline}
"""


@pytest.fixture(scope="session")
def services(tmp_path_factory):
    roles = (Role.CONTENT, Role.COMPLIANCE, Role.MSL)
    tokens = tuple(Token(secret=SecretStr(f"secret-of-{r.value}"), role=r, pseudonym=f"{r.value}-1") for r in roles)
    directory = tmp_path_factory.mktemp("console")
    built = build(load(storage=StorageSettings(directory=directory), web=WebSettings(tokens=tokens)))
    fill(built)
    yield built
    built.close()


@pytest.fixture(scope="session")
def played(services, tmp_path_factory):
    """A stored run with one case that fails in three ways."""
    path = tmp_path_factory.mktemp("suite") / "console.yaml"
    path.write_text(SUITE, encoding="utf-8")
    cases = load_suite(path).cases
    run = made_run(*run_cases(services, cases, {}), run_id="run_played")
    RunStore(store_folder(services.settings)).add(run)
    return run


@pytest.fixture(scope="session")
def served(services, played):
    return create_app(services)


@pytest.fixture
def client(served):
    made = TestClient(served, raise_server_exceptions=False)
    made.cookies.set("hcp_session", "secret-of-content")
    return made
