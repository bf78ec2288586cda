"""Facts in the stack about keys and roles that conditions may read: ARNs, tags and aliases."""

from __future__ import annotations

from collections.abc import Mapping

from policy_pack.aws.key_names import parse_key
from policy_pack.gaps import MARKS
from policy_pack.iam import sagemaker
from policy_pack.iam.request import Known
from policy_pack.iam.texts import GAP
from policy_pack.stack.links import aliases_of
from policy_pack.stack.model import Configuration, Key, Stack, Tags
from policy_pack.values import PartlyKnown


def arn_of(key: Key) -> str:
    """The ARN of a key, with gaps for its unknown parts."""
    if isinstance(key.arn, str) and parse_key(key.arn, short_forms=False) is not None:
        return key.arn
    return sagemaker.key_arn(
        key.place.region if isinstance(key.place.region, str) else None,
        key.account if isinstance(key.account, str) else GAP,
    )


def facts_of(key: Key, stack: Stack, *, used_by_itself: bool = False) -> Known:
    """The tags of a key and its aliases, as far as the stack makes them."""
    aliases = [_with_gaps(each.name) for each in aliases_of(key, stack)]
    return sagemaker.facts_of_key(_texts(key.tags), key.tags.complete, aliases, used_by_itself=used_by_itself)


def tags_of(tags: Tags) -> Known:
    """The tags of a role."""
    return sagemaker.tags_of_role(_texts(tags), tags.complete)


def names_key_itself(configuration: Configuration) -> bool:
    """Whether a configuration is known to name its key by the ARN or the id, and not by an alias."""
    named = parse_key(configuration.key, short_forms=True) if isinstance(configuration.key, str) else None
    return named is not None and named.key_id is not None


def with_gaps(text: PartlyKnown) -> str:
    """A text that is partly known, with a gap where any text may stand."""
    return "".join(GAP if each in MARKS else each for each in text.text)


def _texts(tags: Tags) -> Mapping[str, str]:
    return {key: _with_gaps(value) for key, value in tags.known.items()}


def _with_gaps(value: object) -> str:
    if isinstance(value, PartlyKnown):
        return with_gaps(value)
    # What is no text that AWS takes is any other in its place.
    return value if isinstance(value, str) and value.isprintable() else GAP
