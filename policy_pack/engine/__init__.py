"""Serves the pack to the Pulumi engine."""
