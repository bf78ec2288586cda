"""AWS regions and the partitions that they belong to.

Source: `regionRegex` of each partition in the AWS SDKs' partitions.json, with the compass words that regions have.
"""

from __future__ import annotations

from policy_pack.expressions import expression

_WHERE = "(?:north|south|east|west|central|northeast|northwest|southeast|southwest)"
_NAME = expression(rf"([a-z]+(?:-[a-z]+)?)-{_WHERE}-[1-9][0-9]?")
_PARTITIONS = {
    prefix: partition
    for partition, prefixes in {
        "aws": "us eu ap sa ca me af il mx",
        "aws-cn": "cn",
        "aws-us-gov": "us-gov",
        "aws-iso": "us-iso",
        "aws-iso-b": "us-isob",
        "aws-iso-e": "eu-isoe",
        "aws-iso-f": "us-isof",
        "aws-eusc": "eusc-de",
    }.items()
    for prefix in prefixes.split()
}

PARTITIONS = frozenset(_PARTITIONS.values())


def partition_of(region: str) -> str | None:
    """The partition of a Region, for example "aws-cn" for "cn-north-1"; `None` if it is not the name of a Region."""
    name = _NAME.fullmatch(region)
    return _PARTITIONS.get(name[1]) if name is not None else None
