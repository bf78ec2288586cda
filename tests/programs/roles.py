"""Of `key-policy-grants-sagemaker`: what the policies of roles in the stack add to the key's policy."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws

from policy_pack.testing.stand_in import ACCOUNT
from tests.iam.statements import BY_ROOT, ROLE, allow, deny, document
from tests.programs.blocks import key, says, says_nothing
from tests.programs.permissions import NOT_GRANTED, guarded, role, served_by

USING = json.dumps(document(allow(None)))
READING = json.dumps(document(allow(None, ["s3:GetObject", "kms:DescribeKey"])))


@says_nothing()
def role_of_the_stack_without_policies_in_it() -> None:
    served_by(role().arn, guarded(BY_ROOT))


@says(NOT_GRANTED)
def role_of_the_stack_whose_policy_does_not_allow_it() -> None:
    made = role()
    aws.iam.RolePolicy("reading", role=made.id, policy=READING)
    served_by(made.arn, guarded(BY_ROOT))


@says(NOT_GRANTED)
def role_of_the_stack_whose_policy_does_not_allow_it_and_the_default_policy() -> None:
    made = role()
    aws.iam.RolePolicy("reading", role=made.id, policy=READING)
    served_by(made.arn, key(policy=None))


@says_nothing()
def role_of_the_stack_whose_policy_allows_it() -> None:
    made = role()
    aws.iam.RolePolicy("using", role=made.name, policy=USING)
    served_by(made.arn, guarded(BY_ROOT))


@says_nothing()
def role_of_the_stack_with_an_inline_policy() -> None:
    served_by(role(inline_policies=[{"name": "using", "policy": USING}]).arn, guarded(BY_ROOT))


@says(NOT_GRANTED)
def role_of_the_stack_with_an_inline_policy_that_does_not_allow_it() -> None:
    served_by(role(inline_policies=[{"name": "reading", "policy": READING}]).arn, guarded(BY_ROOT))


@says_nothing()
def role_of_the_stack_with_an_attached_policy() -> None:
    made, policy = role(), aws.iam.Policy("using", policy=USING)
    aws.iam.RolePolicy("reading", role=made.name, policy=READING)
    aws.iam.RolePolicyAttachment("attachment", role=made.name, policy_arn=policy.arn)
    served_by(made.arn, guarded(BY_ROOT))


@says(NOT_GRANTED)
def role_of_the_stack_with_an_attached_policy_that_does_not_allow_it() -> None:
    made, policy = role(), aws.iam.Policy("reading", policy=READING)
    aws.iam.RolePolicyAttachment("attachment", role=made.name, policy_arn=policy.arn)
    served_by(made.arn, guarded(BY_ROOT))


@says_nothing()
def role_of_the_stack_with_a_policy_attached_to_several() -> None:
    made, policy = role(), aws.iam.Policy("using", policy=USING)
    aws.iam.RolePolicy("reading", role=made.name, policy=READING)
    aws.iam.PolicyAttachment("attachment", roles=[role("other").name, made.name], policy_arn=policy.arn)
    served_by(made.arn, guarded(BY_ROOT))


@says_nothing()
def role_of_the_stack_with_managed_policies() -> None:
    policy = aws.iam.Policy("using", policy=USING)
    served_by(role(managed_policy_arns=[policy.arn]).arn, guarded(BY_ROOT))


@says(NOT_GRANTED)
def role_of_the_stack_with_managed_policies_that_do_not_allow_it() -> None:
    policy = aws.iam.Policy("reading", policy=READING)
    served_by(role(managed_policy_arns=[policy.arn]).arn, guarded(BY_ROOT))


def attached(name: str, of: str = "aws") -> None:
    """A role with one managed policy that the stack does not make, and a key that is left to its account."""
    made = role()
    aws.iam.RolePolicyAttachment("attachment", role=made.name, policy_arn=f"arn:aws:iam::{of}:policy/{name}")
    served_by(made.arn, key(policy=None))


@says(NOT_GRANTED)
def role_of_the_stack_with_a_policy_of_aws() -> None:
    attached("AmazonSageMakerFullAccess")


@says(NOT_GRANTED)
def role_of_the_stack_that_may_only_read() -> None:
    attached("ReadOnlyAccess")


@says(NOT_GRANTED)
def role_of_the_stack_with_a_service_policy_of_aws() -> None:
    attached("service-role/AmazonSageMakerGeospatialExecutionRole")


@says_nothing()
def role_of_the_stack_that_may_do_anything() -> None:
    attached("AdministratorAccess")


@says_nothing()
def role_of_the_stack_that_is_a_power_user() -> None:
    attached("PowerUserAccess")


@says_nothing()
def role_of_the_stack_with_a_policy_of_aws_that_is_not_known() -> None:
    attached("AmazonPolicyOfTomorrow")


@says_nothing()
def role_of_the_stack_with_a_policy_that_is_made_elsewhere() -> None:
    attached("AmazonSageMakerFullAccess", of=ACCOUNT)


@says(NOT_GRANTED)
def role_of_the_stack_with_managed_policies_of_aws() -> None:
    arns = ["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess", "arn:aws:iam::aws:policy/AmazonS3FullAccess"]
    served_by(role(managed_policy_arns=arns).arn, guarded(BY_ROOT))


@says_nothing()
def policy_of_aws_beside_one_that_allows_it() -> None:
    made = role(inline_policies=[{"name": "using", "policy": USING}])
    of_aws = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    aws.iam.RolePolicyAttachment("attachment", role=made.name, policy_arn=of_aws)
    served_by(made.arn, guarded(BY_ROOT))


def bounded(boundary: Any, key_policy: Any = None) -> None:
    """A role that may use keys within a permissions boundary."""
    made = role(inline_policies=[{"name": "using", "policy": USING}], permissions_boundary=boundary)
    served_by(made.arn, key_policy or guarded(BY_ROOT))


@says(NOT_GRANTED)
def boundary_of_the_stack_that_does_not_allow_it() -> None:
    bounded(aws.iam.Policy("boundary", policy=READING).arn)


@says_nothing()
def boundary_of_the_stack_that_allows_it() -> None:
    bounded(aws.iam.Policy("boundary", policy=json.dumps(document(allow(None, "*")))).arn)


@says(NOT_GRANTED)
def boundary_of_the_stack_that_denies_it() -> None:
    policy = document(allow(None, "*"), deny(None, "kms:CreateGrant"))
    bounded(aws.iam.Policy("boundary", policy=json.dumps(policy)).arn)


@says(NOT_GRANTED)
def boundary_of_aws_that_does_not_allow_it() -> None:
    bounded("arn:aws:iam::aws:policy/AmazonS3FullAccess")


@says_nothing()
def boundary_of_aws_that_allows_it() -> None:
    bounded("arn:aws:iam::aws:policy/PowerUserAccess")


@says_nothing()
def boundary_that_is_made_elsewhere() -> None:
    bounded(f"arn:aws:iam::{ACCOUNT}:policy/boundary")


@says_nothing()
def boundary_that_does_not_allow_what_the_service_may() -> None:
    bounded(aws.iam.Policy("boundary", policy=READING).arn, key())


@says(NOT_GRANTED)
def boundary_that_denies_what_the_service_may() -> None:
    bounded(aws.iam.Policy("boundary", policy=json.dumps(document(deny(None, "kms:*")))).arn, key())


def exclusively(arns: list[Any], names: list[str], own: str | None = None) -> None:
    """A role that has these managed policies, those of its own by these names, and no others."""
    made = role()
    if own is not None:
        aws.iam.RolePolicy("own", name="own", role=made.name, policy=own)
    aws.iam.RolePolicyAttachmentsExclusive("managed", role_name=made.name, policy_arns=arns)
    aws.iam.RolePoliciesExclusive("inline", role_name=made.name, policy_names=names)
    served_by(made.arn, guarded(BY_ROOT))


@says(NOT_GRANTED)
def role_that_is_to_have_no_policies() -> None:
    exclusively([], [])


@says(NOT_GRANTED)
def role_that_is_to_have_one_policy_of_aws() -> None:
    exclusively(["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"], [])


@says(NOT_GRANTED)
def role_that_is_to_have_one_policy_of_its_own() -> None:
    exclusively([], ["own"], READING)


@says_nothing()
def role_that_is_to_have_a_policy_that_allows_it() -> None:
    exclusively([aws.iam.Policy("using", policy=USING).arn], [])


@says_nothing()
def role_that_is_to_have_a_policy_of_its_own_that_allows_it() -> None:
    exclusively([], ["own"], USING)


@says_nothing()
def role_that_is_to_have_a_policy_of_its_own_from_elsewhere() -> None:
    exclusively([], ["own", "another"], READING)


@says(NOT_GRANTED)
def role_of_the_stack_that_is_denied_by_its_own_policy() -> None:
    made = role()
    aws.iam.RolePolicy("denying", role=made.name, policy=json.dumps(document(deny(None, "kms:*"), allow(None))))
    served_by(made.arn, guarded(allow({"Service": "sagemaker.amazonaws.com"}), BY_ROOT, allow("*", "kms:*",
        {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})))  # fmt: skip


@says(NOT_GRANTED)
def role_elsewhere_that_is_denied_by_a_policy_of_the_stack() -> None:
    aws.iam.RolePolicy("denying", role="serving", policy=json.dumps(document(deny(None, "kms:Decrypt"))))
    served_by(ROLE, guarded(BY_ROOT))


@says_nothing()
def role_of_the_stack_that_the_key_names() -> None:
    made = role()
    aws.iam.RolePolicy("reading", role=made.name, policy=READING)
    served_by(made.arn, key(policy=made.arn.apply(lambda arn: json.dumps(document(BY_ROOT, allow({"AWS": arn}))))))
