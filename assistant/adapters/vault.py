"""The safety vault: raw reports that law needs kept, encrypted at rest (Fernet: AES-128-CBC, HMAC-SHA256)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from assistant.config import VaultSettings
from assistant.errors import SettingsError
from assistant.records import VaultEntry

KEY_FILE = "vault.key"


class Vault:
    """Seals and opens vault entries. The first key seals; every key opens, so that keys can be rotated."""

    def __init__(self, keys: str) -> None:
        """`keys`: one Fernet key, or several joined by commas, newest first. Raises SettingsError."""
        names = [k.strip() for k in keys.split(",") if k.strip()]
        try:
            ciphers = [Fernet(k) for k in names]
        except ValueError:
            raise SettingsError(
                "vault.key is not a Fernet key (32 bytes in url-safe base64). Make one with "
                "`python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'` "
                "and set it as HCP_VAULT__KEY."
            ) from None
        if not ciphers:
            raise SettingsError("vault.key is empty. Set HCP_VAULT__KEY, or unset it to use the key file.")
        self._cipher = MultiFernet(ciphers)
        self.key_id = hashlib.sha256(names[0].encode()).hexdigest()[:12]  # tells keys apart, gives nothing away

    def seal(self, entry: VaultEntry) -> bytes:
        """Encrypt a whole entry, reference included, so that sealed rows cannot be swapped unseen."""
        return self._cipher.encrypt(entry.model_dump_json().encode())

    def unseal(self, reference: str, sealed: bytes, key_id: str) -> VaultEntry:
        """Decrypt the entry stored as `reference`. Raises SettingsError when no key at hand opens it."""
        try:
            entry = VaultEntry.model_validate_json(self._cipher.decrypt(sealed))
        except InvalidToken:
            raise SettingsError(
                f"Vault entry {reference} was sealed with key {key_id}, which is not at hand (ours: {self.key_id}). "
                "Add the key it was sealed with to HCP_VAULT__KEY, after a comma behind the present one."
            ) from None
        if entry.reference != reference:
            raise SettingsError(f"Vault entry {reference} holds {entry.reference}: the rows were swapped.")
        return entry


def open_vault(settings: VaultSettings, directory: Path) -> Vault:
    """The vault with the key of the settings, or with the key file of the storage directory (made when missing)."""
    if settings.key is not None:
        return Vault(settings.key.get_secret_value())
    return Vault(_key_file(directory / KEY_FILE))


def _key_file(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_key(path)
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"{path} can be read by others. Run `chmod 600 {path}`.")
    return path.read_text(encoding="ascii")


def _write_key(path: Path) -> None:
    # Written whole under another name and linked into place: two processes starting
    # together agree on one key, and a crash leaves none half written.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(Fernet.generate_key().decode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first; its key is the key
    finally:
        draft.unlink()
