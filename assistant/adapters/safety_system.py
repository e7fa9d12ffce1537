"""The safety system that takes reports: over a signed webhook, or through a folder both sides see."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from assistant.adapters.delivery import signature
from assistant.config import TransferSettings
from assistant.errors import PermanentError, SettingsError, TransientError
from assistant.outgoing import Handover, Receipt, SafetySystem

MEDIA_TYPES = {"e2b": "application/xml", "json": "application/json"}
_TRY_AGAIN = frozenset({408, 423, 425, 429})
_REFERENCE_CHARACTERS = 200


class WebhookSafetySystem:
    """Posts each report, signed (Standard Webhooks), its id as `Idempotency-Key` (port `SafetySystem`).

    A 2xx answer, or 409 for one taken before, with JSON `{"reference": "…"}` acknowledges the report. Without a
    reference it is handed over and not acknowledged: `GET <url>/<id>` is asked later, or the receiver posts to
    `/v1/safety/acknowledgements`. Any other 4xx is a refusal.
    """

    def __init__(
        self,
        settings: TransferSettings,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`now`: seconds since 1970, of the signature. Raises SettingsError (no address, nothing to sign with)."""
        if not settings.url.startswith(("http://", "https://")):
            raise SettingsError(f"transfer.url: {settings.url!r} is no http(s) address. Set HCP_TRANSFER__URL.")
        if not settings.secret.get_secret_value():
            raise SettingsError("transfer.secret is empty; transfers are signed. Set HCP_TRANSFER__SECRET.")
        self._url = settings.url.rstrip("/")
        self._secret = settings.secret.get_secret_value()
        self._now = now
        self.media_type = MEDIA_TYPES[settings.format]
        self._client = httpx.Client(timeout=settings.timeout_seconds, follow_redirects=False, transport=transport)

    def hand_over(self, handover: Handover) -> Receipt:
        """Give it one report; a repeated id is the same report. Raises TransientError, PermanentError."""
        headers = {
            "content-type": handover.media_type,
            "idempotency-key": handover.transfer_id,
            **self._signed(handover.transfer_id, handover.body),
        }
        return self._judged(self._asked("POST", self._url, headers, handover.body), handover.transfer_id)

    def receipt(self, handover_id: str) -> Receipt:
        """Ask whether a report handed over before was acknowledged meanwhile. Raises TransientError, PermanentError."""
        response = self._asked("GET", f"{self._url}/{handover_id}", self._signed(handover_id, b""), None)
        if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED):
            return Receipt(is_acknowledged=False)  # it tells by posting, or not at all
        return self._judged(response, handover_id)

    def close(self) -> None:
        """Close the connections kept open."""
        self._client.close()

    def _signed(self, name: str, body: bytes) -> dict[str, str]:
        at = int(self._now())
        return {
            "webhook-id": name,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self._secret, name, at, body),
        }

    def _asked(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> httpx.Response:
        try:
            return self._client.request(method, url, headers=headers, content=body)
        except httpx.HTTPError as error:
            raise TransientError(f"The safety system cannot be reached ({type(error).__name__}).") from error

    def _judged(self, response: httpx.Response, name: str) -> Receipt:
        status = response.status_code
        if response.is_success or status == httpx.codes.CONFLICT:
            reference = _reference(response)
            if status == httpx.codes.CONFLICT and not reference:
                raise TransientError(f"The safety system is busy with {name} (409).")
            return Receipt(is_acknowledged=bool(reference), reference=reference)
        if response.is_server_error or status in _TRY_AGAIN:
            raise TransientError(f"The safety system answered {status}.")
        raise PermanentError(f"The safety system answered {status}: it will not take this report.")


def _reference(response: httpx.Response) -> str:
    try:
        told = response.json()
    except ValueError:
        return ""
    reference = told.get("reference") if isinstance(told, dict) else None
    return str(reference)[:_REFERENCE_CHARACTERS] if reference else ""


class FileDropSafetySystem:
    """Puts each report into a folder as `<id>.xml` or `<id>.json`, whole or not at all (port `SafetySystem`).

    The receiver answers with `<id>.ack` beside it, whose first line is its reference, or `<id>.nak` with the reason.
    """

    def __init__(self, directory: Path, form: str) -> None:
        """Raises SettingsError when the folder cannot be made or written to."""
        self._directory = directory
        self.media_type = MEDIA_TYPES[form]
        self._suffix = ".xml" if form == "e2b" else ".json"
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"transfer.directory: {directory} cannot be used ({error.strerror}). Set HCP_TRANSFER__DIRECTORY."
            ) from error

    def hand_over(self, handover: Handover) -> Receipt:
        """Put one report there; the same id gives the same file. Raises TransientError, PermanentError (refused)."""
        answered = self.receipt(handover.transfer_id)
        if answered.is_acknowledged:
            return answered
        path = self._directory / f"{handover.transfer_id}{self._suffix}"
        try:
            _put(path, handover.body)
        except OSError as error:
            raise TransientError(f"{self._directory} took no file ({error.strerror}).") from error
        return answered

    def receipt(self, handover_id: str) -> Receipt:
        """What the receiver put beside the report. Raises PermanentError (refused), TransientError (no folder)."""
        try:
            refused = _first_line(self._directory / f"{handover_id}.nak")
            taken = _first_line(self._directory / f"{handover_id}.ack")
        except OSError as error:
            raise TransientError(f"{self._directory} cannot be read ({error.strerror}).") from error
        if taken:
            return Receipt(is_acknowledged=True, reference=taken)
        if refused is not None:
            raise PermanentError(f"The safety system refused it: {refused or 'it gave no reason'}.")
        return Receipt(is_acknowledged=False)


def _put(path: Path, body: bytes) -> None:
    """Write under another name, on disk, then under its own: a reader never sees half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _first_line(path: Path) -> str | None:
    """The first line of a file, None when there is no such file; an empty one may still be being written."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip().partition("\n")[0][:_REFERENCE_CHARACTERS]
    except FileNotFoundError:
        return None


def make_safety_system(settings: TransferSettings) -> SafetySystem | None:
    """The safety system of the settings; None while there is none and reports wait. Raises SettingsError."""
    if settings.kind == "webhook":
        return WebhookSafetySystem(settings)
    if settings.kind == "file":
        if settings.directory is None:
            raise SettingsError("transfer.directory is not set. Set HCP_TRANSFER__DIRECTORY.")
        return FileDropSafetySystem(settings.directory, settings.format)
    return None
