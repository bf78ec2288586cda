"""Pulumi programs, each with what the pack says of it; `tests/test_programs.py` runs them."""
