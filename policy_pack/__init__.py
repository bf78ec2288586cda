"""The policy pack: SageMaker endpoint configurations are encrypted at rest with a key that works."""

__version__ = "0.1.0"  # as in PulumiPolicy.yaml, which is what the engine reads
