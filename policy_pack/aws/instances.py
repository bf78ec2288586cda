"""The families of ML instances that keep data on local NVMe storage.

Such volumes are encrypted by a hardware module of the Nitro System with a key of the instance's own, not with the
endpoint configuration's KMS key.

Sources: `KmsKeyId` of "CreateEndpointConfig" in the Amazon SageMaker API Reference; "SSD instance store volumes" in the
Amazon EC2 User Guide; "Amazon SageMaker AI Pricing" for the families that host endpoints. Adding a family is a line.
"""

from __future__ import annotations

LOCAL_STORAGE_FAMILIES = frozenset(
    {
        "c5d",
        "c6gd",
        "dl1",
        "g4dn",
        "g5",
        "g6",
        "g6e",
        "g7",
        "g7e",
        "m5d",
        "m6gd",
        "p4d",
        "p4de",
        "p5",
        "p5e",
        "p5en",
        "r5d",
        "r6gd",
        "r7gd",
        "trn1",
        "trn1n",
        "trn2",
    }
)
# Families that come as one name for each chip: p6-b200, p6-b300, p6e-gb200.
LOCAL_STORAGE_FAMILY_PREFIXES = ("p6-", "p6e-")


def has_local_storage(instance_type: str) -> bool:
    """Whether instances of a type, as in "ml.g5.xlarge", keep data on local storage."""
    parts = instance_type.split(".")
    family = parts[1] if len(parts) == 3 and parts[0] == "ml" else ""
    return family in LOCAL_STORAGE_FAMILIES or family.startswith(LOCAL_STORAGE_FAMILY_PREFIXES)
