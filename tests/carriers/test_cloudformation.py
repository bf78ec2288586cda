"""Stacks and stack sets of CloudFormation: what of their templates reaches the model, and where it lives."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.gaps import REGION as REGION_GAP
from policy_pack.gaps import STACK_NAME
from policy_pack.stack.links import same_region
from policy_pack.stack.model import (
    Alias,
    Configuration,
    Endpoint,
    Key,
    Model,
    Node,
    Resource,
    Role,
    RolePolicy,
    Template,
)
from policy_pack.values import SECRET, SIGNATURE, UNKNOWN, Attribute, Opaque, PartlyKnown, Unknown, from_json
from tests.carriers.reading import REGION, all_of, one, resource, state, template, urn

STACK, STACK_SET = "aws:cloudformation/stack:Stack", "aws:cloudformation/stackSet:StackSet"
IT = urn(STACK)
KEY_URN = urn("aws:kms/key:Key", "key")
OTHER_KEY_URN = urn("aws-native:kms:Key", "other")
ROLE_URN = urn("aws:iam/role:Role", "role")

KEY = {"Fn::GetAtt": ["Key", "Arn"]}
NAME = {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}
CONDITIONS = {
    "Open": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "111122223333"]},
    "Yes": {"Fn::Equals": ["a", "a"]},
    "No": {"Fn::Equals": ["a", "b"]},
}
PARAMETERS = {"Key": {"Type": "String", "Default": "alias/default"}}


def of(kind: str, condition: str | None = None, **properties: Any) -> dict[str, Any]:
    """A resource of a template."""
    made: dict[str, Any] = {"Type": kind, "Properties": properties}
    return made if condition is None else {**made, "Condition": condition}


def configuration(key: Any = None, condition: str | None = None, **properties: Any) -> dict[str, Any]:
    given = properties if key is None else {"KmsKeyId": key, **properties}
    return of("AWS::SageMaker::EndpointConfig", condition, **given)


def endpoint(name: Any, condition: str | None = None) -> dict[str, Any]:
    return of("AWS::SageMaker::Endpoint", condition, EndpointConfigName=name)


def text_of(value: Any) -> str:
    """What is known of a text, with marks for the rest."""
    assert isinstance(value, PartlyKnown)
    return value.text


def within(*logical_ids: str) -> tuple[str, ...]:
    """The ids of nodes of the template."""
    return tuple(f"{IT}#{each}" for each in logical_ids)


PAIR = {"Configuration": configuration(KEY), "Key": of("AWS::KMS::Key"), "Endpoint": endpoint(NAME)}


def test_nodes_and_the_links_between_them() -> None:
    found = template({"Resources": PAIR})
    made = one(Configuration, found)
    assert (made.id, made.urn, made.label) == (*within("Configuration"), IT, "it/Configuration")
    assert (made.key, made.key_sources) == (Attribute(frozenset(within("Key")), name="Arn"), within("Key"))
    assert made.generated_name is True
    assert one(Endpoint, found).configuration_sources == within("Configuration")
    assert (one(Key, found).id,) == within("Key")
    assert (one(Template, found).id, one(Template, found).unreadable) == (IT, ())
    assert {each.place.region for each in (made, one(Key, found))} == {REGION}


def test_links_of_what_a_configuration_needs() -> None:
    resources = {
        "Key": of("AWS::KMS::Key"),
        "Alias": of("AWS::KMS::Alias", AliasName="alias/a", TargetKeyId={"Ref": "Key"}),
        "Replica": of("AWS::KMS::ReplicaKey", PrimaryKeyArn=KEY),
        "Role": of("AWS::IAM::Role"),
        "Model": of("AWS::SageMaker::Model", ExecutionRoleArn={"Fn::GetAtt": ["Role", "Arn"]}),
        "Policy": of("AWS::IAM::Policy", Roles=[{"Ref": "Role"}, "named"], PolicyDocument={}),
        "Own": of("AWS::IAM::RolePolicy", RoleName={"Ref": "Role"}, PolicyDocument={}),
        "Configuration": configuration(
            {"Ref": "Alias"},
            ProductionVariants=[{"ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}, {"ModelName": "named"}],
        ),
    }
    found = template({"Resources": resources})
    made = one(Configuration, found)
    assert made.key_sources == within("Alias")
    assert [each.model_sources for each in made.variants] == [within("Model"), within("Model")]
    assert one(Alias, found).target_sources == within("Key")
    assert [key.replica_of for key in all_of(Key, found)] == [(), within("Key")]
    assert one(Model, found).execution_role_sources == within("Role")
    assert (one(Role, found).id,) == within("Role")
    policy, named, own = all_of(RolePolicy, found)
    assert (policy.role_sources, own.role_sources) == (within("Role"), within("Role"))
    assert named.role_name == "named"


def test_the_same_in_yaml() -> None:
    text = """
    Resources:
      Key: {Type: AWS::KMS::Key}
      Configuration:
        Type: AWS::SageMaker::EndpointConfig
        Properties: {KmsKeyId: !GetAtt Key.Arn}
    """
    assert one(Configuration, template(text)).key_sources == within("Key")


def carried(kind: str, **properties: Any) -> Resource:
    """A stack or stack set as each of its carriers brings it; properties under the schema's names."""
    if kind.startswith("AWS::"):
        return state(kind, properties)
    given = {name[:1].lower() + name[1:]: value for name, value in properties.items()}
    return resource(kind, given)


