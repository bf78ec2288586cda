"""Audits deployed stacks and saved previews without the Pulumi CLI, with the same policies and with evidence."""
