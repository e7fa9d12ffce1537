"""Who may call which route: one table, closed by default.

A route without a line here is refused to everyone (and fails a test). Off-label and safety content stands behind the
routes of medical and safety staff alone: no commercial-facing role reads it (RULES.md rows 1 and 4). An HCP is
anonymous: the random id of a conversation, turn or case that was told to them is the key to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.types import Role

_ALL = frozenset(Role)
_CONTENT = frozenset({Role.CONTENT, Role.COMPLIANCE, Role.ADMIN})
_MSL = frozenset({Role.MSL})
_SAFETY = frozenset({Role.SAFETY})
_CASES = _MSL | _SAFETY
_FIGURES = frozenset({Role.MSL, Role.COMPLIANCE, Role.ADMIN})

ACCESS: Mapping[tuple[str, str], frozenset[Role]] = {
    # the portal and what an HCP reaches by an id
    ("GET", "/"): _ALL,
    ("GET", "/documents/{document_id}/{version}"): _ALL,
    ("GET", "/passports/{interaction_id}"): _ALL,
    ("GET", "/login"): _ALL,
    ("GET", "/logout"): _ALL,
    ("POST", "/v1/conversations"): _ALL,
    ("GET", "/v1/conversations/{conversation_id}"): _ALL,
    ("POST", "/v1/conversations/{conversation_id}/messages"): _ALL,
    ("POST", "/v1/interactions/{interaction_id}/feedback"): _ALL,
    ("POST", "/v1/interactions/{interaction_id}/handoff"): _ALL,
    ("GET", "/v1/interactions/{interaction_id}/passport"): _ALL,
    ("GET", "/v1/conversations/{conversation_id}/cases"): _ALL,
    ("POST", "/v1/conversations/{conversation_id}/cases/{case_id}/messages"): _ALL,
    ("POST", "/v1/conversations/{conversation_id}/cases/{case_id}/withdraw"): _ALL,
    ("POST", "/v1/conversations/{conversation_id}/cases/{case_id}/rating"): _ALL,
    ("GET", "/v1/conversations/{conversation_id}/contact"): _ALL,
    ("PUT", "/v1/conversations/{conversation_id}/contact"): _ALL,
    ("DELETE", "/v1/conversations/{conversation_id}/contact"): _ALL,
    ("GET", "/v1/documents/{document_id}/versions/{version}"): _ALL,
    ("GET", "/v1/products"): _ALL,
    ("GET", "/v1/products/starters"): _ALL,
    ("GET", "/v1/health/live"): _ALL,
    ("GET", "/v1/health/ready"): _ALL,
    # content
    ("GET", "/content"): _CONTENT,
    ("GET", "/v1/knowledge"): _CONTENT,
    # evaluations: figures and replies on suites, never on what an HCP wrote
    ("GET", "/v1/evals/runs"): _CONTENT,
    ("GET", "/v1/evals/runs/{run_id}"): _CONTENT,
    ("GET", "/v1/evals/runs/{run_id}/case"): _CONTENT,
    ("GET", "/v1/evals/comparison"): _CONTENT,
    ("GET", "/evals"): _CONTENT,
    ("GET", "/evals/static/evals.css"): _CONTENT,
    ("GET", "/evals/compare"): _CONTENT,
    ("GET", "/evals/runs/{run_id}"): _CONTENT,
    ("GET", "/evals/runs/{run_id}/export"): _CONTENT,
    ("GET", "/evals/runs/{run_id}/cases/{case_id:path}"): _CONTENT,
    ("POST", "/evals/runs/{run_id}/cases/{case_id:path}"): _CONTENT,
    # cases
    ("GET", "/msl"): _CASES,
    ("GET", "/msl/{case_id}"): _CASES,
    ("GET", "/v1/cases"): _CASES,
    ("GET", "/v1/cases/position"): _CASES,
    ("GET", "/v1/cases/{case_id}"): _CASES,
    ("POST", "/v1/cases/{case_id}/claim"): _CASES,
    ("POST", "/v1/cases/{case_id}/release"): _CASES,
    ("POST", "/v1/cases/{case_id}/assign"): _CASES,
    ("POST", "/v1/cases/{case_id}/merge"): _CASES,
    ("POST", "/v1/cases/{case_id}/resolve"): _CASES,
    ("POST", "/v1/cases/{case_id}/reopen"): _CASES,
    ("POST", "/v1/cases/{case_id}/notes"): _CASES,
    ("POST", "/v1/cases/{case_id}/transfer"): _MSL,
    ("POST", "/v1/cases/{case_id}/draft"): _MSL,
    ("POST", "/v1/cases/{case_id}/reply"): _MSL,
    ("POST", "/v1/cases/{case_id}/preview"): _MSL,
    ("GET", "/v1/cases/{case_id}/passages"): _MSL,
    ("POST", "/v1/cases/{case_id}/proposals"): _MSL,
    # drug safety, apart from medical information
    ("GET", "/safety"): _SAFETY,
    ("GET", "/safety/{case_id}"): _SAFETY,
    ("POST", "/safety/{case_id}/assessment"): _SAFETY,
    ("POST", "/safety/{case_id}/transfers/{transfer_id}/retry"): _SAFETY,
    ("GET", "/v1/safety/cases/{case_id}"): _SAFETY,
    ("POST", "/v1/safety/cases/{case_id}/assessment"): _SAFETY,
    ("GET", "/v1/safety/cases/{case_id}/export"): _SAFETY,
    ("POST", "/v1/safety/acknowledgements"): _SAFETY,
    ("POST", "/v1/safety/transfers/{transfer_id}/retry"): _SAFETY,
    ("GET", "/v1/safety/reconciliation"): _SAFETY,
    # figures: counts alone
    ("GET", "/msl/figures"): _FIGURES,
    ("GET", "/v1/cases/figures"): _FIGURES,
}