STACKS = [STACK, "aws-native:cloudformation:Stack", "AWS::CloudFormation::Stack"]
STACK_SETS = [STACK_SET, "aws-native:cloudformation:StackSet", "AWS::CloudFormation::StackSet"]
TEXT = '{"Resources": {"C": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"KmsKeyId": {"Ref": "P"}}}}, %s}'
WITH_PARAMETER = TEXT % '"Parameters": {"P": {"Type": "String", "Default": "alias/default"}}'
OF_REGION = TEXT.replace('{"Ref": "P"}', '{"Fn::Sub": "alias/${AWS::Region}-${AWS::Partition}"}') % '"Outputs": {}'


@pytest.mark.parametrize("kind", STACKS)
def test_every_carrier_of_a_stack(kind: str) -> None:
    assert one(Configuration, carried(kind, TemplateBody=WITH_PARAMETER)).key == "alias/default"
    given = carried(kind, TemplateBody=WITH_PARAMETER, Parameters={"P": "alias/given"})
    assert one(Configuration, given).key == "alias/given"
    made = one(Configuration, carried(kind, TemplateBody=OF_REGION))
    assert (made.key, made.place.region) == ("alias/eu-west-1-aws", REGION)


@pytest.mark.parametrize("kind", STACK_SETS)
def test_a_stack_set_is_deployed_nobody_knows_where(kind: str) -> None:
    """Its instances may also override its parameters."""
    given = carried(kind, TemplateBody=WITH_PARAMETER, Parameters={"P": "alias/given"})
    assert one(Configuration, given).key == UNKNOWN
    made = one(Configuration, carried(kind, TemplateBody=OF_REGION))
    assert (text_of(made.key), made.place.region) == (f"alias/{REGION_GAP}-aws", UNKNOWN)


def test_what_is_known_of_a_stack_set() -> None:
    of_partition = OF_REGION.replace("${AWS::Region}-", "")
    assert one(Configuration, carried(STACK_SET, TemplateBody=of_partition)).key == "alias/aws"
    found = resource(STACK_SET, {"templateBody": {"Resources": PAIR}})
    configured, key = one(Configuration, found), one(Key, found)
    assert same_region(configured.place, key.place) is True
    elsewhere = one(Key, resource("aws:kms/key:Key", {}))
    assert same_region(configured.place, elsewhere.place) is None


