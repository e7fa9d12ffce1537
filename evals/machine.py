"""What ran, and on what: for the record of a run or a measurement."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGE = "hcp-assistant"


def describe_machine() -> dict[str, str]:
    """Platform, processor, cores, memory and Python; no host name."""
    return {
        "platform": platform.platform(terse=True),
        "processor": _processor(),
        "cores": str(os.cpu_count() or "unknown"),
        "memory": _memory(),
        "python": platform.python_version(),
    }


def package_versions() -> dict[str, str]:
    """The versions of the direct dependencies that are installed."""
    versions = {PACKAGE: _version(PACKAGE)}
    for requirement in metadata.requires(PACKAGE) or ():
        name = re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]
        if (version := _version(name)) != "":
            versions[name] = version
    return versions


def checkout() -> tuple[str, bool | None]:
    """The commit this code stands at and whether the tree was changed; ("unknown", None) where there is no git."""
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return "unknown", None
    return commit, bool(_git("status", "--porcelain", "--untracked-files=no"))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _processor() -> str:
    return _field(Path("/proc/cpuinfo"), r"model name\s*:\s*(.+)") or platform.processor() or platform.machine()


def _memory() -> str:
    kilobytes = _field(Path("/proc/meminfo"), r"MemTotal:\s*(\d+) kB")
    return f"{int(kilobytes) / 2**20:.0f} GiB" if kilobytes else "unknown"


def _field(path: Path, pattern: str) -> str:
    try:
        found = re.search(pattern, path.read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found.group(1).strip() if found else ""
