"""Of all policies: templates within templates, and models of instance pools."""

from __future__ import annotations

import json
from typing import Any

from tests.programs.blocks import arn, says, says_nothing
from tests.programs.carriers import ENDPOINT, PARAMETER, UNENCRYPTED, VARIANT, made, stack
from tests.programs.own_account import ACTIONS, GRANTED, KEY_ARN, MANAGED, allow

HIDDEN = "advisory template-readable stack"
STACK, STACK_SET = "AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet"


def body(key: Any = None, **sections: Any) -> str:
    """A template with a pair, as a text."""
    return json.dumps({"Resources": {"Configuration": made(key), "Endpoint": ENDPOINT}, **sections})


def within(kind: str, template: Any, condition: str | None = None, **more: Any) -> dict[str, Any]:
    """A resource that deploys a template."""
    resource = {"Type": kind, "Properties": {"TemplateBody": template, **more}}
    return resource if condition is None else {**resource, "Condition": condition}


OPEN = {"Open": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "444455556666"]}}


# Refused.


@says(f"{UNENCRYPTED} stack")
def stack_set_in_a_template() -> None:
    stack(Resources={"Set": within(STACK_SET, body())})


@says(f"{UNENCRYPTED} stack")
def stack_in_a_template() -> None:
    stack(Resources={"Nested": within(STACK, body())})


@says(f"{UNENCRYPTED} stack")
def stack_in_a_stack_set_in_a_template() -> None:
    stack(Resources={"Set": within(STACK_SET, json.dumps({"Resources": {"Nested": within(STACK, body())}}))})


@says("mandatory key-in-same-region stack")
def stack_in_a_template_that_passes_a_key_of_another_region() -> None:
    given = {"Key": {"Fn::Sub": arn("eu-west-1").replace("999988887777", "${AWS::AccountId}")}}
    stack(Resources={"Nested": within(STACK, body({"Ref": "Key"}, Parameters={"Key": PARAMETER}), Parameters=given)})


@says("mandatory customer-managed-key stack")
def stack_set_in_a_template_with_an_alias_of_aws() -> None:
    text = body({"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/sagemaker"})
    stack(Resources={"Set": within(STACK_SET, text)})


@says(f"{UNENCRYPTED} stack")
def stack_set_whose_template_is_put_together() -> None:
    text = {"Fn::Sub": body().replace("AllTraffic", "In-${AWS::Region}")}
    stack(Resources={"Set": within(STACK_SET, text)})


@says(HIDDEN)
def stack_set_whose_template_holds_what_is_not_known() -> None:
    stack(Resources={"Set": within(STACK_SET, {"Fn::Sub": body().replace("AllTraffic", "In-${AWS::AccountId}")})})


@says(HIDDEN)
def stack_set_in_a_template_that_may_not_be_deployed() -> None:
    stack(Conditions=OPEN, Resources={"Set": within(STACK_SET, body(arn()), "Open")})


@says(HIDDEN)
def templates_within_one_another_beyond_what_is_read() -> None:
    text = body()
    for _ in range(5):
        text = json.dumps({"Resources": {"Nested": within(STACK, text)}})
    stack(Resources={"Nested": within(STACK, text)})


# Not refused.


@says_nothing()
def stack_set_in_a_template_with_a_key() -> None:
    stack(Resources={"Set": within(STACK_SET, body("alias/serving"))})


@says_nothing()
def stack_in_a_template_that_passes_a_key() -> None:
    resources = {
        "Nested": within(STACK, body({"Ref": "Key"}, Parameters={"Key": PARAMETER}), Parameters={"Key": arn()})
    }
    stack(Resources=resources)


@says_nothing()
def stack_in_a_template_that_passes_a_key_of_its_own() -> None:
    policy = {"Version": "2012-10-17", "Statement": [MANAGED, allow({"Service": "sagemaker.amazonaws.com"}, ACTIONS)]}
    key = {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "KeyPolicy": policy}}
    nested = within(STACK, body({"Ref": "Key"}, Parameters={"Key": PARAMETER}), Parameters={"Key": KEY_ARN})
    stack(Resources={"Key": key, "Nested": nested})


@says_nothing()
def stack_set_in_a_template_that_is_not_deployed() -> None:
    conditions = {"No": {"Fn::Equals": ["a", "b"]}}
    stack(Conditions=conditions, Resources={"Set": within(STACK_SET, body(), "No")})


@says_nothing()
def stack_in_a_template_without_sagemaker() -> None:
    bucket = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
    stack(Resources={"Nested": within(STACK, json.dumps(bucket)), "Set": within(STACK_SET, json.dumps(bucket))})


# The models of instance pools.

ROLES = {name: f"arn:aws:iam::111122223333:role/{name}" for name in ("A", "B")}


