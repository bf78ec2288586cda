"""Makes texts from a stack safe for a report: no terminal commands, no account, no key ID."""

from __future__ import annotations

import re

from policy_pack.aws.key_names import parse_key
from policy_pack.quoting import MASK, visible, without_ids
from policy_pack.values import Text, Unknown, WrongType

# Also ARNs of partitions that AWS does not have, and digits of other scripts.
_ARNS_AND_ACCOUNTS = re.compile(r"arn:[^\s\"']*|\b\d{12}\b")


def masked(text: str) -> str:
    """A user's text on one line, without ARNs, account IDs, key IDs and access keys."""
    return visible(without_ids(_ARNS_AND_ACCOUNTS.sub(MASK, " ".join(text.split()))))


def key_text(key: Text, *, shows_arns: bool, is_secret: bool) -> str:
    """A configuration's key as a report shows it.

    For a well-formed key, the partition, Region and alias, and with `shows_arns` the account and ID; otherwise a note
    in brackets. A malformed value is not shown at all, since it could be anything.
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
