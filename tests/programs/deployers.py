"""Of `key-policy-grants-sagemaker`: the principal that deploys, policies that AWS refuses, and role or service."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.iam.statements import ADMIN, BY_ROOT, OWN, ROLE, SERVICE, USE, allow, deny, document
from tests.programs.blocks import key, later, pair, says, says_nothing
from tests.programs.permissions import ADMINISTERED, NOT_GRANTED, guarded, role, served_by

GRANTS = "sagemaker-endpoint-configuration-key-policy-grants-sagemaker"
DEPLOYER = f"arn:aws:iam::{OWN}:role/deploy"
FOR_SERVING = allow({"AWS": ROLE})


def assuming(*arns: Any) -> pulumi.ResourceOptions:
    """The options of resources of a provider that assumes roles, one after the other."""
    roles = [aws.ProviderAssumeRoleArgs(role_arn=each) for each in arns]
    return pulumi.ResourceOptions(provider=aws.Provider("deploying", region="us-east-1", assume_roles=roles))


def deployed_by(*arns: Any, statements: tuple[Any, ...] = (ADMINISTERED, FOR_SERVING)) -> None:
    opts = assuming(*arns)
    pair(opts, kms_key_arn=guarded(*statements, opts=opts).arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def role_that_deploys_and_may_not_create_grants() -> None:
    deployed_by(DEPLOYER)


@says_nothing()
def role_that_deploys_and_may_create_grants() -> None:
    deployed_by(DEPLOYER, statements=(ADMINISTERED, FOR_SERVING, allow({"AWS": DEPLOYER}, "kms:CreateGrant")))


@says_nothing()
def role_that_deploys_where_the_key_is_left_to_the_account() -> None:
    deployed_by(DEPLOYER, statements=(BY_ROOT,))


@says(NOT_GRANTED)
def last_of_the_roles_that_are_assumed() -> None:
    deployed_by(ROLE, DEPLOYER)


@says(NOT_GRANTED)
def role_that_is_assumed_as_a_dictionary_says() -> None:
    roles: Any = [{"role_arn": DEPLOYER}]
    opts = pulumi.ResourceOptions(provider=aws.Provider("deploying", region="us-east-1", assume_roles=roles))
    pair(opts, kms_key_arn=guarded(ADMINISTERED, FOR_SERVING, opts=opts).arn, execution_role_arn=ROLE)


@says_nothing()
def only_the_last_of_the_roles_that_are_assumed() -> None:
    deployed_by(DEPLOYER, ROLE)


@says_nothing()
def role_that_deploys_and_is_not_known() -> None:
    deployed_by(later(DEPLOYER), statements=(BY_ROOT,))


@says(NOT_GRANTED)
def service_does_not_stand_in_for_the_role_that_deploys() -> None:
    deployed_by(DEPLOYER, statements=(ADMINISTERED, allow({"Service": SERVICE})))


@says(NOT_GRANTED, settings={GRANTS: {"deployers": [DEPLOYER]}})
def role_of_the_settings_that_may_not_create_grants() -> None:
    pair(kms_key_arn=guarded(ADMINISTERED, FOR_SERVING).arn, execution_role_arn=ROLE)


@says_nothing(settings={GRANTS: {"deployers": ["arn:aws:iam::*:role/deploy*"]}})
def roles_of_the_settings_of_which_nobody_can_tell() -> None:
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"AWS": [ROLE, DEPLOYER]})).arn, execution_role_arn=ROLE)


@says(NOT_GRANTED, settings={GRANTS: {"deployers": [f"arn:aws:iam::{OWN}:role/deploy*"]}})
def roles_of_the_settings_that_may_not_create_grants() -> None:
    pair(kms_key_arn=guarded(ADMINISTERED, FOR_SERVING).arn, execution_role_arn=ROLE)


@says_nothing()
def service_alone() -> None:
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"Service": SERVICE})).arn, execution_role_arn=ROLE)


@says_nothing()
def service_for_endpoints_of_the_account() -> None:
    for_account = {"StringEquals": {"aws:SourceAccount": OWN}}
    made = guarded(ADMINISTERED, allow({"Service": SERVICE}, USE, for_account))
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def service_for_endpoints_of_another_account() -> None:
    for_account = {"StringEquals": {"aws:SourceAccount": "222233334444"}}
    made = guarded(ADMINISTERED, allow({"Service": SERVICE}, USE, for_account))
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def service_where_a_denial_keeps_the_role_out() -> None:
    made = guarded(ADMINISTERED, allow({"Service": SERVICE}), deny({"AWS": ROLE}, "kms:Decrypt"))
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says_nothing()
def service_where_a_denial_keeps_another_role_out() -> None:
    made = guarded(ADMINISTERED, allow({"Service": SERVICE}), deny({"AWS": ADMIN}, "kms:Decrypt"))
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def policy_that_locks_everybody_out() -> None:
    pair(kms_key_arn=guarded(FOR_SERVING).arn, execution_role_arn=ROLE)


@says_nothing()
def policy_that_locks_everybody_out_on_purpose() -> None:
    pair(kms_key_arn=guarded(FOR_SERVING, bypass_policy_lockout_safety_check=True).arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def policy_beside_the_key_that_locks_everybody_out() -> None:
    made = key()
    aws.kms.KeyPolicy("policy", key_id=made.key_id, policy=json.dumps(document(FOR_SERVING)))
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def policy_of_a_version_that_does_not_exist() -> None:
    pair(kms_key_arn=key(policy=json.dumps({**document(BY_ROOT), "Version": "2022-10-17"})).arn)


@says(NOT_GRANTED)
def policy_with_an_operator_that_does_not_exist() -> None:
    made = guarded(BY_ROOT, allow({"AWS": ROLE}, USE, {"StringIs": {"kms:CallerAccount": OWN}}))
    pair(kms_key_arn=made.arn)


@says(NOT_GRANTED)
def role_that_is_created_and_denied() -> None:
    made = role()
    served_by(made.arn, guarded(BY_ROOT, deny("*", "kms:CreateGrant")))
