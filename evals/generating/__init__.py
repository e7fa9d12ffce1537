"""Suites made from labels: paired cases whose right outcome is known because of how they were made."""
