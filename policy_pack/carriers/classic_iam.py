"""The classic AWS provider: IAM roles, and the policies written within or attached to them.

Sources: the pages of these resources in the Pulumi Registry, package AWS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.place import Surroundings, node
from policy_pack.carriers.shapes import sources
from policy_pack.carriers.tags import tags_of
from policy_pack.stack.model import ManagedPolicy, Resource, Role, RolePolicy
from policy_pack.values import UNKNOWN, Unknown, get, items, text


def _role(resource: Resource, surroundings: Surroundings) -> Iterator[Role]:
    given = resource.properties
    inline = items(given.get("inlinePolicies"))
    managed = items(given.get("managedPolicyArns"))
    yield Role(
        **node(resource, surroundings),
        arn=text(given.get("arn")),
        name=text(given.get("name")),
        inline=inline if isinstance(inline, Unknown) else tuple(get(each, "policy") for each in inline),
        managed_arns=managed if isinstance(managed, Unknown) else tuple(map(text, managed)),
        managed_sources=sources(resource, "managedPolicyArns"),
        boundary=text(given.get("permissionsBoundary")),
        boundary_sources=sources(resource, "permissionsBoundary"),
        tags=tags_of(resource, surroundings),
    )


def _role_policy(resource: Resource, surroundings: Surroundings) -> Iterator[RolePolicy]:
    yield RolePolicy(
        **node(resource, surroundings),
        role_name=text(resource.properties.get("role")),
        role_sources=sources(resource, "role"),
        policy=resource.properties.get("policy"),
    )


def _attachment(resource: Resource, surroundings: Surroundings) -> Iterator[RolePolicy]:
    yield RolePolicy(
        **node(resource, surroundings),
        role_name=text(resource.properties.get("role")),
        role_sources=sources(resource, "role"),
        attached_arn=text(resource.properties.get("policyArn")),
        attached_sources=sources(resource, "policyArn"),
    )


def _policy_attachment(resource: Resource, surroundings: Surroundings) -> Iterator[RolePolicy]:
    """A node for each role that it names, or for the sources of its roles."""
    roles = items(resource.properties.get("roles"))
    own = node(resource, surroundings)
    for index, role in enumerate([UNKNOWN] if isinstance(roles, Unknown) else roles):
        yield RolePolicy(
            **{**own, "id": f"{resource.urn}#{index}"},
            role_name=text(role),
            role_sources=sources(resource, "roles"),
            attached_arn=text(resource.properties.get("policyArn")),
            attached_sources=sources(resource, "policyArn"),
        )


def _exclusive_attachments(resource: Resource, surroundings: Surroundings) -> Iterator[RolePolicy]:
    """A node for each policy that it names, or for their sources, and one that says that there are no others."""
    arns = items(resource.properties.get("policyArns"))
    role: dict[str, Any] = {
        "role_name": text(resource.properties.get("roleName")),
        "role_sources": sources(resource, "roleName"),
    }
    own = node(resource, surroundings)
    for index, arn in enumerate([UNKNOWN] if isinstance(arns, Unknown) else arns):
        yield RolePolicy(
            **{**own, "id": f"{resource.urn}#{index}"},
            **role,
            attached_arn=text(arn),
            attached_sources=sources(resource, "policyArns") if isinstance(arn, Unknown) else (),
        )
    yield RolePolicy(**own, **role, exclusive="managed")


def _exclusive_policies(resource: Resource, surroundings: Surroundings) -> Iterator[RolePolicy]:
    names = items(resource.properties.get("policyNames"))
    yield RolePolicy(
        **node(resource, surroundings),
        role_name=text(resource.properties.get("roleName")),
        role_sources=sources(resource, "roleName"),
        exclusive="inline",
        count=names if isinstance(names, Unknown) else len(names),
    )


def _managed_policy(resource: Resource, surroundings: Surroundings) -> Iterator[ManagedPolicy]:
    yield ManagedPolicy(
        **node(resource, surroundings),
        arn=text(resource.properties.get("arn")),
        policy=resource.properties.get("policy"),
    )


READERS = {
    "aws:iam/role:Role": Reads(Role, _role),
    "aws:iam/rolePolicy:RolePolicy": Reads(RolePolicy, _role_policy),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Reads(RolePolicy, _attachment),
    "aws:iam/policyAttachment:PolicyAttachment": Reads(RolePolicy, _policy_attachment),
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": Reads(RolePolicy, _exclusive_attachments),
    "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive": Reads(RolePolicy, _exclusive_policies),
    "aws:iam/policy:Policy": Reads(ManagedPolicy, _managed_policy),
}
