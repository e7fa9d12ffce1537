"""NATS JetStream: each signal is published once per id (Nats-Msg-Id), on a subject of its purpose."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from assistant.adapters.delivery import CONTENT_TYPE, encode
from assistant.errors import PermanentError, SettingsError, TransientError
from assistant.records import Signal

try:
    import nats
    import nats.errors
    import nats.js.errors
    from nats.aio.client import Client
    from nats.js.api import StorageType, StreamConfig
except ImportError as error:  # an extra of the package
    raise SettingsError("delivery.kind is nats, but nats-py is missing: pip install 'hcp-assistant[nats]'.") from error

T = TypeVar("T")

DUPLICATE_WINDOW_SECONDS = 24 * 3600.0  # how late a second sending of the same signal is still recognised
_MARGIN_SECONDS = 5.0


class NatsDelivery:
    """A synchronous face over one NATS connection that lives in its own thread.

    Events go to `<subject>.<purpose>`, so that a consumer can be allowed its own purpose alone. The stream
    is made on first use when no stream takes that subject.
    """

    def __init__(self, url: str, subject: str, timeout: float = 5.0) -> None:
        """Nothing is connected until the first `send`. Raises SettingsError for a subject that is none."""
        if not subject or any(c in subject for c in " *>\t\r\n") or subject.strip(".") != subject:
            raise SettingsError(f"delivery.nats_subject: {subject!r} is no subject. Set HCP_DELIVERY__NATS_SUBJECT.")
        self._url = url
        self.subject = subject
        self._timeout = timeout
        self._client: Client | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats", daemon=True)
        self._thread.start()

    def send(self, signal: Signal) -> None:
        """Publish one event and wait for JetStream's acknowledgement.

        Raises PermanentError when the event is too large, TransientError for anything that may pass.
        """
        try:
            self._run(self._publish(signal))
        except nats.errors.MaxPayloadError as error:
            raise PermanentError(f"{signal.signal_id} is larger than the NATS server takes.") from error
        except (nats.errors.Error, OSError, TimeoutError, FutureTimeout) as error:
            raise TransientError(f"NATS did not take it ({type(error).__name__}: {error}).") from error

    def close(self) -> None:
        """Close the connection and end its thread."""
        if self._client is not None:
            self._run(self._client.close())
            self._client = None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(self._timeout)
        if not self._thread.is_alive():
            self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(self._timeout * 2 + _MARGIN_SECONDS)
        except FutureTimeout:
            future.cancel()
            raise

    async def _publish(self, signal: Signal) -> None:
        client = await self._connected()
        await client.jetstream(timeout=self._timeout).publish(
            f"{self.subject}.{signal.purpose.value}",
            encode(signal),
            timeout=self._timeout,
            headers={"Nats-Msg-Id": signal.signal_id, "Content-Type": CONTENT_TYPE},
        )

    async def _connected(self) -> Client:
        if self._client is not None and self._client.is_connected:
            return self._client
        if self._client is not None:
            await self._client.close()
        # Reconnecting is the outbox's matter: a send that fails is tried again from there.
        self._client = await nats.connect(
            self._url,
            allow_reconnect=False,
            max_reconnect_attempts=1,  # without these it would try a server that is away for minutes
            reconnect_time_wait=0,
            connect_timeout=self._timeout,
            error_cb=_ignore,
        )
        await self._ensure_stream(self._client)
        return self._client

    async def _ensure_stream(self, client: Client) -> None:
        manager = client.jsm(timeout=self._timeout)
        subjects = f"{self.subject}.>"
        try:
            await manager.find_stream_name_by_subject(subjects)
        except nats.js.errors.NotFoundError:
            await manager.add_stream(
                StreamConfig(
                    name=self.subject.replace(".", "_").upper(),
                    subjects=[subjects],
                    storage=StorageType.FILE,
                    duplicate_window=DUPLICATE_WINDOW_SECONDS,
                )
            )


async def _ignore(_error: Exception) -> None:
    """What went wrong is raised by the call it went wrong in; the client's own print adds nothing."""
