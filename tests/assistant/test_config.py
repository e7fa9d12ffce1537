from __future__ import annotations

import pytest

from assistant.config import load
from assistant.errors import SettingsError


def test_a_variable_that_names_no_setting_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("HCP_WEBB__PORT", "1")
    with pytest.raises(SettingsError, match="HCP_WEBB__PORT"):
        load()


def test_variables_of_the_evals_do_not_stop_the_service(monkeypatch):
    monkeypatch.setenv("HCP_EVALS_JUDGE__MODEL", "openai:judge")
    assert load().web.port
