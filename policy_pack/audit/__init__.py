"""Audits what is deployed, or saved of a preview, without the Pulumi CLI: the same policies, and evidence of them."""