def with_pools(*overrides: Any) -> None:
    """A key for role A, a variant with the model of role A, and pools whose own models are these."""
    policy = {"Version": "2012-10-17", "Statement": [MANAGED, allow({"AWS": ROLES["A"]}, ACTIONS)]}
    pools = [
        {"InstanceType": "ml.m5.xlarge", **({} if each is None else {"ModelNameOverride": each})} for each in overrides
    ]
    variant = {**VARIANT, "ModelName": name_of("A"), "InstancePools": pools}
    models = {
        f"Model{name}": {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": role}}
        for name, role in ROLES.items()
    }
    properties = {"KmsKeyId": KEY_ARN, "ProductionVariants": [variant]}
    stack(
        Conditions=OPEN,
        Resources={
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "KeyPolicy": policy}},
            "Configuration": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties},
            "Endpoint": ENDPOINT,
            **models,
        },
    )


def name_of(model: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [f"Model{model}", "ModelName"]}


@says(GRANTED)
def pool_with_the_model_of_another_role() -> None:
    with_pools(name_of("B"))


@says(GRANTED)
def second_pool_with_the_model_of_another_role() -> None:
    with_pools(None, name_of("B"))


@says(GRANTED)
def pool_with_the_model_of_another_role_either_way() -> None:
    with_pools({"Fn::If": ["Open", name_of("B"), {"Fn::GetAtt": ["ModelB", "ModelName"]}]})


@says_nothing()
def pool_with_the_model_of_the_same_role() -> None:
    with_pools(name_of("A"))


@says_nothing()
def pools_without_models_of_their_own() -> None:
    with_pools(None, {"Ref": "AWS::NoValue"})


@says_nothing()
def pool_with_the_model_of_another_role_one_way() -> None:
    with_pools({"Fn::If": ["Open", name_of("B"), {"Ref": "AWS::NoValue"}]})


# Loops and functions of the language extensions, rules and mappings.

EXTENDED = {"Transform": "AWS::LanguageExtensions"}


def loop(names: Any, key: Any = None, **sections: Any) -> None:
    """A pair for each name."""
    endpoint = {
        "Type": "AWS::SageMaker::Endpoint",
        "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Configuration${Name}", "EndpointConfigName"]}},
    }
    pairs = ["Name", names, {"Configuration${Name}": made(key), "Endpoint${Name}": endpoint}]
    stack(Resources={"Fn::ForEach::Pairs": pairs}, **EXTENDED, **sections)


@says(f"{UNENCRYPTED} stack", f"{UNENCRYPTED} stack")
def loop_without_a_key() -> None:
    loop(["One", "Two"])


@says("mandatory customer-managed-key stack")
def loop_with_aliases_of_which_one_is_of_aws() -> None:
    loop(["serving", "aws"], {"Fn::Sub": "alias/${Name}/sagemaker"})


@says("mandatory customer-managed-key stack")
def loop_over_a_parameter_with_keys_of_a_mapping() -> None:
    mappings = {"Keys": {"One": {"Arn": "alias/aws/ebs"}, "Two": {"Arn": "alias/serving"}}}
    names = {"Names": {"Type": "CommaDelimitedList", "Default": "One,Two"}}
    loop({"Ref": "Names"}, {"Fn::FindInMap": ["Keys", {"Ref": "Name"}, "Arn"]}, Parameters=names, Mappings=mappings)


@says(HIDDEN)
def loop_over_what_is_not_known() -> None:
    loop({"Fn::Split": [",", {"Fn::ImportValue": "names"}]}, arn())


@says(f"{UNENCRYPTED} stack", "advisory paired-with-endpoint stack")
def stack_set_whose_template_is_written_as_an_object() -> None:
    resources = {"Configuration": made()}
    stack(Resources={"Set": within(STACK_SET, {"Fn::ToJsonString": {"Resources": resources}})}, **EXTENDED)


@says_nothing()
def loop_with_keys() -> None:
    loop(["One", "Two"], {"Fn::Sub": "alias/${Name}"})


@says_nothing()
def loop_over_nothing() -> None:
    loop([])


@says_nothing()
def template_with_rules() -> None:
    rule = {"Assertions": [{"Assert": {"Fn::Contains": [["us-east-1"], {"Ref": "AWS::Region"}]}}]}
    stack(Resources={"Configuration": made(arn()), "Endpoint": ENDPOINT}, Rules={"Here": rule})


@says(f"{UNENCRYPTED} stack")
def template_with_rules_that_ask_for_a_key() -> None:
    """A rule refuses parameters; it gives no configuration a key."""
    rule = {"Assertions": [{"Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Key"}, ""]}]}}]}
    parameters = {"Key": {"Type": "String", "Default": "alias/serving"}}
    stack(Parameters=parameters, Rules={"Keyed": rule}, Resources={"Configuration": made(), "Endpoint": ENDPOINT})
