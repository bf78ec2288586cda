"""What a report shows of texts from a stack: nothing that a terminal would obey, no account, no key id."""

from __future__ import annotations

import re

from policy_pack.aws.key_names import parse_key
from policy_pack.quoting import MASK, visible
from policy_pack.values import Text, Unknown, WrongType

_ARNS_AND_ACCOUNTS = re.compile(
    r"arn:[^\s\"']*|\b\d{12}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\bmrk-[0-9a-f]{32}\b"
)


def masked(text: str) -> str:
    """A text that somebody wrote, on one line and without ARNs, accounts and ids of keys."""
    return visible(_ARNS_AND_ACCOUNTS.sub(MASK, " ".join(text.split())))


def key_text(key: Text, *, shows_arns: bool, is_secret: bool) -> str:
    """What a report shows of a configuration's key.

    The partition, region and alias of a well-formed one, and its account and id where `shows_arns`; in brackets what
    there is instead. What is malformed is not shown at all: nobody knows what it is.
    """
    if key is None:
        return "(none)"
    if isinstance(key, Unknown):
        return "(not known)"
    if isinstance(key, WrongType):
        return f"({key.kind})"
    if is_secret:
        return "(secret)"
    parsed = parse_key(key, short_forms=True)
    if parsed is None:
        return "(malformed)"
    if shows_arns:
        return key
    name = parsed.alias if parsed.alias is not None else _masked_id(parsed.key_id or "")
    if not parsed.is_arn:
        return name
    kind = "" if parsed.alias is not None else "key/"
    return f"arn:{parsed.partition}:kms:{parsed.region}:{MASK}:{kind}{name}"


def _masked_id(key_id: str) -> str:
    return f"mrk-{MASK}" if key_id.startswith("mrk-") else MASK
