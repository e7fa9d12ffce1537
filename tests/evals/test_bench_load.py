from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evals import bench_load
from evals.load_client import LoadClient

DEMO = Path(bench_load.__file__).parents[1] / "knowledge/library"


class Scripted(BaseHTTPRequestHandler):
    """A server that answers each message with the next status of its script."""

    protocol_version = "HTTP/1.1"
    statuses: tuple[int, ...] = (200,)
    asked = 0

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        status, retry = 201, False
        if self.path.endswith("/messages"):
            kind = type(self)
            status = kind.statuses[kind.asked % len(kind.statuses)]
            kind.asked += 1
            status, retry = abs(status), status in (429, 503)
        body = json.dumps({"conversation_id": "c"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if retry:
            self.send_header("Retry-After", "2")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def scripted():
    handler = type("Handler", (Scripted,), {"asked": 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def at_rate(base, rate, seconds):
    async def run():
        client = LoadClient(base, [("Zelvora", "dose?"), ("Zelvora", "storage?")])
        seen = await client.at_rate(rate, seconds)
        await client.close()
        return seen

    return asyncio.run(run())


def test_answers_refusals_and_failures_are_told_apart(scripted):
    handler, base = scripted
    handler.statuses = (200, 503, 429, 500, -503)  # negative: without Retry-After
    seen = at_rate(base, 50, 0.4)
    assert (seen.asked, len(seen.answered), len(seen.shed), seen.broken) == (20, 4, 12, 4)
    assert seen.without_retry_after == 4


def test_a_server_that_is_gone_counts_as_broken(scripted):
    handler, base = scripted
    client = LoadClient(base, [("Zelvora", "dose?")])
    handler.statuses = (200,)

    async def run():
        await client._opened()
        client._base = "http://127.0.0.1:9"  # nothing listens on the discard port
        client._idle.clear()
        from evals.load_client import Observed

        seen = Observed()
        await client._ask(seen, "c", "dose?")
        return seen

    seen = asyncio.run(run())
    assert (seen.asked, seen.broken) == (1, 1)


@pytest.mark.slow
def test_the_real_server_is_measured_and_overload_is_turned_away(tmp_path):
    report = bench_load.measure(DEMO, tmp_path, products=1, askers=4, seconds=2)
    assert report.sustained.answered > 0
    assert report.sustained.broken == report.overload.broken == 0
    assert report.overload.shed > 0
    assert report.overload.without_retry_after == 0
    assert report.floor_per_second > 0
