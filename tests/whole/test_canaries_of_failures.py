"""Whatever step of a turn breaks, what it says of it reaches no log, trace, reply, record or signal with a raw word."""

from __future__ import annotations

import dataclasses
import logging

import pytest
from fastapi.testclient import TestClient

from assistant.bootstrap import build
from assistant.config import StorageSettings, load
from assistant.demo import fill
from assistant.web.app import create_app

CANARY = "Wendelmoor"
TEXT = f"Mrs Ottilie {CANARY}, MRN 0048213: what is the dose of Nelvoris at CrCl 22?"
STEPS = (
    "screen",
    "exposure_told",
    "understand",
    "judge",
    "follow",
    "without_answer",
    "link_to",
    "name_rules",
    "decide",
)
LATE = ("prepare", "signals")


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    held = build(load(storage=StorageSettings(directory=tmp_path_factory.mktemp("failures"))))
    fill(held)
    yield held
    held.close()


def raising(*_given, **_named):
    """Breaks as badly as can be: the raw message is in the error, and in the one behind it."""
    raise ValueError(f"cannot read {TEXT!r}") from KeyError(TEXT)


class Loud(logging.Handler):
    """Keeps all that is logged, with the traces."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.said = []

    def emit(self, record):
        self.said.append(logging.Formatter().format(record))


def said(services, caught):
    """All that one broken turn says: replies and log lines, then what was kept of it."""
    handler, root = Loud(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    places = {}
    try:
        with TestClient(create_app(services), raise_server_exceptions=False) as client:
            opened = client.post("/v1/conversations", json={}).json()["conversation_id"]
            path = f"/v1/conversations/{opened}/messages"
            for name, headers in (("reply", {}), ("stream", {"Accept": "text/event-stream"})):
                places[name] = client.post(path, json={"text": TEXT}, headers=headers).text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    # The bytes on disk hold these compressed, so they are read as they are shown.
    places["records"] = "\n".join(turn.model_dump_json() for turn in services.ledger.conversation(opened))
    places["cases"] = "\n".join(case.model_dump_json() for case in services.desk.cases(limit=1000))
    places["log"] = "\n".join(handler.said)
    places["streams"] = "".join(caught.readouterr())
    places["signals"] = "\n".join(s.model_dump_json() for s in services.outbox.claim("canary", 1000, 1.0))
    places["audit"] = "\n".join(e.model_dump_json() for e in services.ledger.audit(limit=1000))
    for file in sorted(services.settings.storage.directory.rglob("*")):
        places[file.name] = file.read_bytes().decode("latin-1") if file.is_file() else ""
    return places


@pytest.mark.parametrize("step", [*STEPS, *LATE])
def test_a_step_that_breaks_says_no_raw_word_anywhere(services, monkeypatch, capfd, step):
    monkeypatch.setattr(f"assistant.pipeline.{step}", raising)
    places = said(services, capfd)
    assert [place for place, text in places.items() if CANARY.lower() in text.lower()] == []


class Unwritable:
    """A ledger that cannot be written, and quotes what it was given."""

    conversation = staticmethod(lambda *_given, **_named: ())
    record = staticmethod(raising)


def test_a_ledger_that_breaks_says_no_raw_word_anywhere(services, capfd):
    assistant = dataclasses.replace(services.assistant, ledger=Unwritable())
    places = said(dataclasses.replace(services, assistant=assistant), capfd)
    assert [place for place, text in places.items() if CANARY.lower() in text.lower()] == []


@pytest.mark.parametrize("screen", range(6))
def test_a_screen_that_breaks_says_no_raw_word_anywhere(services, capfd, screen):
    screens = list(services.assistant.screens)
    screens[screen] = Broken()
    assistant = dataclasses.replace(services.assistant, screens=tuple(screens))
    places = said(dataclasses.replace(services, assistant=assistant), capfd)
    assert [place for place, text in places.items() if CANARY.lower() in text.lower()] == []


class Broken:
    name = "broken"
    look = staticmethod(raising)
