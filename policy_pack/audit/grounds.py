"""The evidence for compliant verdicts if the policy itself gives none: which key, where, in what state.

Only audits use this, so that it costs nothing at a preview. The texts contain names of resources, Regions, partitions,
instance types and numbers, never an ARN, an account or a policy's text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from policy_pack.aws.key_names import parse_key
from policy_pack.aws.regions import partition_of
from policy_pack.stack.links import (
    configurations_by_name,
    configurations_from,
    grants_of,
    keys_of,
    own_key,
    policies_of,
    primary_of,
)
from policy_pack.stack.model import Configuration, Endpoint, Key, Place, Stack
from policy_pack.values import Unknown

_INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
_DEFAULT_DAYS = 365  # AWS's default rotation period
_MOST = 5  # the most names in a text

Grounds = Callable[[Configuration, Stack], str]


def grounds(policy: str, configuration: Configuration, stack: Stack) -> str:
    """The evidence that a configuration meets a policy (by its short name); empty if there is none."""
    known = _GROUNDS.get(policy)
    return known(configuration, stack) if known is not None else ""


def _named(configuration: Configuration, stack: Stack) -> str:
    keys = keys_of(configuration, stack)
    if keys:
        return f"{configuration.key_property} names {_listed('the key', keys)} of this stack{_at(keys[0].place)}."
    parsed = parse_key(configuration.key, short_forms=True) if isinstance(configuration.key, str) else None
    if parsed is None:
        return f"{configuration.key_property} is set to a value that is not known here."
    what = "an alias" if parsed.alias is not None else "a key"
    where = f", in {parsed.region}" if parsed.region is not None else ""
    return f"{configuration.key_property} names {what} that is not made in this stack{where}."


def _customers(configuration: Configuration, stack: Stack) -> str:
    own = own_key(configuration, stack)
    if own is not None:
        return f"{configuration.key_property} names the key {own.quoted}, which the same template makes."
    parsed = parse_key(configuration.key, short_forms=True) if isinstance(configuration.key, str) else None
    if parsed is None:
        return ""
    what = "a customer alias" if parsed.alias is not None else "a key by its ID"
    if (parsed.key_id or "").startswith("mrk-"):
        what = "a multi-Region key by its ID"
    form = "a well-formed ARN" if parsed.is_arn else "a short form"
    return f"{configuration.key_property} is {form} that names {what}, not an AWS-managed one."


def _same_region(configuration: Configuration, stack: Stack) -> str:
    if own_key(configuration, stack) is not None:
        return "The same template makes the key and the configuration, in one Region."
    parsed = parse_key(configuration.key, short_forms=True) if isinstance(configuration.key, str) else None
    if parsed is None:
        return ""
    if parsed.region is None:
        return "A key that is named without a Region is in the configuration's own Region."
    return f"The key and the configuration are both in {parsed.region}, of the partition {parsed.partition}."


def _made_in_same_region(configuration: Configuration, stack: Stack) -> str:
    keys = keys_of(configuration, stack)
    if not keys:
        return ""
    region = _region(configuration.place) or _region(keys[0].place)
    where = f"in {region}" if region else "of one provider and have no Region of their own"
    return f"{_listed('The key', keys)} and the configuration are both {where}."


def _usable(configuration: Configuration, stack: Stack) -> str:
    keys = keys_of(configuration, stack)
    verb = "is" if len(keys) == 1 else "are"
    return f"{_listed('The key', keys)} {verb} enabled, symmetric and for encryption." if keys else ""


def _rotates(configuration: Configuration, stack: Stack) -> str:
    said = []
    for key in keys_of(configuration, stack):
        days = primary_of(key, stack).rotation_days
        if not isinstance(days, Unknown):
            said.append(f"The key {key.quoted} rotates every {_DEFAULT_DAYS if days is None else int(days)} days.")
    return " ".join(said[:_MOST])


def _restricted(configuration: Configuration, stack: Stack) -> str:
    return " ".join(
        [f"The policy of the key {each.quoted} {_lets_in(each, stack)}." for each in _few(configuration, stack)]
    )


def _granted(configuration: Configuration, stack: Stack) -> str:
    said = []
    for key in _few(configuration, stack):
        grants = len(grants_of(key, stack))
        more = f", and the stack has {grants} grant{'' if grants == 1 else 's'} on it" if grants else ""
        said.append(f"The policy of the key {key.quoted} {_lets_in(key, stack)}{more}.")
    return " ".join(said)


def _lets_in(key: Key, stack: Stack) -> str:
    """The principals that the policy of a key names, by kind and number."""
    from policy_pack.iam.document import Malformed
    from policy_pack.iam.parse import parse_key_policy

    counted: Counter[str] = Counter()
    default = False
    for policy in policies_of(key, stack):
        if policy is None:
            default = True
            continue
        document = parse_key_policy(policy)
        if isinstance(document, Malformed):
            continue
        for statement in document.statements:
            if statement.effect == "Allow" and statement.principals is not None and not statement.principals.negated:
                names = {(each.kind, each.name) for each in statement.principals.entries}
                counted.update(_kind(kind, name, bool(statement.conditions)) for kind, name in names)
    if not counted:
        return "is the default one, which allows its own account only" if default else "names nobody"
    parts = [f"{number} {kind if number == 1 else f'{kind}s'}" for kind, number in sorted(counted.items())]
    return f"allows {' and '.join([', '.join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)}"


def _kind(kind: str, name: str | None, conditional: bool) -> str:
    if kind == "Service":
        what = "AWS service"
    elif name is None or "*" in (name or ""):
        what = "principal given by a pattern or an unknown value"
    elif ":role/" in name:
        what = "role"
    elif ":user/" in name:
        what = "user"
    else:
        what = "account"
    return f"{what}, under conditions," if conditional and what.startswith("principal") else what


def _no_local_storage(configuration: Configuration, _: Stack) -> str:
    types = {each.instance_type for each in configuration.variants if each.serverless is not True}
    known = sorted(each for each in types if isinstance(each, str) and _INSTANCE_TYPE.fullmatch(each))
    if known:
        more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
        return f"The instance types have no local storage: {', '.join(known[:_MOST])}{more}."
    return (
        "The variants are serverless, and the key encrypts the container images kept for them."
        if configuration.variants and not types
        else ""
    )


def _captured(configuration: Configuration, _: Stack) -> str:
    what = list(dict.fromkeys(each.what for each in configuration.storage))
    return f"The configuration names a key for its {' and '.join(what)}." if what else ""


def _used_by(configuration: Configuration, stack: Stack) -> list[Endpoint]:
    return [
        each
        for each in stack.endpoints
        if configuration in (configurations_from(each, stack) or configurations_by_name(each, stack))
    ]


def _followed(configuration: Configuration, stack: Stack) -> str:
    following = [each for each in stack.endpoints if configuration in configurations_from(each, stack)]
    verb = "takes" if len(following) == 1 else "take"
    return f"{_listed('The Endpoint', following)} {verb} the configuration's name from its output." if following else ""


def _paired(configuration: Configuration, stack: Stack) -> str:
    users = _used_by(configuration, stack)
    verb = "uses" if len(users) == 1 else "use"
    return f"{_listed('The Endpoint', users)} of this stack {verb} the configuration." if users else ""


def _few(configuration: Configuration, stack: Stack) -> Iterable[Key]:
    return keys_of(configuration, stack)[:_MOST]


def _listed(what: str, nodes: Iterable[Key | Endpoint]) -> str:
    names = [each.quoted for each in nodes]
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{what} {', '.join(names[:_MOST])}{more}"


def _at(place: Place) -> str:
    region = _region(place)
    return f", in {region}" if region else ""


def _region(place: Place) -> str:
    return place.region if isinstance(place.region, str) and partition_of(place.region) is not None else ""


def _readable(_: Configuration, __: Stack) -> str:
    return "The template could be read in full."


def _verified(_: Configuration, __: Stack) -> str:
    return "AWS reports that the key exists, is customer-managed and can be used."


_GROUNDS: Mapping[str, Grounds] = {
    "encryption-at-rest-enabled": _named,
    "customer-managed-key": _customers,
    "key-in-same-region": _same_region,
    "key-covers-instance-storage": _no_local_storage,
    "captured-data-encrypted": _captured,
    "template-readable": _readable,
    "key-resource-in-same-region": _made_in_same_region,
    "key-resource-usable": _usable,
    "key-policy-grants-sagemaker": _granted,
    "key-policy-restricted": _restricted,
    "key-rotation-enabled": _rotates,
    "endpoint-follows-replacement": _followed,
    "endpoint-configuration-in-stack": _paired,
    "paired-with-endpoint": _paired,
    "key-verified-in-aws": _verified,
}
