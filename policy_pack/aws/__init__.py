"""Facts of AWS, and the one place that asks it."""
