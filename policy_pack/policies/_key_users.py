"""The role with which SageMaker uses a configuration's key, and its permissions in the stack.

The role is the configuration's own, or else that of the models that its variants name. If no role is known, the user is
SageMaker itself or some role of the key's account.

Sources: `ExecutionRoleArn` of "CreateEndpointConfig" and "CreateModel" in the Amazon SageMaker API Reference; "Grants
in AWS KMS" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from policy_pack.iam import sagemaker
from policy_pack.iam.access import User, anybody
from policy_pack.iam.aws_managed import aws_managed_policy
from policy_pack.iam.logic import Answer, all_of, any_of
from policy_pack.iam.permissions import Permissions
from policy_pack.iam.request import NOTHING, Caller, Known
from policy_pack.iam.texts import GAP, matches
from policy_pack.policies._key_facts import arn_of, tags_of, with_gaps
from policy_pack.policies._own_account import OwnAccount, own_account, with_account, with_own_account
from policy_pack.stack.links import grants_of, grouped, same_region
from policy_pack.stack.model import Configuration, Grant, Key, ManagedPolicy, Model, Role, RolePolicy, Stack
from policy_pack.values import UNKNOWN, PartlyKnown, Plain, Text, Unknown, WrongType

# The name or ARN of a role, and its sources.
Named = tuple[Text, tuple[str, ...]]


def roles_of(configuration: Configuration, stack: Stack) -> tuple[Named, ...]:
    """The names or ARNs of the roles with which SageMaker uses a configuration's key; none if none is known."""
    return tuple(dict.fromkeys(_roles(configuration, stack)))


def users_of(roles: Sequence[Named], key: Key, stack: Stack) -> list[User]:
    """The users of a key, given `roles_of` a configuration; every one of them needs the key."""
    arn = arn_of(key)
    grants = grants_of(key, stack)
    if not roles:
        return [replace(anybody(arn), **_granting(grants, None))]
    named = ((text if isinstance(text, WrongType) else with_account(text, key), sources) for text, sources in roles)
    return [user for text, sources in named for user in _users(text, sources, arn, grants, stack, key)]


def deployers_of(arns: Sequence[str], key: Key, stack: Stack) -> list[User]:
    """The principals that deploy, by ARNs with ``*`` for anything; each has to create grants itself."""
    found = []
    for arn in arns:
        if "*" in arn:
            found.append(User(Caller(arn.replace("*", GAP))))
        elif sagemaker.role(arn) is not None:
            found += _users(arn, (), arn_of(key), grants_of(key, stack), stack, key)
    # Whoever assumes its role may give the session tags of its own.
    return [replace(each, service=False, actions=(sagemaker.CREATE_GRANT,), tags=NOTHING) for each in found]


def _roles(configuration: Configuration, stack: Stack) -> Iterator[Named]:
    if configuration.execution_role is not None:
        yield configuration.execution_role, configuration.execution_role_sources
        return
    for model in _models(configuration, stack):
        if model.execution_role is not None:
            yield model.execution_role, model.execution_role_sources


def _models(configuration: Configuration, stack: Stack) -> Iterator[Model]:
    for variant in configuration.variants:
        found = [node for source in variant.model_sources if isinstance(node := stack.by_id.get(source), Model)]
        if not found and isinstance(variant.model_name, str):
            named = stack.cached(_models_by_name).get(variant.model_name, ())
            found = [each for each in named if same_region(each.place, configuration.place) is not False]
        yield from found


def _users(
    text: Plain | WrongType, sources: Sequence[str], arn: str, grants: Sequence[Grant], stack: Stack, key: Key
) -> Iterator[User]:
    roles: Sequence[Role | None]
    if isinstance(text, str):
        roles = [stack.cached(_roles_by_arn).get(text)]
    else:
        roles = [node for source in sources if isinstance(node := stack.by_id.get(source), Role)] or [None]
    for role in roles:
        caller = _caller(role.arn if role is not None and isinstance(role.arn, str) else text, role, arn, key)
        beside = caller.arn.rpartition("/")[2] if role is None else None
        permissions = stack.cached(_permissions, role, beside, own_account(key))
        tags = stack.cached(_tags, role) if role is not None else NOTHING
        yield User(caller, permissions, tags=tags, **_granting(grants, role))


def _granting(grants: Sequence[Grant], role: Role | None) -> dict[str, Any]:
    """The permissions of a user by grants, if there are any."""
    return {"granted": lambda caller, action: _granted(action, grants, caller, role)} if grants else {}


def _caller(text: Plain | WrongType, role: Role | None, arn: str, key: Key) -> Caller:
    if isinstance(text, PartlyKnown):
        text = with_gaps(text)
    known = sagemaker.role(text) if isinstance(text, str) else None
    name = role.name if role is not None and isinstance(role.name, str) else ""
    at_home = role is not None and role.place.account is not None and role.place.account == key.place.account
    return known or sagemaker.unknown_role(arn, account=arn.split(":")[4] if at_home else GAP, name=name)


def _permissions(stack: Stack, role: Role | None, name: str | None, own: OwnAccount | None) -> Permissions:
    """The permissions in the stack of one of its own roles, or of a role from elsewhere, by its name."""
    policies, complete = _policies(role, name or GAP, stack)
    found = [*policies, _boundary(role, stack)]
    *policies, boundary = found if own is None else (with_own_account(each, own) for each in found)
    made = Permissions(policies, complete, boundary)
    # Equal permissions share one object, so that a question about a key is asked only once.
    return stack.cached(_each_permissions).setdefault(made, made)


