"""What a policy is, and how it is run over a stack."""
