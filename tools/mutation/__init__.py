"""What `tools.mutate` is made of: the changes, the tests that see a line, and the trying of one change."""
