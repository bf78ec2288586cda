"""Of `key-policy-grants-sagemaker` and `key-policy-restricted`: what the key's policy and those of roles allow."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws

from tests.iam.statements import ADMIN, BY_ROOT, OTHER, OTHER_ROLE, OTHER_ROOT, OWN, ROLE, USE, allow, deny, document
from tests.programs.blocks import config, endpoint, key, later, pair, provider, says, says_nothing, variant

NOT_GRANTED = "advisory key-policy-grants-sagemaker key"
TOO_WIDE = "advisory key-policy-restricted key"
RESTRICTED = "sagemaker-endpoint-configuration-key-policy-restricted"

TRUST = json.dumps(document(allow({"Service": "sagemaker.amazonaws.com"}, "sts:AssumeRole", Resource=None)))
USING = json.dumps(document(allow(None)))
READING = json.dumps(document(allow(None, ["s3:GetObject", "kms:DescribeKey"])))

# Without this AWS refuses a policy that does not leave the key to its account.
ADMINISTERED = allow({"AWS": ADMIN}, ["kms:PutKeyPolicy", "kms:GetKeyPolicy"])


def guarded(*statements: Any, **arguments: Any) -> aws.kms.Key:
    """A key with a policy of these statements."""
    return key(policy=json.dumps(document(*statements)), **arguments)


def role(label: str = "serving", **arguments: Any) -> aws.iam.Role:
    """A role that SageMaker may assume."""
    return aws.iam.Role(label, assume_role_policy=TRUST, **arguments)


def served_by(role: Any, made: aws.kms.Key) -> None:
    """A pair with the key and a model of the role."""
    model = aws.sagemaker.Model("model", execution_role_arn=role)
    pair(kms_key_arn=made.arn, production_variants=[variant(model_name=model.name)])


@says_nothing()
def key_with_the_default_policy() -> None:
    pair(kms_key_arn=key(policy=None).arn)


@says_nothing()
def key_with_the_default_policy_and_a_known_role() -> None:
    pair(kms_key_arn=key(policy=None).arn, execution_role_arn=ROLE)


@says_nothing()
def key_that_is_left_to_the_account() -> None:
    pair(kms_key_arn=guarded(BY_ROOT).arn)


@says_nothing()
def key_that_names_some_role_where_the_role_is_not_known() -> None:
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"AWS": ROLE})).arn)


@says(NOT_GRANTED)
def key_for_another_service() -> None:
    pair(kms_key_arn=guarded(allow({"Service": "ec2.amazonaws.com"})).arn)


@says_nothing()
def key_for_the_configurations_role() -> None:
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"AWS": ROLE})).arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def key_for_another_role() -> None:
    pair(kms_key_arn=guarded(allow({"AWS": ADMIN})).arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def key_without_grants_of_two_configurations() -> None:
    made = guarded(allow({"Service": "sagemaker.amazonaws.com"}, USE[:2]))
    for name in ("one", "two"):
        endpoint(config(name, kms_key_arn=made.arn).name, f"{name}-endpoint")


@says(NOT_GRANTED)
def key_that_denies_the_role_of_the_model() -> None:
    served_by(ROLE, guarded(BY_ROOT, deny({"AWS": ROLE}, "kms:CreateGrant")))


@says_nothing()
def key_for_the_role_of_the_model_by_the_models_name() -> None:
    aws.sagemaker.Model("model", name="one-model", execution_role_arn=ROLE)
    variants = [variant(model_name="one-model")]
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"AWS": ROLE})).arn, production_variants=variants)


@says(NOT_GRANTED)
def key_for_the_role_of_a_model_of_that_name_elsewhere() -> None:
    aws.sagemaker.Model("here", name="one-model", execution_role_arn=ADMIN)
    aws.sagemaker.Model("there", name="one-model", execution_role_arn=ROLE, opts=provider("eu-west-1"))
    variants = [variant(model_name="one-model")]
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"AWS": ROLE})).arn, production_variants=variants)


@says_nothing()
def models_of_that_name_elsewhere_do_not_matter() -> None:
    aws.sagemaker.Model("here", name="one-model", execution_role_arn=ROLE)
    aws.sagemaker.Model("there", name="one-model", execution_role_arn=ADMIN, opts=provider("eu-west-1"))
    variants = [variant(model_name="one-model")]
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"AWS": ROLE})).arn, production_variants=variants)


@says(NOT_GRANTED)
def key_for_one_of_two_models() -> None:
    one = aws.sagemaker.Model("one", execution_role_arn=ROLE)
    two = aws.sagemaker.Model("two", execution_role_arn=ADMIN)
    variants = [variant(model_name=one.name), variant(model_name=two.name, variant_name="Two")]
    pair(kms_key_arn=guarded(ADMINISTERED, allow({"AWS": ROLE})).arn, production_variants=variants)


@says_nothing()
def configurations_role_before_that_of_the_model() -> None:
    model = aws.sagemaker.Model("model", execution_role_arn=ADMIN)
    made = guarded(ADMINISTERED, allow({"AWS": ROLE}))
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE, production_variants=[variant(model_name=model.name)])


@says_nothing()
def policy_that_a_preview_does_not_know() -> None:
    made = key(policy=role().arn.apply(lambda arn: json.dumps(document(BY_ROOT, allow({"AWS": arn})))))
    served_by(later(ROLE), made)


@says(update=(NOT_GRANTED, TOO_WIDE))
def policy_that_turns_out_wrong() -> None:
    wrong = json.dumps(document(allow("*", "kms:DescribeKey")))
    pair(kms_key_arn=key(policy=later("x").apply(lambda _: wrong)).arn)


@says(NOT_GRANTED)
def policy_that_is_no_json() -> None:
    pair(kms_key_arn=key(policy="{'Version': '2012-10-17'}").arn)


@says(NOT_GRANTED)
def policy_beside_the_key() -> None:
    made = key()
    aws.kms.KeyPolicy("policy", key_id=made.key_id, policy=json.dumps(document(allow({"AWS": ADMIN}))))
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says_nothing()
def policy_beside_the_key_that_mends_its_own() -> None:
    made = guarded(allow("*"))
    aws.kms.KeyPolicy("policy", key_id=made.id, policy=json.dumps(document(BY_ROOT)))
    pair(kms_key_arn=made.arn)


def granting(principal: Any, operations: list[str]) -> None:
    made = guarded(allow({"AWS": ADMIN}, "kms:*"))
    aws.kms.Grant("grant", key_id=made.key_id, grantee_principal=principal, operations=operations)
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says_nothing()
def grant_to_the_role() -> None:
    granting(ROLE, ["Decrypt", "GenerateDataKey", "CreateGrant"])


@says(NOT_GRANTED)
def grant_of_too_little() -> None:
    granting(ROLE, ["Decrypt", "GenerateDataKey"])


@says(NOT_GRANTED)
def grant_to_another_role() -> None:
    granting(ADMIN, ["Decrypt", "GenerateDataKey", "CreateGrant"])


@says_nothing()
def grant_with_a_constraint_on_the_encryption_context() -> None:
    made = guarded(allow({"AWS": ADMIN}, "kms:*"))
    aws.kms.Grant(
        "grant",
        key_id=made.key_id,
        grantee_principal=ROLE,
        operations=["Decrypt", "GenerateDataKey", "CreateGrant"],
        constraints=[{"encryption_context_equals": {"project": "serving"}}],
    )
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says(NOT_GRANTED)
def grant_against_a_denial() -> None:
    made = guarded(BY_ROOT, deny({"AWS": ROLE}, "kms:Decrypt"))
    aws.kms.Grant("grant", key_id=made.key_id, grantee_principal=ROLE, operations=["Decrypt"])
    pair(kms_key_arn=made.arn, execution_role_arn=ROLE)


@says_nothing()
def grant_to_a_role_of_the_stack() -> None:
    made = guarded(allow({"AWS": ADMIN}, "kms:*"))
    granted = role()
    operations = ["Decrypt", "GenerateDataKey", "CreateGrant"]
    aws.kms.Grant("grant", key_id=made.key_id, grantee_principal=granted.arn, operations=operations)
    served_by(granted.arn, made)


@says(NOT_GRANTED, TOO_WIDE)
def role_of_another_account() -> None:
    made = guarded(BY_ROOT, allow({"AWS": OTHER_ROLE}, "kms:DescribeKey"))
    pair(kms_key_arn=made.arn, execution_role_arn=OTHER_ROLE)


@says(TOO_WIDE)
def key_for_everybody() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow("*")).arn)


@says(TOO_WIDE)
def key_for_everybody_through_sagemaker() -> None:
    through = {"StringLike": {"kms:ViaService": "sagemaker.*.amazonaws.com"}}
    pair(kms_key_arn=guarded(BY_ROOT, allow("*", USE, through)).arn)


@says_nothing()
def key_for_everybody_of_an_organization() -> None:
    of_it = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
    pair(kms_key_arn=guarded(BY_ROOT, allow("*", USE, of_it)).arn)


@says(TOO_WIDE)
def key_for_another_account() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROOT})).arn)


@says_nothing(settings={RESTRICTED: {"allowedAccounts": [OTHER]}})
def key_for_another_account_that_is_allowed() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROOT})).arn)


@says(TOO_WIDE, settings={RESTRICTED: {"allowedPrincipals": ["arn:aws:iam::*:role/serving*"]}})
def key_for_a_role_that_is_not_allowed() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": [ROLE, ADMIN]})).arn)


@says_nothing(settings={RESTRICTED: {"allowedPrincipals": ["arn:aws:iam::*:role/serving*"]}})
def key_for_a_role_that_is_allowed() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": ROLE}), allow({"Service": "logs.amazonaws.com"})).arn)


@says_nothing()
def wide_key_that_no_configuration_uses() -> None:
    guarded(allow("*"), label="idle")
    pair(kms_key_arn=guarded(BY_ROOT).arn)


OF_AN_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
OF_ITS_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}
ORGANIZATION = {RESTRICTED: {"allowedOrganizations": ["o-exampleorgid"]}}
ANOTHER_ORGANIZATION = {RESTRICTED: {"allowedOrganizations": ["o-anotherorgid"]}}


@says(TOO_WIDE)
def key_for_another_account_of_an_organization() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROOT}, USE, OF_AN_ORGANIZATION)).arn)


@says_nothing(settings=ORGANIZATION)
def key_for_another_account_of_an_organization_that_is_allowed() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROOT}, USE, OF_AN_ORGANIZATION)).arn)


@says(TOO_WIDE, settings=ANOTHER_ORGANIZATION)
def key_for_another_account_of_an_organization_that_is_not_allowed() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROOT}, USE, OF_AN_ORGANIZATION)).arn)


@says(TOO_WIDE, settings=ANOTHER_ORGANIZATION)
def key_for_everybody_of_an_organization_that_is_not_allowed() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow("*", USE, OF_AN_ORGANIZATION)).arn)


@says_nothing(settings=ORGANIZATION)
def key_for_everybody_of_an_organization_that_is_allowed() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow("*", USE, OF_AN_ORGANIZATION)).arn)


@says_nothing(settings=ANOTHER_ORGANIZATION)
def key_for_its_own_organization() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROOT}, USE, OF_ITS_ORGANIZATION)).arn)


@says(TOO_WIDE, settings=ORGANIZATION)
def key_for_another_account_without_a_condition_on_the_organization() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": OTHER_ROOT})).arn)


@says(TOO_WIDE)
def key_for_everybody_of_a_network() -> None:
    through = {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}
    pair(kms_key_arn=guarded(BY_ROOT, allow("*", USE, through)).arn)


@says(TOO_WIDE)
def key_for_a_federated_user_of_another_account() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": f"arn:aws:sts::{OTHER}:federated-user/me"})).arn)


@says(TOO_WIDE)
def key_for_a_session_of_another_account() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": f"arn:aws:sts::{OTHER}:assumed-role/serving/me"})).arn)


@says_nothing()
def key_for_a_federated_user_of_the_account() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"AWS": f"arn:aws:sts::{OWN}:federated-user/me"})).arn)


SOURCE = {RESTRICTED: {"serviceSourceRequired": True}}


@says(TOO_WIDE, settings=SOURCE)
def key_for_a_service_on_behalf_of_anybody() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"Service": "logs.amazonaws.com"})).arn)


@says_nothing()
def key_for_a_service_where_no_source_is_required() -> None:
    pair(kms_key_arn=guarded(BY_ROOT, allow({"Service": "logs.amazonaws.com"})).arn)


@says_nothing(settings=SOURCE)
def key_for_a_service_on_behalf_of_the_account() -> None:
    for_account = {"StringEquals": {"aws:SourceAccount": OWN}}
    pair(kms_key_arn=guarded(BY_ROOT, allow({"Service": "logs.amazonaws.com"}, USE, for_account)).arn)


@says_nothing(settings=SOURCE)
def key_for_a_service_on_behalf_of_a_resource() -> None:
    for_resource = {"ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:us-east-1:{OWN}:*"}}
    pair(kms_key_arn=guarded(BY_ROOT, allow({"Service": "sagemaker.amazonaws.com"}, USE, for_resource)).arn)


def also_granted(principal: str) -> None:
    made = guarded(BY_ROOT)
    aws.kms.Grant("grant", key_id=made.key_id, grantee_principal=principal, operations=["Decrypt"])
    pair(kms_key_arn=made.arn)


@says(update=(TOO_WIDE,))
def grant_to_another_account() -> None:
    also_granted(OTHER_ROLE)


@says_nothing(settings={RESTRICTED: {"allowedAccounts": [OTHER]}})
def grant_to_another_account_that_is_allowed() -> None:
    also_granted(OTHER_ROLE)


@says_nothing()
def grant_to_the_account_itself() -> None:
    also_granted(ADMIN)


@says(
    TOO_WIDE, settings={RESTRICTED: {"allowedPrincipals": ["arn:aws:iam::*:role/serving*", f"arn:aws:iam::{OWN}:root"]}}
)
def grant_to_a_principal_that_is_not_allowed() -> None:
    also_granted(ADMIN)
