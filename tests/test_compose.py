"""docker-compose.yml and the image, held against the settings and the locks they have to agree with."""

import base64
import itertools
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from sqlalchemy.engine import make_url

from assistant.config import Settings, load
from assistant.errors import SettingsError
from assistant.types import Role
from assistant.web.health import router as health
from knowledge.types import Market

REPO = Path(__file__).parents[1]
SECRETS = {
    "POSTGRES_PASSWORD": "postgrespassword",
    "NATS_PASSWORD": "natspassword",
    "MSL_TOKEN": "msltoken",
    "SAFETY_TOKEN": "safetytoken",
    "CONTENT_TOKEN": "contenttoken",
    "VAULT_KEY": base64.urlsafe_b64encode(bytes(32)).decode(),
}


def interpolated(value: Any, environment: dict[str, str]) -> Any:
    """Fill in ${NAME}, ${NAME:-default} and ${NAME:?message} as Docker Compose does."""

    def fill(match: re.Match[str]) -> str:
        name, kind, rest = match["name"], match["kind"], match["rest"]
        if environment.get(name):
            return environment[name]
        if kind == ":-":
            return str(rest)
        raise KeyError(f"{name}: {rest}")

    if isinstance(value, dict):
        return {key: interpolated(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolated(item, environment) for item in value]
    if isinstance(value, str):
        return re.sub(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}", fill, value)
    return value


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return yaml.safe_load((REPO / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def compose(written: dict[str, Any]) -> dict[str, Any]:
    return interpolated(written, SECRETS)


@pytest.fixture
def settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    return settings_from(compose["services"]["assistant"]["environment"], monkeypatch, tmp_path)


def settings_from(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, directory: Path) -> Settings:
    monkeypatch.chdir(directory)  # no hcp.toml of the developer's
    for name in [name for name in os.environ if name.startswith("HCP_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load()


def services_on(compose: dict[str, Any], network: str) -> set[str]:
    return {name for name, service in compose["services"].items() if network in service["networks"]}


def dockerfile() -> str:
    return (REPO / "assistant" / "Dockerfile").read_text().replace("\\\n", " ")


def is_committed(name: str) -> bool:
    """Whether a clone has it: an empty folder of this machine does not count."""
    return bool(subprocess.run(["git", "ls-files", name], cwd=REPO, capture_output=True, check=True).stdout)


def test_the_services_are_the_assistant_chroma_postgres_nats_and_a_mail_catcher(compose):
    assert set(compose["services"]) == {"assistant", "chroma", "postgres", "nats", "mailpit"}


def test_every_service_has_a_health_check_and_a_volume_that_exists(compose):
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        volumes = [volume.split(":")[0] for volume in service["volumes"]]
        assert volumes, name
        assert set(volumes) <= set(compose["volumes"]), name


def test_every_network_a_service_names_exists_and_none_is_left_over(compose):
    used = set(itertools.chain.from_iterable(service["networks"] for service in compose["services"].values()))
    assert used == set(compose["networks"])


def test_the_assistant_waits_for_the_health_of_what_it_needs(compose):
    waits = compose["services"]["assistant"]["depends_on"]
    assert {name for name, how in waits.items() if how["condition"] == "service_healthy"} == {
        "chroma",
        "nats",
        "postgres",
    }


def test_the_assistants_variables_are_all_settings(settings):
    assert settings.index.chroma == "server"
    assert settings.delivery.kind == "nats"
    assert settings.web.market is Market.US
    assert {token.role for token in settings.web.tokens} == {Role.MSL, Role.SAFETY, Role.CONTENT}
    assert (settings.mail.host, settings.mail.port) == ("mailpit", 1025)
    assert settings.transfer.kind == "file"


def test_a_variable_that_is_no_setting_would_be_refused(compose, monkeypatch, tmp_path):
    variables = compose["services"]["assistant"]["environment"]
    with pytest.raises(SettingsError, match="chroma_hosts"):
        settings_from({**variables, "HCP_INDEX__CHROMA_HOSTS": "chroma"}, monkeypatch, tmp_path)


def test_the_assistant_is_given_nothing_but_settings(compose):
    assert all(name.startswith("HCP_") for name in compose["services"]["assistant"]["environment"])


def test_chroma_is_where_the_settings_look_for_it(settings, compose):
    assert settings.index.chroma_host == "chroma"
    assert (
        f"/dev/tcp/127.0.0.1/{settings.index.chroma_port}" in compose["services"]["chroma"]["healthcheck"]["test"][-1]
    )


def test_chroma_is_of_the_version_that_its_client_is_locked_to(compose):
    locked = re.search(r"^chromadb==(\S+)", (REPO / "requirements.txt").read_text(), re.MULTILINE)
    assert locked is not None
    assert compose["services"]["chroma"]["image"] == f"chromadb/chroma:{locked[1]}"


def test_chroma_shares_a_network_with_the_assistant_alone_and_publishes_no_port(compose):
    chroma = compose["services"]["chroma"]
    assert "ports" not in chroma
    assert [services_on(compose, network) for network in chroma["networks"]] == [{"assistant", "chroma"}]


@pytest.mark.parametrize("service", ["chroma", "postgres", "nats"])
def test_nothing_that_keeps_data_reaches_or_is_reached_from_outside(compose, service):
    assert "ports" not in compose["services"][service]
    assert all(compose["networks"][network].get("internal") for network in compose["services"][service]["networks"])


def test_the_database_is_where_the_settings_look_for_it(settings, compose):
    url = make_url(settings.storage.url())
    postgres = compose["services"]["postgres"]["environment"]
    assert (url.drivername, url.host, url.port) == ("postgresql+psycopg", "postgres", 5432)
    assert (url.username, url.database) == (postgres["POSTGRES_USER"], postgres["POSTGRES_DB"])
    assert url.password == postgres["POSTGRES_PASSWORD"]


def test_nats_is_where_the_settings_look_for_it(settings, compose):
    url = urlsplit(settings.delivery.nats_url.get_secret_value())
    configured = compose["configs"]["nats"]["content"]
    assert url.hostname == "nats"
    assert f'listen: "0.0.0.0:{url.port}"' in configured
    assert f'user: "{url.username}"' in configured
    assert f'password: "{url.password}"' in configured


def test_nats_writes_to_disk_before_it_acknowledges(compose):
    nats = compose["services"]["nats"]
    configured = compose["configs"]["nats"]["content"]
    assert re.search(r"^\s*sync_interval: always$", configured, re.MULTILINE)
    assert f'store_dir: "{nats["volumes"][0].split(":")[1]}"' in configured
    assert nats["configs"] == [{"source": "nats", "target": nats["command"][-1]}]


def test_published_ports_listen_on_loopback_alone(compose):
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_published_port_is_the_one_the_service_listens_on(settings, compose):
    assert compose["services"]["assistant"]["ports"][0].split(":")[-1] == str(settings.web.port)
    assert settings.web.host == "0.0.0.0"


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_no_secret_has_a_default(written, missing):
    with pytest.raises(KeyError, match=f"set {missing} in .env"):
        interpolated(written, {name: value for name, value in SECRETS.items() if name != missing})


def test_the_example_environment_names_every_variable_and_gives_no_secret(written):
    used = set(re.findall(r"\$\{(\w+)", str(written)))
    lines = (REPO / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) == used
    assert not any(given[name] for name in SECRETS)


def test_images_are_pinned_to_a_version(compose):
    for name, service in compose["services"].items():
        tag = service["image"].rpartition(":")[2]
        assert re.search(r"\d", tag), name


def test_the_image_installs_the_lock_and_nothing_that_is_not_in_it():
    installs = [line for line in dockerfile().splitlines() if "pip install" in line]
    assert installs[0].endswith("--require-hashes -r requirements.txt")
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)


def test_the_image_runs_as_an_unprivileged_user_and_checks_its_health():
    last_stage = dockerfile().split("\nFROM ")[-1]
    user = re.search(r"^USER (\d+)$", last_stage, re.MULTILINE)
    assert last_stage.startswith("python:3.11-slim\n")
    assert user is not None
    assert int(user[1]) > 0
    assert "HEALTHCHECK" in last_stage
    assert "pip install" not in last_stage


def test_what_the_image_copies_exists_and_is_let_through():
    lines = (REPO / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    copied = {
        source
        for line in dockerfile().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in shlex.split(line)[1:-1]
    }
    assert lines[1] == "*"
    assert copied == let_through
    assert all(is_committed(source) for source in copied)


def test_secrets_stay_out_of_the_image():
    lines = (REPO / ".dockerignore").read_text().splitlines()
    assert {"**/.env", "**/.env.*", "**/var"} <= set(lines)


def test_the_image_listens_where_the_settings_say(monkeypatch, tmp_path):
    environment = dict(re.findall(r"(HCP_\w+)=(\S+)", dockerfile()))
    settings = settings_from(environment, monkeypatch, tmp_path)
    assert re.search(rf"^EXPOSE {settings.web.port}$", dockerfile(), re.MULTILINE)
    assert f"VOLUME {settings.storage.directory}" in dockerfile()


def test_the_health_checks_ask_an_address_that_exists(compose):
    served = {route.path for route in health.routes}
    asked = [*compose["services"]["assistant"]["healthcheck"]["test"], dockerfile()]
    paths = [path for text in asked for path in re.findall(r"127\.0\.0\.1:8000(/[\w/]+)", text)]
    assert len(paths) == 2
    assert set(paths) <= served
