"""The real Terraform CLI with a stand-in for its AWS provider, for what it prints of plans and states."""
