"""The documentation site: its programs, its pages and its links."""
