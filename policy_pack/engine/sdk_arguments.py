"""Reads a resource from the SDK's arguments of a policy: the same result as `policy_pack.engine.messages`, but slower.

The SDK's proxies raise `UnknownValueError` on reading an unknown value; listing keys does not read values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

import pulumi
from pulumi_policy import PolicyResource, ResourceValidationArgs
from pulumi_policy.proxy import UnknownValueError

from policy_pack.engine.messages import ROOT, sent
from policy_pack.stack.model import Provider, Resource
from policy_pack.values import UNKNOWN, Opaque, Plain, unwrap


def resource(args: Union[ResourceValidationArgs, PolicyResource]) -> Resource:
    """A resource from the arguments of a resource policy, or from a resource in those of a stack policy."""
    provider = None
    if args.provider is not None:
        provider = Provider(args.provider.urn, properties(args.provider.props))
    sources = None
    if isinstance(args, PolicyResource):
        sources = {name: tuple(each.urn for each in found) for name, found in args.property_dependencies.items()}
    found, options = properties(args.props), args.opts
    return sent(
        args.urn,
        args.resource_type,
        args.name,
        found,
        provider,
        sources,
        options.ignore_changes,
        options.delete_before_replace,
    )


def tells_dependencies(given: Iterable[PolicyResource]) -> bool:
    """The same as in `policy_pack.engine.messages`."""
    return any(each.resource_type == ROOT or any(each.property_dependencies.values()) for each in given)


def properties(proxy: Mapping[str, Any]) -> dict[str, Plain]:
    """The entries of a mapping as plain values."""
    return {name: _read(proxy, name) for name in proxy}


def _read(proxy: Any, key: Any) -> Plain:
    try:
        value = proxy[key]
    except UnknownValueError:
        return UNKNOWN
    if isinstance(value, Mapping):
        return unwrap(properties(value))
    if isinstance(value, pulumi.Asset):
        return Opaque("an asset")
    if isinstance(value, pulumi.Archive):
        return Opaque("an archive")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_read(value, index) for index in range(len(value))]
    return unwrap(value)
