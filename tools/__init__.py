"""Tools that make runs, for the publishers of the pack."""