def _tags(_: Stack, role: Role) -> Known:
    return tags_of(role.tags)


def _each_permissions(_: Stack) -> dict[Permissions, Permissions]:
    return {}


def _policies(role: Role | None, name: str, stack: Stack) -> tuple[Sequence[Plain], Answer]:
    """The policies of a role that the stack holds, and whether those are all (`policy_pack.iam.permissions`)."""
    beside = stack.cached(_role_policies)
    if role is None:
        found = list(_readable(beside.get(name, ()), stack)) if GAP not in name else []
        return [each for each in found if each is not None], False
    attached = [*beside.get(role.id, ()), *_by_name(role, beside)]
    found = [*_within(role, stack), *_readable(attached, stack), *_inline_elsewhere(attached, role)]
    readable = [each for each in found if each is not None]
    if not found:
        # Policies are often attached to a role elsewhere, unless a resource says that there are no others.
        return [], {each.exclusive for each in attached} >= {"inline", "managed"}
    return readable, True if len(readable) == len(found) else None


def _inline_elsewhere(attached: Sequence[RolePolicy], role: Role) -> Iterator[Plain]:
    """`None` if a role has more inline policies than the stack shows."""
    own = sum(each.policy is not None for each in attached)
    own += 0 if isinstance(role.inline, Unknown) else len(role.inline)
    for each in attached:
        if isinstance(each.count, Unknown) or each.count > own:
            yield None


def _boundary(role: Role | None, stack: Stack) -> Plain:
    """The policy of a role's permissions boundary; unknown if it has one that cannot be read."""
    if role is None or role.boundary is None:
        return None
    found = _managed(role.boundary, role.boundary_sources, stack)
    return UNKNOWN if found is None else found


def _by_name(role: Role, beside: Mapping[str, Sequence[RolePolicy]]) -> Sequence[RolePolicy]:
    return beside.get(role.name, ()) if isinstance(role.name, str) else ()


def _within(role: Role, stack: Stack) -> Iterator[Plain]:
    """The inline policies of a role; `None` for each one that cannot be read."""
    if isinstance(role.inline, Unknown):
        yield role.inline
    else:
        yield from (each for each in role.inline if each)
    if isinstance(role.managed_arns, Unknown) or any(isinstance(each, Unknown) for each in role.managed_arns):
        yield from (_managed(UNKNOWN, (source,), stack) for source in role.managed_sources or ("",))
    if not isinstance(role.managed_arns, Unknown):
        yield from (_managed(each, (), stack) for each in role.managed_arns if isinstance(each, str))


def _readable(attached: Iterable[RolePolicy], stack: Stack) -> Iterator[Plain]:
    for each in attached:
        if each.attached_arn is None and not each.attached_sources:
            if each.policy is not None:
                yield each.policy
        else:
            yield _managed(each.attached_arn, each.attached_sources, stack)


def _managed(arn: Text, sources: Sequence[str], stack: Stack) -> Plain:
    """A managed policy of the stack or of AWS; `None` if it is neither."""
    for source in sources:
        if isinstance(node := stack.by_id.get(source), ManagedPolicy):
            return node.policy
    named = stack.cached(_managed_by_arn)
    if not isinstance(arn, str):
        return None
    return named[arn].policy if arn in named else aws_managed_policy(arn)


def _granted(action: str, grants: Sequence[Grant], caller: Caller, role: Role | None) -> Answer:
    return any_of(_grants(action, each, caller, role) for each in grants)


def _grants(action: str, grant: Grant, caller: Caller, role: Role | None) -> Answer:
    operation = action.partition(":")[2]
    of_action = None if isinstance(grant.operations, Unknown) else operation in grant.operations
    # A constraint requires an encryption context, which SageMaker chooses.
    free = None if isinstance(grant.constrained, Unknown) or grant.constrained else True
    return all_of([of_action, _is_grantee(grant, caller, role), free])


def _is_grantee(grant: Grant, caller: Caller, role: Role | None) -> Answer:
    if not caller.service and role is not None and role.id in grant.principal_sources:
        return True
    if not isinstance(grant.principal, str):
        return None if isinstance(grant.principal, Unknown) else False
    if caller.service:
        return grant.principal == caller.service
    return matches(caller.arn, grant.principal, wildcards=False)


def _models_by_name(stack: Stack) -> Mapping[str, Sequence[Model]]:
    return grouped((each.name, each) for each in stack.of(Model) if isinstance(each.name, str))


def _roles_by_arn(stack: Stack) -> Mapping[str, Role]:
    return {each.arn: each for each in stack.of(Role) if isinstance(each.arn, str)}


def _role_policies(stack: Stack) -> Mapping[str, Sequence[RolePolicy]]:
    """The policies that are attached to roles as resources of their own, by the ids and names of the roles."""
    return grouped((role, each) for each in stack.of(RolePolicy) for role in _roles_of(each, stack))


def _roles_of(policy: RolePolicy, stack: Stack) -> Iterable[str]:
    roles = [source for source in policy.role_sources if isinstance(stack.by_id.get(source), Role)]
    return roles or ([policy.role_name] if isinstance(policy.role_name, str) else ())


def _managed_by_arn(stack: Stack) -> Mapping[str, ManagedPolicy]:
    return {each.arn: each for each in stack.of(ManagedPolicy) if isinstance(each.arn, str)}