def test_a_template_may_be_an_object_with_unknown_parts() -> None:
    body = {"Resources": {"C": configuration(UNKNOWN), "D": configuration()}}
    given = resource("aws-native:cloudformation:Stack", {"templateBody": body}, sources={"templateBody": (KEY_URN,)})
    found = {each.label: each for each in all_of(Configuration, given)}
    assert (found["it/C"].key, found["it/D"].key) == (UNKNOWN, None)
    assert found["it/D"].key_sources == ()


def test_where_a_stack_lives() -> None:
    body = {"Resources": PAIR}
    regional = resource(STACK, {"templateBody": body, "region": "us-east-1"})
    assert one(Configuration, regional).place.region == "us-east-1"
    unknown = resource(STACK, {"templateBody": body, "region": UNKNOWN})
    for somewhere in (template(body, region=None), template(body, region=UNKNOWN), unknown):
        made, key = one(Configuration, somewhere), one(Key, somewhere)
        assert not isinstance(made.place.region, str)
        assert same_region(made.place, key.place) is True


def test_the_stacks_name() -> None:
    body = {"Resources": {"C": configuration({"Fn::Sub": "alias/${AWS::StackName}"})}}
    assert one(Configuration, template(body)).key == "alias/serving"
    assert one(Configuration, carried("AWS::CloudFormation::Stack", TemplateBody=body, StackName="x")).key == "alias/x"
    unnamed = one(Configuration, carried("AWS::CloudFormation::Stack", TemplateBody=body))
    assert text_of(unnamed.key) == f"alias/{STACK_NAME}"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"templateBody": UNKNOWN}, "templateBody is not known before the update."),
        (
            {"templateBody": from_json({SIGNATURE: SECRET, "ciphertext": "x"})},
            "templateBody is not known before the update.",
        ),
        ({"templateUrl": "https://bucket/x"}, "The template is at a URL, which this pack does not fetch."),
        ({"templateUrl": UNKNOWN}, "The template is at a URL, which this pack does not fetch."),
        ({"templateBody": " ", "templateUrl": "x"}, "The template is at a URL, which this pack does not fetch."),
        ({}, "templateBody is not set."),
        ({"templateBody": 5}, "templateBody is a number, not a template."),
        ({"templateBody": Opaque("an asset")}, "templateBody is an asset, not a template."),
        ({"templateBody": "{["}, "The template is not valid JSON or YAML, or is not an object."),
        ({"templateBody": '{"Transform": "Mine"}'}, "A macro (Transform) rewrites the template when it is deployed."),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", [STACK, STACK_SET, "aws-native:cloudformation:Stack"])
def test_templates_that_cannot_be_read(kind: str, properties: dict[str, Any], reason: str) -> None:
    assert all_of(Configuration, resource(kind, properties)) == ()
    assert one(Template, resource(kind, properties)).unreadable == (reason,)


def test_the_names_of_properties_are_those_of_the_schema_in_cloud_control() -> None:
    def why(**properties: Any) -> tuple[str, ...]:
        return one(Template, carried("AWS::CloudFormation::Stack", **properties)).unreadable

    assert why(TemplateURL="https://bucket/x") == ("The template is at a URL, which this pack does not fetch.",)
    assert why() == ("TemplateBody is not set.",)
    assert one(Template, state("AWS::CloudFormation::Stack", UNKNOWN)).unreadable == (
        "TemplateBody is not known before the update.",
    )


def conditional(**resources: Any) -> Resource:
    return template({"Conditions": CONDITIONS, "Resources": {**resources, "Key": of("AWS::KMS::Key")}})


def test_what_is_deployed_for_certain() -> None:
    found = conditional(Yes=configuration(KEY, "Yes"), No=configuration(KEY, "No"))
    assert one(Configuration, found).label == "it/Yes"
    assert one(Template, found).unreadable == ()


def test_a_configuration_that_may_not_be_deployed_is_left_out() -> None:
    found = conditional(Configuration=configuration(None, "Open"))
    assert all_of(Configuration, found) == ()
    (reason,) = one(Template, found).unreadable
    assert reason == "The condition of the resource Configuration is not known before the update."


