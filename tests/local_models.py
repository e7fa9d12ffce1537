"""The real local model of `make test-model` as a context: its address and name while it runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REPO = Path(__file__).parent.parent
PYTHON = REPO / "var" / "model" / "venv" / "bin" / "python"


@contextmanager
def local_model() -> Iterator[dict[str, str]]:
    """Start the model's server, yield {"url", "model"}, end it. Skips where the model is not installed."""
    if not PYTHON.is_file():
        pytest.skip("the local model is not installed: make test-model")
    log = REPO / "var" / "model" / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [PYTHON, "-P", REPO / "evals" / "local_model.py", "--keep", REPO / "var" / "model" / "model.gguf"],
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdin
        assert process.stdout
        try:
            ready = process.stdout.readline()
            if not ready:
                raise AssertionError(f"the model's server did not start: {log.read_text()[-2000:]}")
            yield json.loads(ready)
        finally:
            process.stdin.close()
            process.wait(timeout=30)
