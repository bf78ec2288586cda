"""Values that no provider takes, and texts that must never come out again."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from policy_pack.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN_SENTINELS

Path = tuple[Any, ...]

ACCOUNT, KEY_ID = "999988887777", "0badc0de-1234-1234-1234-123456789012"
PLANTED = (ACCOUNT, KEY_ID, "s3cr3t-pl4nt", "pol1cy-pl4nt")
HOSTILE = (
    f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/{KEY_ID}",
    f"arn:aws:iam::{ACCOUNT}:role/s3cr3t-pl4nt",
    '{"Statement": [{"Sid": "pol1cy-pl4nt", "Effect": "Allow", "Principal": "*", "Action": "*"}]}',
    "s3cr3t-pl4nt\x1b[31m\r\n::error::s3cr3t-pl4nt",
    "\u202es3cr3t-pl4nt\x00",
    f"{ACCOUNT}" * 40,
)
WRONG: tuple[Any, ...] = (5.5, -1, [["s3cr3t-pl4nt"], 5], {"s3cr3t-pl4nt": 5}, {"a": {"b": ["pol1cy-pl4nt"]}})
"""Of no type that a property of AWS has; an empty list or object may count as absent, so none is here."""

BAD_KEYS: tuple[Any, ...] = (
    None,
    "",
    "  ",
    "alias/aws/sagemaker",
    f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/sagemaker",
    f"arn:aws:kms:eu-north-1:{ACCOUNT}:key/{KEY_ID}",
    f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/{KEY_ID}",
    f"arn:aws:kms:us-east-1:{ACCOUNT}:key/s3cr3t-pl4nt",
    f"arn:aws:kms::{ACCOUNT}:key/{KEY_ID}",
    f"arn:aws:iam::{ACCOUNT}:role/s3cr3t-pl4nt",
    "true",
    False,
    *WRONG,
)
"""What is no key that counts where a configuration is in us-east-1."""


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all that is within a value."""
    steps: Iterable[Any] = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from paths(value[step], (*path, step))


def at(value: Any, path: Path) -> Any:
    """What is at a path."""
    for step in path:
        value = value[step]
    return value


def wrong(random: Random, instead_of: Any) -> Any:
    """A value of another type than one has, never one that AWS or a provider would take for it."""
    return copy.deepcopy(_wrong(random, instead_of))


def _wrong(random: Random, instead_of: Any) -> Any:
    if isinstance(instead_of, bool):
        return random.choice(("s3cr3t-pl4nt", "enabled", 5.5, *WRONG[2:]))
    if isinstance(instead_of, (int, float)):
        return random.choice(("s3cr3t-pl4nt", *WRONG[2:]))
    if isinstance(instead_of, list):
        return random.choice((5.5, "s3cr3t-pl4nt", True))
    if isinstance(instead_of, dict):
        return random.choice((5.5, "s3cr3t-pl4nt", True, [5, "s3cr3t-pl4nt"]))
    return random.choice((True, False, *WRONG))


def anything(random: Random, names: list[str], depth: int = 3) -> Any:
    """Any value: of every type, nested, with what the engine encodes as objects."""
    kind = random.randrange(11 if depth else 6)
    if kind < 6:
        texts = (*HOSTILE, *UNKNOWN_SENTINELS, "us-east-1", "alias/aws/sagemaker", "")
        leaves = (None, True, False, 5.5, float(2**53), random.choice(texts), random.choice(texts))
        return random.choice(leaves)
    inner = [anything(random, names, depth - 1) for _ in range(random.randrange(4))]
    if kind < 8:
        return inner
    if kind == 8:
        key = random.choice(("value", "ciphertext", "plaintext", "urn"))
        return {SIGNATURE: random.choice((SECRET, OUTPUT, "nobody knows", 5.5)), key: inner[0] if inner else None}
    return {random.choice(names): each for each in inner}


def mutated(random: Random, value: Any, within: Path = (), times: int = 3) -> Any:
    """A copy in which some places hold anything, are gone, twice, exchanged with others, or called otherwise."""
    value = copy.deepcopy(value)
    names = sorted({step for path in paths(value) for step in path if isinstance(step, str)}) or ["name"]
    for _ in range(random.randint(1, times)):
        places = list(paths(at(value, within), within))
        if not places:
            return value
        *above, step = random.choice(places)
        parent, kind = at(value, tuple(above)), random.randrange(6)
        if kind == 0:
            del parent[step]
        elif kind == 1 and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[step]))
        elif kind == 1 and isinstance(parent, dict):
            parent[random.choice(names)] = parent.pop(step)
        elif kind == 2:
            parent[step] = copy.deepcopy(at(value, random.choice(places)))
        elif kind == 3:
            parent[step] = [parent[step]]
        else:
            parent[step] = anything(random, names)
    return value


def leaks(text: str) -> list[str]:
    """The planted texts that came out."""
    return [f"{each!r} came out: {text[:400]!r}" for each in PLANTED if each in text]
