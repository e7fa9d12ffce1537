"""Finds label files in files, folders and zips, without ever writing one to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from knowledge.errors import DocumentError, HostileDocument, UnreadableDocument

MAX_FILE_BYTES = 50_000_000
MAX_ZIP_BYTES = 2_000_000_000
MAX_ENTRIES = 20_000
MAX_RATIO = 200  # unpacked bytes a packed byte: label XML packs about 1:10
MAX_NESTING = 2  # DailyMed: a zip of one zip a label
READABLE = (".json", ".xml", ".zip", ".qa.yaml", ".qa.yml")  # in folders and zips; a file named itself is always read

Source = tuple[str, bytes | DocumentError]


def read_sources(paths: Sequence[Path]) -> Iterator[Source]:
    """Reads everything that may be a label.

    Args:
        paths: files, folders (read recursively, in sorted order) and zips; in folders and zips
            other file types (images, style sheets) are passed over.

    Yields:
        (display name, bytes), or (display name, the error) for what cannot be read; one bad file
        never stops the rest.
    """
    for path in paths:
        if path.is_dir():
            yield from _folder(path)
        else:
            yield from _file(path, path.name)


def _folder(folder: Path) -> Iterator[Source]:
    root = folder.resolve()
    found = False
    for path in sorted(folder.rglob("*")):
        if not path.name.lower().endswith(READABLE) or not (path.is_file() or path.is_symlink()):
            continue
        found = True
        name = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(root):
            yield name, HostileDocument(f"{name}: a link that leaves {folder}; add the file itself")
            continue
        yield from _file(path, name)
    if not found:
        yield (
            str(folder),
            UnreadableDocument(f"{folder}: holds no .json, .xml, .zip or .qa.yaml file; name a folder of labels"),
        )


def _file(path: Path, name: str) -> Iterator[Source]:
    try:
        size = path.stat().st_size
        limit = MAX_ZIP_BYTES if path.suffix.lower() == ".zip" else MAX_FILE_BYTES
        if size > limit:
            yield name, HostileDocument(f"{name}: {size:,} bytes, more than {limit:,}; split it or check its origin")
            return
        if path.suffix.lower() == ".zip":
            with path.open("rb") as stream:
                yield from _zip(stream, name, 1)
            return
        yield name, path.read_bytes()
    except OSError as error:
        yield name, UnreadableDocument(f"{path}: cannot be read ({error.strerror or error}); check path and rights")


def _zip(stream: io.BufferedIOBase | io.BufferedReader | io.BytesIO, name: str, depth: int) -> Iterator[Source]:
    if depth > MAX_NESTING:
        yield name, HostileDocument(f"{name}: zips nested deeper than {MAX_NESTING}; unpack the outer ones")
        return
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                yield name, HostileDocument(f"{name}: {len(entries):,} entries, more than {MAX_ENTRIES:,}; split it")
                return
            yield from _entries(archive, entries, name, depth)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        yield name, UnreadableDocument(f"{name}: not a readable zip ({error}); download it again")


def _entries(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str, depth: int) -> Iterator[Source]:
    found = False
    for entry in sorted(entries, key=lambda e: e.filename):
        shown = f"{name}!{entry.filename}"
        if _leaves(entry.filename):
            found = True
            yield shown, HostileDocument(f"{shown}: its path leaves the zip; check where the zip comes from")
            continue
        suffix = PurePosixPath(entry.filename).suffix.lower()
        is_readable = entry.filename.lower().endswith(READABLE)
        if entry.is_dir() or not is_readable or PurePosixPath(entry.filename).name.startswith("._"):
            continue
        found = True
        data = _unpacked(archive, entry, shown)
        if isinstance(data, bytes) and suffix == ".zip":
            yield from _zip(io.BytesIO(data), shown, depth + 1)
        else:
            yield shown, data
    if not found:
        yield name, UnreadableDocument(f"{name}: holds no .json or .xml file; is it a zip of labels?")


def _leaves(filename: str) -> bool:
    path = PurePosixPath(filename.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (len(filename) > 1 and filename[1] == ":")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str) -> bytes | DocumentError:
    """Reads one entry, stopping at the limit whatever its header claims."""
    if entry.flag_bits & 0x1:
        return UnreadableDocument(f"{shown}: encrypted; unpack it yourself and add the file")
    if entry.file_size > MAX_FILE_BYTES or entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        return HostileDocument(f"{shown}: unpacks to {entry.file_size:,} bytes; too large or packed too tightly")
    try:
        with archive.open(entry) as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        return UnreadableDocument(f"{shown}: damaged ({error}); download the zip again")
    if len(data) > MAX_FILE_BYTES:
        return HostileDocument(f"{shown}: unpacks to more than {MAX_FILE_BYTES:,} bytes; check where it comes from")
    return data
