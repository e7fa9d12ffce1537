"""A small server on loopback that speaks /v1/chat/completions and says what a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import SecretStr

from assistant.config import ModelSettings

Answer = Callable[[dict], tuple[int, object]]  # the request's body → status, and content or error


def sentences(*said: tuple[str, str]) -> str:
    """The JSON asked for: (text, passage id) each."""
    return json.dumps({"sentences": [{"text": text, "passages": [name]} for text, name in said]})


def passages_of(body: dict) -> dict[str, str]:
    return json.loads(body["messages"][-1]["content"])["passages"]


class ModelServer:
    """`answer` is called with each request's body; `requests` holds them all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[dict] = []
        self.answer: Answer = lambda _body: (200, sentences())
        self.drip_seconds = 0.0  # how long each of the first bytes of a reply takes

    def settings(self, **changes) -> ModelSettings:
        given = {"name": "openai:scripted", "base_url": self.url, "api_key": SecretStr("none"), "timeout_seconds": 5}
        return ModelSettings(**(given | changes))


@contextmanager
def model_server() -> Iterator[ModelServer]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state.requests.append(body)
            status, content = state.answer(body)
            self._send(status, completion(content) if status == 200 else {"error": {"message": content}})

        def _send(self, status, content):
            raw = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            if state.drip_seconds:
                for byte in raw[:20]:
                    time.sleep(state.drip_seconds)
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                raw = raw[20:]
            self.wfile.write(raw)

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_):  # a client that has given up is part of the tests
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    state = ModelServer(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def completion(content: object) -> dict:
    message = {"role": "assistant", "content": content}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366},
    }
