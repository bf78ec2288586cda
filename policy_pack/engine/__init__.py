"""What serves the pack to the Pulumi engine."""
