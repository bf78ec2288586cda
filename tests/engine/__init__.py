"""The real engine in tests: a stand-in for the AWS providers, so that no account is needed, and the CLI."""
