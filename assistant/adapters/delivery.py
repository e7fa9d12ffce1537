"""Where signals go: the terminal, a signed webhook, or NATS JetStream. Each sends CloudEvents 1.0 (JSON)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
from datetime import UTC
from typing import Any, TextIO

import httpx

from assistant.config import DeliverySettings
from assistant.errors import PermanentError, SettingsError, TransientError
from assistant.ports import Delivery
from assistant.records import Signal

CONTENT_TYPE = "application/cloudevents+json"
_TRY_AGAIN = frozenset({408, 425, 429})


def cloud_event(signal: Signal) -> dict[str, Any]:
    """A signal as a CloudEvents 1.0 structured event; purpose, consent and schema version are extensions."""
    return {
        "specversion": "1.0",
        "id": signal.signal_id,
        "source": signal.source,
        "type": signal.type,
        "subject": signal.subject,
        "time": signal.at.astimezone(UTC).isoformat(),
        "datacontenttype": "application/json",
        "purpose": signal.purpose.value,
        "consent": signal.consent,
        "schemaversion": signal.schema_version,
        "data": signal.model_dump(mode="json")["data"],
    }


def encode(signal: Signal) -> bytes:
    """The event's bytes, the same for the same signal."""
    return json.dumps(cloud_event(signal), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, signal_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a request, as the Standard Webhooks specification has it (HMAC-SHA256)."""
    signed = b".".join((signal_id.encode(), str(timestamp).encode(), body))
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class ConsoleDelivery:
    """Prints each event as one line of JSON."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, signal: Signal) -> None:
        """Print one event. Raises TransientError when nobody reads any more."""
        try:
            print(encode(signal).decode(), file=self._stream or sys.stdout, flush=True)
        except OSError as error:
            raise TransientError(f"The terminal took no more ({error}).") from error


class WebhookDelivery:
    """Posts each event, signed, to one address. Redirects are not followed."""

    def __init__(self, url: str, secret: str, timeout: float = 10.0, setting: str = "delivery") -> None:
        """`setting`: the section these come from. Raises SettingsError (no http(s) URL, nothing to sign with)."""
        variable = f"HCP_{setting.upper()}__WEBHOOK"
        if not url.startswith(("http://", "https://")):
            raise SettingsError(f"{setting}.webhook_url: {url!r} is no http(s) address. Set {variable}_URL.")
        if not secret:
            raise SettingsError(f"{setting}.webhook_secret is empty; webhooks are signed. Set {variable}_SECRET.")
        self._url = url
        self._secret = secret
        self._client = httpx.Client(timeout=timeout, follow_redirects=False)

    def send(self, signal: Signal) -> None:
        """Post one event. Raises PermanentError for a refusal, TransientError for anything that may pass."""
        body = encode(signal)
        timestamp = int(time.time())
        headers = {
            "content-type": CONTENT_TYPE,
            "webhook-id": signal.signal_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._secret, signal.signal_id, timestamp, body),
        }
        try:
            response = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise TransientError(f"The webhook cannot be reached ({type(error).__name__}).") from error
        _judge(response.status_code)

    def close(self) -> None:
        """Close the connections kept open."""
        self._client.close()


def _judge(status: int) -> None:
    if httpx.codes.is_success(status):
        return
    if httpx.codes.is_server_error(status) or status in _TRY_AGAIN:
        raise TransientError(f"The webhook answered {status}.")
    raise PermanentError(f"The webhook answered {status}: it will not take this event.")


def make_delivery(settings: DeliverySettings) -> Delivery | None:
    """The delivery the settings ask for; None when signals only wait in the outbox. Raises SettingsError."""
    match settings.kind:
        case "none":
            return None
        case "console":
            return ConsoleDelivery()
        case "webhook":
            return WebhookDelivery(settings.webhook_url, settings.webhook_secret.get_secret_value())
        case "nats":
            from assistant.adapters.nats_delivery import NatsDelivery

            return NatsDelivery(settings.nats_url.get_secret_value(), settings.nats_subject)
