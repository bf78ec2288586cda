"""The evaluator of key policies, on its own."""
