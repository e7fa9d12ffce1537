"""`hcp doctor` on real storage: each fault is found by name, with its remedy, and nothing is changed by looking."""

import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from assistant import bootstrap, doctor
from assistant.bootstrap import build, make_embedder
from assistant.cli import app
from assistant.config import DeliverySettings, EmbedderSettings, PolicySettings, StorageSettings, VaultSettings, load
from assistant.demo import DOCUMENTS
from assistant.doctor import Diagnosis, examine, is_well
from assistant.errors import SettingsError
from knowledge.embed import LangChainEmbedder
from knowledge.types import Audience, Market

RESPONSE = DOCUMENTS / "nelvoris-us-standard-response-vaccination.xml"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A library of one small document whose approval ends in ten days."""
    directory = tmp_path_factory.mktemp("doctor")
    services = build(load(storage=StorageSettings(directory=directory)))
    (line,) = services.knowledge.add([RESPONSE]).added
    now = services.clock.now()
    services.knowledge.approve(
        line.document_id,
        line.version,
        approver="reviewer",
        mlr_id="MLR-1",
        market=Market.US,
        audience=Audience.HCP,
        valid_from=now - timedelta(days=1),
        valid_until=now + timedelta(days=10),
    )
    services.knowledge.index_pending()
    services.close()
    return directory


def found(directory, **settings) -> dict[str, Diagnosis]:
    """What was found, by name (the last of each)."""
    read = load(storage=StorageSettings(directory=directory), **settings)
    return {diagnosis.name: diagnosis for diagnosis in examine(lambda: read)}


def test_a_library_in_order_has_no_error_and_names_the_approval_that_ends(made):
    seen = found(made)
    assert set(seen) == {
        *("settings", "embedder", "policies", "vault", "delivery", "disk", "database", "index", "approvals"),
        *("transfer", "mail"),
    }
    assert is_well(tuple(seen.values()))
    assert seen["approvals"].severity == "warning"
    assert "e25f8b90" in seen["approvals"].message
    assert "hcp knowledge approve" in seen["approvals"].remedy
    assert {seen[name].severity for name in ("database", "index", "embedder", "policies", "vault")} == {"ok"}


def test_looking_makes_nothing(tmp_path):
    seen = found(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    assert seen["database"].severity == "error"
    assert "hcp knowledge add" in seen["database"].remedy
    assert (seen["index"].severity, seen["approvals"].severity) == ("error", "error")
    assert seen["vault"].severity == "warning"


def test_settings_that_do_not_load_are_the_only_finding():
    def refuse():
        raise SettingsError("web.port: too high")

    (only,) = examine(refuse)
    assert (only.name, only.severity, only.message) == ("settings", "error", "web.port: too high")


def test_a_database_that_is_behind_or_from_a_newer_version_is_told(tmp_path):
    directory = tmp_path / "old"
    build(load(storage=StorageSettings(directory=directory))).close()
    engine = create_engine(f"sqlite:///{directory / 'hcp.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    behind = found(directory)["database"]
    assert behind.severity == "error"
    assert "behind by" in behind.message
    assert "0002" in behind.message
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "another version of the software" in found(directory)["database"].message
    engine.dispose()


def test_a_spoilt_index_is_found_by_asking_it(made, tmp_path):
    import shutil

    copy = tmp_path / "spoilt"
    shutil.copytree(made, copy)
    for folder in (copy / "index").glob("[0-9]*/chroma"):
        shutil.rmtree(folder)
    seen = found(copy)["index"]
    assert seen.severity == "error"
    assert "hcp knowledge rebuild" in seen.message + seen.remedy


def test_an_index_that_another_process_holds_is_no_error(made):
    services = build(load(storage=StorageSettings(directory=made)))
    services.knowledge.warm()
    try:
        seen = found(made)["index"]
    finally:
        services.close()
    assert seen.severity == "warning"
    assert "in use by" in seen.message


def test_another_embedder_than_the_index_was_built_with_asks_for_a_rebuild(made, monkeypatch):
    other = LangChainEmbedder(DeterministicFakeEmbedding(size=384), "langchain:other")
    monkeypatch.setattr(doctor, "make_embedder", lambda _: other)
    seen = found(made)
    assert seen["embedder"].severity == "ok"
    assert seen["index"].severity == "error"
    assert "differs from the one the index was built with" in seen["index"].message
    assert seen["index"].remedy == "Run hcp knowledge rebuild."


def test_a_model_file_that_is_not_ours_is_found(made, monkeypatch):
    monkeypatch.setattr("knowledge.embed.MODEL_SHA256", "0" * 64)
    seen = found(made)
    assert "SHA-256" in seen["embedder"].message
    assert seen["index"].message == "Not looked at: the embedder is not usable."


def test_a_vault_key_others_can_read_or_that_is_none_is_found(made):
    key = made / "vault.key"
    key.chmod(0o644)
    assert "chmod 600" in found(made)["vault"].message
    key.chmod(0o600)
    wrong = found(made, vault=VaultSettings(key=SecretStr("not-a-key")))["vault"]
    assert wrong.severity == "error"
    assert "not-a-key" not in wrong.message


def test_policies_that_do_not_load_are_found(made, tmp_path):
    assert found(made, policy=PolicySettings(directory=tmp_path))["policies"].severity == "error"


def test_a_webhook_is_reached_without_sending_anything(made):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/signals"
        held = DeliverySettings(kind="webhook", webhook_url=url, webhook_secret=SecretStr("s"))
        assert found(made, delivery=held)["delivery"].severity == "ok"
    away = found(made, delivery=held)["delivery"]
    assert away.severity == "error"
    assert "HCP_DELIVERY__WEBHOOK_URL" in away.remedy
    unsigned = DeliverySettings(kind="webhook", webhook_url=url)
    assert "HCP_DELIVERY__WEBHOOK_SECRET" in found(made, delivery=unsigned)["delivery"].remedy


@pytest.mark.parametrize(("free", "severity"), [(10**8, "error"), (10**9, "warning"), (10**11, "ok")])
def test_a_full_disk_is_told_in_time(made, monkeypatch, free, severity):
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    assert found(made)["disk"].severity == severity


def test_a_check_that_breaks_is_an_error_and_the_others_go_on(made, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(doctor, "load_policy", broken)
    seen = found(made)
    assert "ZeroDivisionError" in seen["policies"].message
    assert seen["index"].severity == "ok"


def test_the_command_gives_json_and_exits_by_what_it_found(made, monkeypatch):
    monkeypatch.setenv("HCP_STORAGE__DIRECTORY", str(made))
    well = CliRunner().invoke(app, ["doctor", "--json"])
    assert well.exit_code == 0, well.output
    assert {"name", "severity", "message", "remedy"} == set(json.loads(well.stdout)[0])
    monkeypatch.setenv("HCP_WEB__PORT", "99999999")
    ill = CliRunner().invoke(app, ["doctor"])
    assert ill.exit_code == 1
    assert "HCP_WEB__PORT" in ill.stdout


def test_langchain_embeddings_are_a_setting(monkeypatch):
    asked = []

    def init(model):
        asked.append(model)
        return DeterministicFakeEmbedding(size=8)

    monkeypatch.setattr("langchain.embeddings.init_embeddings", init)
    made = make_embedder(EmbedderSettings(kind="langchain", model="someone:their-model"))
    assert (made.name, made.dimensions, asked) == ("langchain:someone:their-model", 8, ["someone:their-model"])


@pytest.mark.parametrize("model", ["", "  ", "no-such-provider:model"])
def test_embeddings_that_cannot_be_made_are_refused_with_the_variable_to_set(model):
    with pytest.raises(SettingsError, match="HCP_EMBEDDER__MODEL"):
        bootstrap.make_embedder(EmbedderSettings(kind="langchain", model=model))


@pytest.mark.parametrize(
    ("section", "name", "severity", "says"),
    [
        ({}, "transfer", "warning", "HCP_TRANSFER__KIND"),
        ({"transfer": {"kind": "file"}}, "transfer", "error", "HCP_TRANSFER__DIRECTORY"),
        ({"transfer": {"kind": "file", "directory": "made-by-no-look"}}, "transfer", "ok", ""),
        ({"transfer": {"kind": "webhook", "url": "https://x.example"}}, "transfer", "error", "HCP_TRANSFER__SECRET"),
        ({}, "mail", "ok", ""),
        ({"mail": {"host": "127.0.0.1", "port": 9}}, "mail", "error", "HCP_MAIL__HOST"),
    ],
)
def test_whether_reports_and_mails_have_somewhere_to_go(tmp_path, monkeypatch, section, name, severity, says):
    monkeypatch.chdir(tmp_path)
    seen = examine(lambda: load(storage=StorageSettings(directory=tmp_path / "none"), **section))
    (told,) = [one for one in seen if one.name == name]
    assert told.severity == severity
    assert says in told.message + told.remedy
    assert list(tmp_path.iterdir()) == []
