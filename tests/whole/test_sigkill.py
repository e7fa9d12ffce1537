"""The server is killed between question and answer; nothing recorded is lost and the library still answers."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

from assistant.bootstrap import build
from assistant.config import StorageSettings, load
from assistant.demo import fill

KILLS = 20
QUESTIONS = (
    "What is the recommended dosage?",
    "Which adverse reactions were reported most often?",
    "Is it contraindicated in any patients?",
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Server:
    """`hcp serve` as its own process on a free port."""

    def __init__(self, directory):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from assistant.cli import main; main()", "serve", "--port", str(port)],
            env={**os.environ, "HCP_STORAGE__DIRECTORY": str(directory)},
        )

    def wait(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, "the server ended by itself"
            try:
                if httpx.get(f"{self.base}/v1/health/ready", timeout=2).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the server was not ready within 60 s")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def ask(self, text):
        with httpx.Client(base_url=self.base, timeout=20) as client:
            made = client.post("/v1/conversations", json={"product": None}).raise_for_status().json()
            path = f"/v1/conversations/{made['conversation_id']}/messages"
            return client.post(path, json={"text": text}).raise_for_status().json()


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    services = build(load(storage=StorageSettings(directory=folder)))
    fill(services)
    (names, *_) = services.knowledge.products("US", "hcp", services.clock.now())
    services.close()
    return folder, names.product


def ask_until_killed(server, product, answered):
    while True:
        try:
            answered.append(server.ask(f"{product}: {random.choice(QUESTIONS)}")["interaction_id"])
        except httpx.TransportError:  # killed; an HTTP error would be a fault of ours
            return


def test_twenty_kills_lose_no_recorded_interaction_and_leave_a_library_that_answers(directory):
    folder, product = directory
    answered: list[str] = []
    for _ in range(KILLS):
        server = Server(folder).wait()
        asking = threading.Thread(target=ask_until_killed, args=(server, product, answered))
        asking.start()
        time.sleep(random.uniform(0.05, 1.2))
        server.kill()
        asking.join(timeout=30)
    assert answered, "no question was answered between the kills; the test proves nothing"
    server = Server(folder).wait()
    try:
        for interaction_id in answered:
            assert httpx.get(f"{server.base}/v1/interactions/{interaction_id}/passport").status_code == 200
        kinds = [outcome["kind"] for outcome in server.ask(f"{product}: {QUESTIONS[0]}")["reply"]["outcomes"]]
        assert kinds == ["answer"]
    finally:
        server.kill()
    services = build(load(storage=StorageSettings(directory=folder)))
    from assistant.audit import verify

    try:
        assert verify(services.ledger.audit(limit=100_000)) == ()
        assert services.knowledge.check().problems == ()
    finally:
        services.close()
