"""The vault keeps raw reports unreadable at rest, and says what to do when a key does not fit."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from assistant.adapters.engine import make_engine, migrate
from assistant.adapters.sql_ledger import SqlLedger
from assistant.adapters.vault import Vault, open_vault
from assistant.config import VaultSettings
from assistant.errors import SettingsError
from assistant.records import VaultEntry
from tests.fakes import START, FakeClock
from tests.turns import turn_record

ENTRY = VaultEntry(reference="vault_1", case_id="case_000001", text="Jane Roe, 81, had a rash", received_at=START)


def key():
    return Fernet.generate_key().decode()


def test_what_is_sealed_opens_again_and_says_nothing_meanwhile():
    vault = Vault(key())
    sealed = vault.seal(ENTRY)
    assert b"Jane" not in sealed
    assert vault.unseal("vault_1", sealed, vault.key_id) == ENTRY


def test_another_key_is_named_as_the_trouble():
    first, second = Vault(key()), Vault(key())
    with pytest.raises(SettingsError, match=rf"vault_1.*{first.key_id}.*{second.key_id}.*HCP_VAULT__KEY"):
        second.unseal("vault_1", first.seal(ENTRY), first.key_id)


def test_a_changed_byte_does_not_open():
    vault = Vault(key())
    sealed = bytearray(vault.seal(ENTRY))
    sealed[30] ^= 1
    with pytest.raises(SettingsError):
        vault.unseal("vault_1", bytes(sealed), vault.key_id)


def test_swapped_rows_are_seen():
    vault = Vault(key())
    with pytest.raises(SettingsError, match="swapped"):
        vault.unseal("vault_2", vault.seal(ENTRY), vault.key_id)


def test_a_rotated_key_still_opens_what_the_old_one_sealed():
    old, new = key(), key()
    rotated = Vault(f"{new}, {old}")
    assert rotated.unseal("vault_1", Vault(old).seal(ENTRY), "old") == ENTRY
    assert Vault(new).unseal("vault_1", rotated.seal(ENTRY), rotated.key_id) == ENTRY


@pytest.mark.parametrize("wrong", ["", " , ", "short", "x" * 44])
def test_a_key_that_is_none_is_refused_with_the_way_out_and_not_repeated(wrong):
    with pytest.raises(SettingsError, match="HCP_VAULT__KEY") as refused:
        Vault(wrong)
    assert "xxxx" not in str(refused.value)


def test_without_a_key_one_is_made_that_only_we_can_read_and_is_kept(tmp_path):
    vault = open_vault(VaultSettings(), tmp_path / "var")
    file = tmp_path / "var" / "vault.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert open_vault(VaultSettings(), tmp_path / "var").key_id == vault.key_id
    assert [f.name for f in file.parent.iterdir()] == ["vault.key"]


def test_a_key_file_others_can_read_is_refused(tmp_path):
    open_vault(VaultSettings(), tmp_path)
    (tmp_path / "vault.key").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        open_vault(VaultSettings(), tmp_path)


def test_a_key_of_the_settings_goes_before_the_file(tmp_path):
    given = key()
    assert open_vault(VaultSettings(key=SecretStr(given)), tmp_path).key_id == Vault(given).key_id
    assert list(tmp_path.iterdir()) == []


def test_the_raw_text_is_nowhere_in_the_database_files(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'hcp.sqlite'}")
    migrate(engine)
    SqlLedger(engine, FakeClock(), Vault(key())).record(turn_record(1).model_copy(update={"vault": (ENTRY,)}))
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"case_000001" in stored
    assert b"Jane Roe" not in stored
    engine.dispose()
