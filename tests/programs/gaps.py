"""Of all policies on a configuration's key: texts of templates of which parts are not known before the update."""

from __future__ import annotations

from typing import Any

from policy_pack.testing.stand_in import KEY_ID
from tests.programs.blocks import arn, later, says, says_nothing
from tests.programs.carriers import ENDPOINT, PARAMETER, made, stack

OF_AWS = "mandatory customer-managed-key stack"
ELSEWHERE = "mandatory key-in-same-region stack"
HERE = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:"
ACCOUNT_ID = {"Ref": "AWS::AccountId"}
PRODUCTION = {"Conditions": {"Production": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "444455556666"]}}}


def pair(kms_key_id: Any, parameters: Any = None, **sections: Any) -> None:
    """A template with a configuration of this key and its Endpoint."""
    stack(parameters=parameters, Resources={"Configuration": made(kms_key_id), "Endpoint": ENDPOINT}, **sections)


def sub(text: str) -> dict[str, Any]:
    return {"Fn::Sub": text}


def chosen(one: Any, other: Any) -> dict[str, Any]:
    """One of two, and nobody knows which before the update."""
    return {"Fn::If": ["Production", one, other]}


# Refused: what is certain is wrong.


@says(OF_AWS)
def alias_of_aws_in_whatever_account() -> None:
    pair(sub(f"{HERE}alias/aws/sagemaker"))


@says(OF_AWS)
def alias_of_aws_put_together_by_join() -> None:
    pair({"Fn::Join": [":", ["arn:aws:kms", {"Ref": "AWS::Region"}, ACCOUNT_ID, "alias/aws/sagemaker"]]})


@says(OF_AWS)
def alias_of_aws_that_a_parameter_ends() -> None:
    pair(sub("alias/aws/${Service}"), {"Service": later("sagemaker")}, Parameters={"Service": PARAMETER})


@says(OF_AWS)
def alias_of_aws_from_systems_manager() -> None:
    pair("alias/aws/{{resolve:ssm:/alias}}")


@says(OF_AWS)
def one_alias_of_aws_or_another() -> None:
    pair(chosen("alias/aws/sagemaker", "alias/aws/ebs"), **PRODUCTION)


@says(OF_AWS)
def alias_of_aws_for_every_entry_of_a_mapping() -> None:
    mappings = {"Keys": {"444455556666": {"Alias": "aws/ebs"}, "111122223333": {"Alias": "aws/sagemaker"}}}
    found = {"Fn::FindInMap": ["Keys", ACCOUNT_ID, "Alias"]}
    pair({"Fn::Join": ["/", ["alias", found]]}, Mappings=mappings)


@says(OF_AWS)
def name_that_is_malformed_in_whatever_account() -> None:
    pair(sub(f"{HERE}serving"))


@says(OF_AWS)
def key_of_another_service_in_whatever_account() -> None:
    pair(sub("arn:aws:s3:::${AWS::AccountId}-bucket"))


@says(ELSEWHERE)
def key_of_another_region_in_whatever_account() -> None:
    pair(sub(arn("eu-west-1").replace("999988887777", "${AWS::AccountId}")))


@says(ELSEWHERE)
def some_key_of_another_region() -> None:
    text = sub("arn:aws:kms:eu-west-1:999988887777:key/${Key}")
    pair(text, {"Key": later(KEY_ID)}, Parameters={"Key": PARAMETER})


@says(ELSEWHERE)
def one_key_of_another_region_or_another() -> None:
    pair(chosen(arn("eu-west-1"), arn("eu-west-1", "alias/serving")), **PRODUCTION)


@says(ELSEWHERE)
def key_of_another_partition_in_whatever_account() -> None:
    pair(sub(f"arn:aws-cn:kms:cn-north-1:${{AWS::AccountId}}:key/{KEY_ID}"))


@says(ELSEWHERE)
def key_of_another_region_in_the_account_of_the_stacks_id() -> None:
    account = {"Fn::Select": [4, {"Fn::Split": [":", {"Ref": "AWS::StackId"}]}]}
    pair({"Fn::Join": ["", ["arn:aws:kms:eu-west-1:", account, f":key/{KEY_ID}"]]})


# Not refused: what is certain is right, or the gap decides.


@says_nothing()
def key_of_the_stacks_region_in_its_account() -> None:
    pair(sub(f"{HERE}key/{KEY_ID}"))


@says_nothing()
def alias_of_a_customer_in_the_stacks_account() -> None:
    pair({"Fn::Join": ["", ["arn:aws:kms:us-east-1:", ACCOUNT_ID, ":alias/serving"]]})


@says_nothing()
def key_with_the_stacks_account_and_region_from_its_id() -> None:
    parts = {"Fn::Split": [":", {"Ref": "AWS::StackId"}]}
    region, account = ({"Fn::Select": [index, parts]} for index in (3, 4))
    pair({"Fn::Join": [":", ["arn:aws:kms", region, account, f"key/{KEY_ID}"]]})


@says_nothing()
def alias_that_a_parameter_names() -> None:
    pair(sub("alias/${Name}"), {"Name": later("serving")}, Parameters={"Name": PARAMETER})


