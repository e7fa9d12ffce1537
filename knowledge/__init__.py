"""How a document gets in, and how passages come out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from knowledge.catalog import Library, open_library

__all__ = ["Library", "open_library", "sha256_of"]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes: what an approval is bound to (`ParsedDocument.source_sha256`)."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