def test_an_endpoint_that_may_not_be_deployed_says_nothing_of_its_configuration() -> None:
    found = conditional(Configuration=configuration(KEY), Endpoint=endpoint(NAME, "Open"))
    made = one(Endpoint, found)
    assert (made.configuration_name, made.configuration_sources) == (None, within("Configuration"))
    (reason,) = one(Template, found).unreadable
    assert reason == "The condition of the resource Endpoint is not known before the update."


def test_properties_that_a_macro_makes() -> None:
    made = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"Fn::Transform": {"Name": "Mine"}}}
    found = conditional(Configuration=made)
    assert all_of(Configuration, found) == ()
    (reason,) = one(Template, found).unreadable
    assert reason == "The properties of the resource Configuration are not known before the update."


def test_permissions_that_may_not_be_deployed_are_open() -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    found = conditional(
        Role=of("AWS::IAM::Role"),
        Policy=of("AWS::IAM::Policy", "Open", Roles=[{"Ref": "Role"}], PolicyDocument=policy),
        Other=of("AWS::KMS::Key", "Open"),
    )
    attached = one(RolePolicy, found)
    assert (attached.policy, attached.role_sources) == (UNKNOWN, within("Role"))
    assert [each.label for each in all_of(Key, found)] == ["it/Key"]
    assert one(Template, found).unreadable == ()


def passed(*sources: str, key: Any = UNKNOWN, **more: Any) -> Resource:
    """A template whose configuration takes its key from a parameter, which the program computes from `sources`."""
    body = {"Parameters": PARAMETERS, "Resources": {"Configuration": configuration({"Ref": "Key"})}}
    return template(body, parameters={"Key": key, **more}, sources={"parameters": sources})


def test_a_key_that_the_program_passes() -> None:
    made = one(Configuration, passed(KEY_URN, ROLE_URN, Role=UNKNOWN))
    assert (made.key, made.key_sources) == (UNKNOWN, (KEY_URN, ROLE_URN))


def test_of_several_keys_nobody_knows_which_parameter_is_which() -> None:
    assert one(Configuration, passed(KEY_URN, OTHER_KEY_URN, ROLE_URN, Other=UNKNOWN)).key_sources == (ROLE_URN,)
    # A known one tells by itself.
    known = one(Configuration, passed(KEY_URN, OTHER_KEY_URN, key="arn", Other="arn"))
    assert known.key_sources == (KEY_URN, OTHER_KEY_URN)


def test_parameters_that_are_not_known_as_a_whole() -> None:
    body = {"Parameters": PARAMETERS, "Resources": {"Configuration": configuration({"Ref": "Key"})}}
    for parameters in (UNKNOWN, "text", ["list"]):
        made = one(Configuration, template(body, parameters=parameters, sources={"parameters": (KEY_URN,)}))
        assert (made.key, made.key_sources) == (UNKNOWN, (KEY_URN,))


def test_what_a_known_text_of_the_template_is_computed_from() -> None:
    """The program may have put the name into the text of the template."""
    body = {"Resources": {"Endpoint": endpoint("configuration-1a2b3c4"), "Other": endpoint(None)}}
    found = template(body, sources={"templateBody": (KEY_URN,)})
    assert [each.configuration_sources for each in all_of(Endpoint, found)] == [(KEY_URN,), (KEY_URN,)]


def test_what_an_unknown_value_of_the_template_is_computed_from() -> None:
    found = template({"Resources": PAIR}, sources={"templateBody": (KEY_URN,)})
    assert one(Configuration, found).key_sources == within("Key")


