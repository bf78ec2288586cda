"""Tests of the audit command."""
