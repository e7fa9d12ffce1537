"""Suites, runs, scores, comparisons, reports."""
