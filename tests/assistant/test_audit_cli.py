"""`hcp audit` finds what was tampered with, in the database and in an export far from it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from typer.testing import CliRunner

from assistant.adapters.engine import make_engine, migrate, writing
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.vault import Vault
from assistant.audit.cli import app
from tests.fakes import FakeClock, FakeLedger
from tests.turns import turn_record


@pytest.fixture
def engine(tmp_path):
    made = make_engine(f"sqlite:///{tmp_path / 'hcp.sqlite'}")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def ledger(engine):
    ledger = SqlLedger(engine, FakeClock(), Vault(Fernet.generate_key().decode()))
    for number in range(1, 4):
        ledger.record(turn_record(number))
    return ledger


@pytest.fixture
def run(ledger):
    def invoke(*arguments, using=ledger):
        return CliRunner().invoke(
            app, [str(a) for a in arguments], obj=lambda: SimpleNamespace(ledger=using), catch_exceptions=False
        )

    return invoke


def tamper(engine, *statements):
    """What someone with the database's own rights could do: triggers are theirs to drop."""
    with writing(engine) as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount >= 1


def test_a_sound_record_is_sound_and_its_head_is_told(run, ledger):
    result = run("verify")
    assert result.exit_code == 0
    assert result.stdout.strip() == f"Sound: 6 entries, head {ledger.audit_head()}"
    assert json.loads(run("verify", "--json").stdout) == {
        "sound": True,
        "entries": 6,
        "head": str(ledger.audit_head()),
        "problems": [],
    }


def test_an_empty_record_is_sound(run):
    assert run("verify", using=FakeLedger()).exit_code == 0


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE audit_entries SET actor = 'someone' WHERE sequence = 3"], "entry 3"),
        (["DELETE FROM audit_entries WHERE sequence = 3"], "entry 4 stands where 3 is due"),
        (["DELETE FROM audit_entries WHERE sequence > 4"], "cut off"),
        (
            ["UPDATE interactions SET body = x'00' WHERE audit_sequence = 1"],
            "turn.recorded interaction_000001 was changed",
        ),
        (["DELETE FROM interactions WHERE audit_sequence = 3"], "turn.recorded interaction_000002 is gone"),
        (["UPDATE case_events SET body = replace(body, 'gout', 'flu') WHERE audit_sequence = 2"], "was changed"),
        (
            [
                "DELETE FROM audit_entries WHERE sequence > 4",
                "UPDATE audit_head SET sequence = 4, hash = (SELECT hash FROM audit_entries WHERE sequence = 4)",
            ],
            "cut off",
        ),
    ],
)
def test_tampering_is_found(run, engine, statements, found):
    tamper(engine, *statements)
    result = run("verify")
    assert result.exit_code == 1
    assert found in result.stdout


def test_a_record_cut_off_everywhere_is_found_with_a_head_noted_before(run, engine, ledger):
    noted = str(ledger.audit_head())
    tamper(
        engine,
        "DELETE FROM interactions WHERE audit_sequence > 4",
        "DELETE FROM case_events WHERE audit_sequence > 4",
        "DELETE FROM audit_entries WHERE sequence > 4",
        "UPDATE audit_head SET sequence = 4, hash = (SELECT hash FROM audit_entries WHERE sequence = 4)",
    )
    assert run("verify").exit_code == 0
    result = run("verify", "--head", noted)
    assert result.exit_code == 1
    assert "cut off" in result.stdout


def test_an_export_is_checked_without_the_database(run, tmp_path, ledger):
    out = tmp_path / "audit.jsonl"
    exported = run("export", "--out", out)
    assert (exported.exit_code, exported.stdout) == (0, "")
    assert str(ledger.audit_head()) in exported.stderr
    result = run("verify", "--file", out, "--head", ledger.audit_head(), using=None)
    assert result.exit_code == 0
    assert "Sound: 6 entries" in result.stdout
    assert [f.name for f in tmp_path.glob("*part")] == []


@pytest.mark.parametrize("damage", ["change", "remove", "swap", "cut"])
def test_a_damaged_export_is_found(run, tmp_path, ledger, damage):
    out = tmp_path / "audit.jsonl"
    run("export", "--out", out)
    lines = out.read_text().splitlines()
    if damage == "change":
        lines[1] = lines[1].replace("assistant", "someone")
    elif damage == "remove":
        del lines[2]
    elif damage == "swap":
        lines[2], lines[3] = lines[3], lines[2]
    else:
        del lines[-1]
    out.write_text("\n".join(lines) + "\n")
    assert run("verify", "--file", out, "--head", ledger.audit_head(), using=None).exit_code == 1


@pytest.mark.parametrize(
    ("content", "code", "said"), [("{}\n", 1, "line 1"), ("not json\n", 1, "line 1"), (None, 2, "cannot be read")]
)
def test_a_file_that_is_no_export_is_named(run, tmp_path, content, code, said):
    file = tmp_path / "other.jsonl"
    if content is not None:
        file.write_text(content)
    result = run("verify", "--file", file, using=None)
    assert result.exit_code == code
    assert said in result.stderr
    assert "other.jsonl" in result.stderr


def test_a_head_that_is_none_is_a_usage_error(run):
    result = run("verify", "--head", "yesterday")
    assert result.exit_code == 2
    assert "yesterday" in result.stderr


def test_an_export_that_cannot_be_written_is_named(run, tmp_path):
    result = run("export", "--out", tmp_path / "nowhere" / "audit.jsonl")
    assert result.exit_code == 2
    assert "audit.jsonl" in result.stderr
