"""What the pack costs, beside a bare service and the SDK's stock way."""
