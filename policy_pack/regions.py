"""AWS regions and the partitions that they belong to.

Source: `regionRegex` of each partition in the AWS SDKs' partitions.json, with the compass words that regions have.
"""

from __future__ import annotations

import re

_WHERE = "(?:north|south|east|west|central|northeast|northwest|southeast|southwest)"
_PARTITIONS = {
    partition: re.compile(rf"(?:{prefix})-{_WHERE}-[1-9][0-9]?")
    for partition, prefix in {
        "aws": "us|eu|ap|sa|ca|me|af|il|mx",
        "aws-cn": "cn",
        "aws-us-gov": "us-gov",
        "aws-iso": "us-iso",
        "aws-iso-b": "us-isob",
        "aws-iso-e": "eu-isoe",
        "aws-iso-f": "us-isof",
        "aws-eusc": "eusc-de",
    }.items()
}

PARTITIONS = frozenset(_PARTITIONS)


def partition_of(region: str) -> str | None:
    """The partition of a region, as in "aws-cn" for "cn-north-1"; `None` for what is not a region's name."""
    for partition, pattern in _PARTITIONS.items():
        if pattern.fullmatch(region):
            return partition
    return None
