"""Of the policies on a key's policy: keys of templates, whose account the templates call their own."""

from __future__ import annotations

from typing import Any

from policy_pack.testing.stand_in import ACCOUNT
from tests.programs.blocks import says, says_nothing
from tests.programs.carriers import ENDPOINT, VARIANT, stack

GRANTED = "advisory key-policy-grants-sagemaker stack"
RESTRICTED = "advisory key-policy-restricted stack"
OTHER, THIRD = "444455556666", "777788889999"
KEY_ARN = {"Fn::GetAtt": ["Key", "Arn"]}
ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant"]
# As CDK writes it.
ROOT = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::", {"Ref": "AWS::AccountId"}, ":root"]]}


def own(what: str) -> dict[str, str]:
    """The ARN of an identity of the template's own account."""
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{what}"}


def allow(principal: Any, action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


# Without it AWS refuses a policy that does not leave the key to its account.
MANAGED = allow({"AWS": ROOT}, ["kms:PutKeyPolicy"])


def with_key_policy(*statements: Any, role: Any = None, **resources: Any) -> None:
    """A template with a pair, its key with a policy of these statements, and the role that its model has."""
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    model = {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": role}}
    variant = {**VARIANT, **({} if role is None else {"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}})}
    properties = {"KmsKeyId": KEY_ARN, "ProductionVariants": [variant]}
    stack(
        Resources={
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "KeyPolicy": policy}},
            "Configuration": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties},
            "Endpoint": ENDPOINT,
            **({} if role is None else {"Model": model}),
            **resources,
        }
    )


def role_of_the_template(*statements: Any) -> dict[str, Any]:
    """A role whose own policy has these statements."""
    policies = [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}]
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}


ROLE_ARN = {"Fn::GetAtt": ["Role", "Arn"]}


@says(RESTRICTED)
def own_account_and_two_others() -> None:
    others = [f"arn:aws:iam::{each}:root" for each in (OTHER, THIRD)]
    with_key_policy(allow({"AWS": ROOT}), allow({"AWS": others}))


@says(RESTRICTED)
def own_account_and_everybody() -> None:
    with_key_policy(allow({"AWS": ROOT}), allow("*", ACTIONS))


@says(GRANTED)
def another_role_of_the_own_account_than_the_models() -> None:
    with_key_policy(allow({"AWS": own("role/Other")}, ACTIONS), role=own("role/Serving"))


@says(GRANTED)
def own_account_without_the_right_to_grant() -> None:
    with_key_policy(allow({"AWS": ROOT}, ["kms:Decrypt", "kms:GenerateDataKey*"]))


@says(GRANTED)
def own_account_where_the_role_of_the_template_may_not() -> None:
    role = role_of_the_template({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    with_key_policy(allow({"AWS": ROOT}), role=ROLE_ARN, Role=role)


@says(GRANTED)
def user_of_the_own_account_alone() -> None:
    with_key_policy(allow({"AWS": own("user/Admin")}), role=own("role/Serving"))


@says_nothing()
def own_account_as_cdk_writes_it() -> None:
    with_key_policy(allow({"AWS": ROOT}))


@says_nothing()
def own_account_with_a_role_of_it() -> None:
    with_key_policy(allow({"AWS": ROOT}), role=own("role/Serving"))


@says_nothing()
def role_of_the_own_account() -> None:
    with_key_policy(
        allow({"AWS": own("user/Admin")}), allow({"AWS": own("role/Serving")}, ACTIONS), role=own("role/Serving")
    )


@says_nothing()
def own_account_where_the_role_of_the_template_may() -> None:
    role = role_of_the_template({"Effect": "Allow", "Action": ACTIONS, "Resource": "*"})
    with_key_policy(allow({"AWS": ROOT}), role=ROLE_ARN, Role=role)


@says_nothing()
def an_account_that_may_be_the_own_one() -> None:
    with_key_policy(allow({"AWS": ROOT}), allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))


@says_nothing()
def everybody_of_the_own_account() -> None:
    condition = {"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}}
    with_key_policy(allow({"AWS": ROOT}), allow({"AWS": "*"}, ACTIONS, Condition=condition))
