"""The families of ML instances that keep data on local NVMe storage.

Such volumes are encrypted by a hardware module of the Nitro System with a key of the instance's own, not with the
endpoint configuration's KMS key.

Sources: `KmsKeyId` of "CreateEndpointConfig" and `InstanceType` of "ProductionVariant" in the Amazon SageMaker API
Reference; "SSD instance store volumes" and "Instance types" in the Amazon EC2 User Guide. Adding a family is a line; a
test compares both lists with the families that botocore knows.
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
# These keep their data on volumes, which the key encrypts.
WITHOUT_LOCAL_STORAGE = frozenset(
    {
        "c4",
        "c5",
        "c6g",
        "c6gn",
        "c6i",
        "c6in",
        "c7g",
        "c7i",
        "c8g",
        "inf1",
        "inf2",
        "m4",
        "m5",
        "m6g",
        "m6i",
        "m7i",
        "m8g",
        "p2",
        "p3",
        "r5",
        "r6g",
        "r6i",
        "r7i",
        "r8g",
        "t2",
    }
)
# Families with one name for each chip: p6-b200, p6-b300, p6e-gb200.
LOCAL_STORAGE_FAMILY_PREFIXES = ("p6-", "p6e-")


def has_local_storage(instance_type: str) -> bool | None:
    """Whether instances of a type ("ml.g5.xlarge") keep data on local storage; `None` if its family is not known."""
    parts = instance_type.split(".")
    family = parts[1] if len(parts) == 3 and parts[0] == "ml" else ""
    if family in LOCAL_STORAGE_FAMILIES or family.startswith(LOCAL_STORAGE_FAMILY_PREFIXES):
        return True
    return False if family in WITHOUT_LOCAL_STORAGE else None