@says_nothing()
def key_in_an_account_that_a_parameter_names() -> None:
    text = sub(f"arn:aws:kms:us-east-1:${{Account}}:key/{KEY_ID}")
    pair(text, {"Account": later("999988887777")}, Parameters={"Account": PARAMETER})


@says_nothing()
def one_key_or_another() -> None:
    pair(chosen(arn(), arn(what="alias/serving")), **PRODUCTION)


@says_nothing()
def key_from_systems_manager() -> None:
    pair("{{resolve:ssm:/key}}")


@says_nothing()
def alias_of_a_customer_for_every_entry_of_a_mapping() -> None:
    mappings = {"Keys": {"444455556666": {"Alias": "alias/one"}, "111122223333": {"Alias": "alias/other"}}}
    pair({"Fn::FindInMap": ["Keys", ACCOUNT_ID, "Alias"]}, Mappings=mappings)


# Whether there is a key at all is left to a condition.

UNENCRYPTED = "mandatory encryption-at-rest-enabled stack"
NO_VALUE = {"Ref": "AWS::NoValue"}


def properties(given: Any, **sections: Any) -> None:
    """A template whose configuration has these properties as a whole."""
    configuration = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": given}
    stack(Resources={"Configuration": configuration, "Endpoint": ENDPOINT}, **sections)


BARE = made()["Properties"]
KEYED = made(arn())["Properties"]
ONE_OR_OTHER = {"Conditions": {**PRODUCTION["Conditions"], "Trial": {"Fn::Not": [{"Condition": "Production"}]}}}


@says(UNENCRYPTED)
def properties_without_a_key_either_way() -> None:
    properties(chosen(BARE, {**BARE, "KmsKeyId": ""}), **PRODUCTION)


@says(OF_AWS)
def properties_with_a_key_of_aws_either_way() -> None:
    properties(chosen({**BARE, "KmsKeyId": "alias/aws/sagemaker"}, {**BARE, "KmsKeyId": "alias/aws/ebs"}), **PRODUCTION)


@says(UNENCRYPTED)
def no_key_whichever_of_two_conditions_holds() -> None:
    """One condition is the other's opposite, so that one of the two keys is left out and the other never chosen."""
    key_if_both = {"Fn::If": ["Production", {"Fn::If": ["Trial", arn(), NO_VALUE]}, NO_VALUE]}
    pair(key_if_both, **ONE_OR_OTHER)


@says(UNENCRYPTED)
def properties_of_a_choice_within_a_choice() -> None:
    properties(chosen({"Fn::If": ["Trial", BARE, {**BARE, "KmsKeyId": NO_VALUE}]}, BARE), **ONE_OR_OTHER)


@says_nothing()
def properties_with_a_key_one_way() -> None:
    properties(chosen(KEYED, BARE), **PRODUCTION)


@says_nothing()
def properties_with_a_key_either_way() -> None:
    properties(chosen(KEYED, {**BARE, "KmsKeyId": arn(what="alias/serving")}), **PRODUCTION)


@says_nothing()
def key_that_a_condition_leaves_out() -> None:
    pair(chosen(arn(), NO_VALUE), **PRODUCTION)


@says_nothing()
def key_whichever_of_two_conditions_holds() -> None:
    pair({"Fn::If": ["Production", arn(), {"Fn::If": ["Trial", arn(), NO_VALUE]}]}, **ONE_OR_OTHER)


# What else of a configuration may be known in part.


def configuration(**more: Any) -> None:
    """A configuration with a key and these properties besides, and its Endpoint."""
    stack(
        Parameters={"Given": {"Type": "String"}},
        parameters={"Given": later("large")},
        Resources={
            "Configuration": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {**KEYED, **more}},
            "Endpoint": ENDPOINT,
        },
    )


def capture(key: Any) -> dict[str, Any]:
    return {"EnableCapture": True, "DestinationS3Uri": "s3://bucket/x", "KmsKeyId": key}


LOCAL = "advisory key-covers-instance-storage stack"
CAPTURED = "advisory captured-data-encrypted stack"


@says(LOCAL)
def family_with_local_storage_in_whatever_size() -> None:
    configuration(ProductionVariants=[{"VariantName": "a", "ModelName": "m", "InstanceType": sub("ml.g5.${Given}")}])


@says(CAPTURED)
def capture_with_an_alias_of_aws_in_whatever_account() -> None:
    configuration(DataCaptureConfig=capture(sub(f"{HERE}alias/aws/s3")))


@says("advisory replacement-safe stack")
def name_with_the_stacks_account() -> None:
    configuration(EndpointConfigName=sub("serving-${AWS::AccountId}"))


@says_nothing()
def family_without_local_storage_in_whatever_size() -> None:
    configuration(ProductionVariants=[{"VariantName": "a", "ModelName": "m", "InstanceType": sub("ml.m5.${Given}")}])


@says_nothing()
def family_that_may_be_another_one() -> None:
    configuration(ProductionVariants=[{"VariantName": "a", "ModelName": "m", "InstanceType": sub("ml.m5${Given}.x")}])


@says_nothing()
def capture_with_a_key_in_whatever_account() -> None:
    configuration(DataCaptureConfig=capture(sub(f"{HERE}alias/serving")))


@says_nothing()
def capture_with_an_alias_that_is_known_later() -> None:
    configuration(DataCaptureConfig=capture(sub("alias/${Given}")))