def test_outputs_and_inputs() -> None:
    nested = of("AWS::CloudFormation::Stack", Parameters={"Name": NAME})
    outputs = {"Name": {"Value": NAME}, "Key": {"Value": KEY}, "Literal": {"Value": "x"}}
    body = {"Resources": {**PAIR, "Nested": nested}, "Outputs": outputs}
    made = one(Template, template(body, sources={"parameters": (ROLE_URN,), "templateBody": (KEY_URN,)}))
    assert made.outputs == within("Configuration", "Key")
    assert made.inputs == (*within("Configuration"), ROLE_URN, KEY_URN)


def test_of_several_keys_among_the_outputs_nobody_knows_which_is_used() -> None:
    outputs = {"Key": {"Value": KEY}, "Other": {"Value": {"Ref": "Other"}}, "Name": {"Value": NAME}}
    body = {"Resources": {**PAIR, "Other": of("AWS::KMS::Key")}, "Outputs": outputs}
    assert one(Template, template(body)).outputs == within("Configuration")


def test_what_is_none_of_the_packs_business_is_not_modelled() -> None:
    bucket = {"Resources": {"Bucket": of("AWS::S3::Bucket", KmsKeyId="alias/aws/s3")}}
    assert [type(each) for each in all_of(Node, template(bucket))] == [Template]


@pytest.mark.parametrize(
    ("name", "generated"),
    [
        (None, True),
        ("by-hand", False),
        ({"Fn::Sub": "${AWS::StackName}-x"}, False),
        ({"Ref": "Key"}, False),
        ({"Ref": "Given"}, UNKNOWN),
        ({"Fn::Sub": "${Given}-x"}, UNKNOWN),
        ({"Fn::If": ["Open", {"Fn::Sub": "${AWS::StackName}-x"}, {"Ref": "AWS::NoValue"}]}, UNKNOWN),
        ({"Fn::If": ["Open", {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}]}, True),
    ],
    ids=str,
)
def test_whether_a_name_of_a_template_is_generated(name: Any, generated: Any) -> None:
    given = {} if name is None else {"EndpointConfigName": name}
    body = {
        "Conditions": CONDITIONS,
        "Parameters": {**PARAMETERS, "Given": {"Type": "String"}},
        "Resources": {"It": configuration(**given)},
    }
    found = one(Configuration, template(body, parameters={"Given": UNKNOWN})).generated_name
    assert isinstance(found, Unknown) if isinstance(generated, Unknown) else found is generated


def test_a_template_within_another_is_in_the_same_account() -> None:
    """What each calls its own account is one."""
    inner = {"Resources": {"Key": of("AWS::KMS::Key")}}
    within = of("AWS::CloudFormation::Stack", TemplateBody=inner)
    found = template({"Resources": {"Within": within, "Key": of("AWS::KMS::Key")}})
    accounts = {each.account for each in all_of(Key, found)}
    assert len(accounts) == 1
    (account,) = accounts
    assert isinstance(account, PartlyKnown)
    assert account.within == IT


def test_metadata_of_what_is_no_configuration() -> None:
    """Nothing of it suppresses anything, and it is read like any other."""
    metadata = {"cfn_nag": {"rules_to_suppress": [{"id": "W1200", "reason": "x"}]}}
    key = {**of("AWS::KMS::Key"), "Metadata": metadata}
    made = {**configuration(KEY), "Metadata": metadata}
    found = template({"Resources": {"Key": key, "Configuration": made}})
    assert one(Key, found).id == within("Key")[0]
    assert [each.rule for each in one(Configuration, found).suppressions] == ["W1200"]


def test_what_a_template_within_another_is_told_is_the_same_there() -> None:
    arn = {"Fn::Sub": "arn:aws:kms:eu-west-1:${AWS::AccountId}:alias/serving"}
    inner = of("AWS::CloudFormation::Stack", TemplateBody={"Resources": {"Inner": configuration(arn)}})
    found = template({"Resources": {"Within": inner, "Outer": configuration(arn)}})
    keys = [each.key for each in all_of(Configuration, found)]
    assert [each.within for each in keys if isinstance(each, PartlyKnown)] == [IT, IT]
