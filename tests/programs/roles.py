"""Of `key-policy-grants-sagemaker`: what the policies of roles in the stack add to the key's policy."""

from __future__ import annotations

import json

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


@says_nothing()
def role_of_the_stack_with_a_policy_of_aws() -> None:
    made = role()
    aws.iam.RolePolicy("reading", role=made.name, policy=READING)
    of_aws = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    aws.iam.RolePolicyAttachment("attachment", role=made.name, policy_arn=of_aws)
    served_by(made.arn, guarded(BY_ROOT))


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
