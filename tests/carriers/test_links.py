"""Links across carriers: an Endpoint of one and a configuration of another, and keys that reach one through another."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from policy_pack.judging.verdict import COMPLIANT, CannotTell, NotApplicable, Violation
from policy_pack.policies import (
    endpoint_configuration_in_stack,
    endpoint_follows_replacement,
    key_resource_usable,
    paired_with_endpoint,
)
from policy_pack.stack.links import (
    aliases_from,
    bypasses_lockout_check,
    configurations_from,
    configurations_left,
    is_hidden,
    keys_from,
    keys_of,
    own_key,
    pairs,
    policies_of,
    same_region,
)
from policy_pack.stack.model import Configuration, Endpoint, Key, Place, Resource
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, stack, state, template, verdicts

CLASSIC, NATIVE = "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws-native:sagemaker:EndpointConfig"
CLASSIC_ENDPOINT, NATIVE_ENDPOINT = "aws:sagemaker/endpoint:Endpoint", "aws-native:sagemaker:Endpoint"
NAME = "configuration-1a2b3c4"
ARN = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
OTHER_ARN = ARN.replace("12345678-", "87654321-")


def configuration(carrier: str, name: str | None = NAME) -> Resource:
    """A configuration as each carrier brings it, with the name that it has if it is known."""
    if carrier == "aws":
        return resource(CLASSIC, {"name": name}, "configuration")
    if carrier == "aws-native":
        return resource(NATIVE, {"endpointConfigName": name}, "configuration")
    actual = json.dumps({"EndpointConfigName": name})
    return state("AWS::SageMaker::EndpointConfig", {}, "configuration", properties=actual)


def endpoint(carrier: str, name: Any, *sources: str) -> Resource:
    """An Endpoint as each carrier brings it, whose configuration's name is computed from `sources`."""
    if carrier == "aws":
        given = {"endpointConfigName": name}
        return resource(CLASSIC_ENDPOINT, given, "endpoint", sources={"endpointConfigName": sources})
    if carrier == "aws-native":
        given = {"endpointConfigName": name}
        return resource(NATIVE_ENDPOINT, given, "endpoint", sources={"endpointConfigName": sources})
    if carrier == "cloudcontrol":
        desired = UNKNOWN if name is UNKNOWN else {"EndpointConfigName": name}
        return state("AWS::SageMaker::Endpoint", desired, "endpoint", sources={"desiredState": sources})
    body = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {
            "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": {"Ref": "Name"}}}
        },
    }
    return template(body, "endpoint", sources={"parameters": sources}, parameters={"Name": name})


CONFIGURATIONS = ("aws", "aws-native", "cloudcontrol")
PAIRS = list(itertools.product(CONFIGURATIONS, (*CONFIGURATIONS, "cloudformation")))


@pytest.mark.parametrize("name", [NAME, UNKNOWN, f"arn:aws:sagemaker:eu-west-1:1:endpoint-config/{NAME}"], ids=str)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_an_endpoint_follows_a_configuration_of_another_carrier(one: str, other: str, name: Any) -> None:
    made = configuration(one)
    both = made, endpoint(other, name, made.urn)
    assert list(verdicts(endpoint_follows_replacement.POLICY, *both).values()) == [COMPLIANT]
    assert list(verdicts(endpoint_configuration_in_stack.POLICY, *both).values()) == [COMPLIANT]
    assert list(verdicts(paired_with_endpoint.POLICY, *both).values()) == [COMPLIANT]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_name_by_hand_does_not_follow(one: str, other: str) -> None:
    (verdict,) = verdicts(endpoint_follows_replacement.POLICY, configuration(one), endpoint(other, NAME)).values()
    assert isinstance(verdict, Violation)


def test_a_text_that_is_computed_from_another_configuration_does_not_follow() -> None:
    """A template's text, or a state, may be computed from one configuration and name another by hand."""
    other = resource(NATIVE, {"endpointConfigName": "other-1a2b3c4"}, "other")
    by_hand = endpoint("cloudcontrol", NAME, other.urn)
    found = stack(configuration("aws"), other, by_hand)
    assert configurations_from(found.of(Endpoint)[0], found) == ()
    (verdict,) = verdicts(endpoint_follows_replacement.POLICY, configuration("aws"), other, by_hand).values()
    assert isinstance(verdict, Violation)


def closed(**sections: Any) -> Resource:
    """A template that makes a configuration and gives its name to others."""
    name = {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}
    made = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}}
    body: dict[str, Any] = {
        "Resources": {"Configuration": made, "Key": {"Type": "AWS::KMS::Key", "Properties": {"Enabled": False}}},
        "Outputs": {"Name": {"Value": name}, "Key": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}},
    }
    return template({**body, **sections})


@pytest.mark.parametrize("name", [UNKNOWN, "serving-Configuration-1ABC"], ids=str)
def test_an_endpoint_of_a_templates_output(name: Any) -> None:
    made = closed()
    both = made, endpoint("aws", name, made.urn)
    assert verdicts(endpoint_follows_replacement.POLICY, *both) == {"endpoint": COMPLIANT}
    assert verdicts(endpoint_configuration_in_stack.POLICY, *both) == {"endpoint": COMPLIANT}
    assert verdicts(paired_with_endpoint.POLICY, *both) == {"it/Configuration": COMPLIANT}


@pytest.mark.parametrize("name", [UNKNOWN, "serving-Configuration-1ABC"], ids=str)
def test_an_endpoint_of_the_output_of_a_template_that_cannot_be_read(name: Any) -> None:
    made = closed(Transform="Mine")
    both = made, endpoint("aws", name, made.urn)
    (verdict,) = verdicts(endpoint_configuration_in_stack.POLICY, *both).values()
    assert isinstance(verdict, CannotTell)
    (verdict,) = verdicts(endpoint_follows_replacement.POLICY, *both).values()
    assert isinstance(verdict, NotApplicable)


def test_an_endpoint_that_names_what_may_not_be_deployed() -> None:
    conditions = {"Open": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "111122223333"]}}
    name = {"Fn::If": ["Open", {"Fn::GetAtt": ["One", "EndpointConfigName"]}, "by-hand"]}
    resources = {
        "One": {"Type": "AWS::SageMaker::EndpointConfig", "Condition": "Open"},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}},
    }
    body = template({"Conditions": conditions, "Resources": resources})
    (verdict,) = verdicts(endpoint_configuration_in_stack.POLICY, body).values()
    assert isinstance(verdict, CannotTell)
    found = stack(body)
    assert is_hidden(found.endpoints[0].configuration_sources, found)


def test_a_configuration_whose_name_goes_where_nobody_can_read() -> None:
    given = configuration("aws")
    url = resource(
        "aws:cloudformation/stack:Stack", {"templateUrl": "x"}, "closed", sources={"parameters": (given.urn,)}
    )
    (verdict,) = verdicts(paired_with_endpoint.POLICY, given, url).values()
    assert isinstance(verdict, CannotTell)
    unrelated = resource("aws:cloudformation/stack:Stack", {"templateUrl": "x"}, "closed")
    (verdict,) = verdicts(paired_with_endpoint.POLICY, given, unrelated).values()
    assert isinstance(verdict, Violation)


def test_a_configuration_whose_name_goes_through_a_template_to_another() -> None:
    made = closed()
    url = resource(
        "aws:cloudformation/stack:Stack", {"templateUrl": "x"}, "closed", sources={"parameters": (made.urn,)}
    )
    found = stack(made, url)
    (configured,) = found.of(Configuration)
    assert configured.id in pairs(found).hidden


def test_the_key_of_a_templates_output() -> None:
    made = closed()
    user = resource(CLASSIC, {"kmsKeyArn": UNKNOWN}, "user", sources={"kmsKeyArn": (made.urn,)})
    found = stack(made, user)
    (configured,) = (each for each in found.configurations if each.label == "user")
    assert [key.label for key in keys_of(configured, found)] == ["it/Key"]
    verdict = verdicts(key_resource_usable.POLICY, made, user)["user"]
    assert isinstance(verdict, Violation)
    assert verdict.at == made.urn


def classic_key(arn: str | None, name: str) -> Resource:
    return resource("aws:kms/key:Key", {"arn": arn} if arn else {}, name)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        (ARN, ["one"]),
        (OTHER_ARN, ["other"]),
        (ARN.rpartition("/")[2], ["one"]),
        (UNKNOWN, ["one", "other"]),
        (ARN.replace("12345678-1234", "12345678-4321"), []),
        ("alias/serving", ["one", "other"]),
    ],
    ids=str,
)
def test_which_key_a_state_means(key: Any, meant: list[str]) -> None:
    """It may be computed from several: one for the volumes, another for captured data."""
    one, other = classic_key(ARN, "one"), classic_key(OTHER_ARN, "other")
    desired = UNKNOWN if key is UNKNOWN else {"KmsKeyId": key}
    user = state("AWS::SageMaker::EndpointConfig", desired, sources={"desiredState": (one.urn, other.urn)})
    found = stack(one, other, user)
    assert [each.label for each in keys_of(found.configurations[0], found)] == meant


def test_a_known_arn_tells_the_key_whatever_the_state_is_computed_from() -> None:
    one, other = classic_key(ARN, "one"), classic_key(OTHER_ARN, "other")
    user = state("AWS::SageMaker::EndpointConfig", {"KmsKeyId": ARN}, sources={"desiredState": (other.urn,)})
    found = stack(one, other, user)
    assert [each.label for each in keys_of(found.configurations[0], found)] == ["one"]


def test_a_key_that_is_not_made_yet_may_be_any() -> None:
    user = state(
        "AWS::SageMaker::EndpointConfig", {"KmsKeyId": ARN}, sources={"desiredState": (classic_key(None, "x").urn,)}
    )
    found = stack(classic_key(None, "x"), user)
    assert [each.label for each in keys_of(found.configurations[0], found)] == ["x"]


@pytest.mark.parametrize(
    ("name", "follows", "left"),
    [
        (NAME, [NAME], []),
        (UNKNOWN, [NAME], []),
        ("other", [], [NAME]),
        (NAME.upper(), [], [NAME]),
        (f"arn:aws:sagemaker:eu-west-1:1:endpoint-config/{NAME.upper()}", [NAME], []),
        (f"x/{NAME}", [], [NAME]),
        (None, [NAME], []),
    ],
    ids=str,
)
def test_what_an_endpoint_runs_and_what_it_leaves(name: Any, follows: list[str], left: list[str]) -> None:
    made = configuration("aws")
    found = stack(made, endpoint("aws", name, made.urn))
    (given,) = found.endpoints
    assert [each.name for each in configurations_from(given, found)] == follows
    assert [each.name for each in configurations_left(given, found)] == left


@pytest.mark.parametrize(
    ("names", "name", "used", "left", "unclear"),
    [
        (("one", "other"), "one", {"one"}, {"other"}, False),
        (("one", "other"), UNKNOWN, {"one", "other"}, set(), False),
        (("one", "other"), "third", set(), {"one", "other"}, False),
        (("one", None), "third", {"other"}, {"one"}, False),  # what has no name yet may be the one
        (("one", None), "one", {"one"}, {"other"}, False),
    ],
    ids=str,
)
def test_pairs(names: Any, name: Any, used: set[str], left: set[str], unclear: bool) -> None:
    made = [resource(CLASSIC, {"name": each}, label) for each, label in zip(names, ("one", "other"))]
    found = pairs(stack(*made, endpoint("aws", name, *(each.urn for each in made))))
    assert {each.rpartition("::")[2] for each in found.used} == used
    assert {each.rpartition("::")[2] for each in found.left} == left
    assert (found.unclear, found.hidden) == (unclear, frozenset())


@pytest.mark.parametrize(("name", "unclear"), [(UNKNOWN, True), (None, True), ("elsewhere", False), (5, False)])
def test_an_endpoint_that_says_nothing_of_its_configuration_may_use_any(name: Any, unclear: bool) -> None:
    found = pairs(stack(configuration("aws"), endpoint("aws", name)))
    assert (found.unclear, found.used) == (unclear, frozenset())
    second = stack(configuration("aws"), endpoint("aws", name), endpoint("cloudcontrol", NAME))
    assert pairs(second).unclear is unclear


def test_same_region() -> None:
    one, other = Place("eu-west-1", "a"), Place("us-east-1", "a")
    assert same_region(one, Place("eu-west-1")) is True
    assert same_region(one, other) is False  # each has a region of its own
    for region in (None, UNKNOWN):
        assert same_region(Place(region, "a"), Place(region, "a")) is True
        assert same_region(Place(region, "a"), Place(region, "b")) is None
        assert same_region(Place(region), Place(region)) is None
        assert same_region(Place(region, "a"), one) is True
        assert same_region(Place(region, "b"), one) is None


def test_the_policies_of_a_key() -> None:
    key = resource("aws:kms/key:Key", {"policy": "own"}, "key")
    other = resource("aws:kms/key:Key", {"policy": " "}, "other")
    beside = [
        resource("aws:kms/keyPolicy:KeyPolicy", {"policy": each}, f"beside-{each}", sources={"keyId": (key.urn,)})
        for each in ("a", "b")
    ]
    found = stack(configuration("aws"), key, other, *beside)
    own, blank = found.of(Key)
    assert list(policies_of(own, found)) == ["a", "b"]
    assert list(policies_of(blank, found)) == [None]
    alone = stack(configuration("aws"), key)
    assert list(policies_of(alone.of(Key)[0], alone)) == ["own"]


@pytest.mark.parametrize(
    ("own", "beside", "expected"),
    [
        (None, [], False),
        (True, [], True),
        (UNKNOWN, [], True),
        (True, [None], False),  # the policy beside it takes the place of its own
        (None, [None, True], True),
        (None, [UNKNOWN], True),
    ],
    ids=str,
)
def test_whether_the_lockout_check_is_bypassed(own: Any, beside: list[Any], expected: bool) -> None:
    name = "bypassPolicyLockoutSafetyCheck"
    key = resource("aws:kms/key:Key", {name: own}, "key")
    others = [
        resource(
            "aws:kms/keyPolicy:KeyPolicy", {"policy": "p", name: each}, f"b-{index}", sources={"keyId": (key.urn,)}
        )
        for index, each in enumerate(beside)
    ]
    found = stack(configuration("aws"), key, *others)
    assert bypasses_lockout_check(found.of(Key)[0], found) is expected


def test_aliases_of_aliases_and_circles() -> None:
    key = classic_key(ARN, "key")
    one = resource("aws:kms/alias:Alias", {}, "one", sources={"targetKeyId": ("urn:gone", key.urn)})
    other = resource("aws:kms/alias:Alias", {}, "other", sources={"targetKeyId": (one.urn,)})
    found = stack(configuration("aws"), key, one, other)
    assert [each.label for each in keys_from([other.urn], found)] == ["key"]
    assert [each.label for each in aliases_from([other.urn, other.urn], found)] == ["other", "one"]
    circle = resource("aws:kms/alias:Alias", {}, "one", sources={"targetKeyId": (other.urn, key.urn)})
    found = stack(configuration("aws"), key, circle, other)
    assert [each.label for each in keys_from([other.urn], found)] == ["key"]


@pytest.mark.parametrize(
    ("key", "is_certain"),
    [
        ({"Fn::GetAtt": ["Key", "Arn"]}, True),
        ({"Fn::GetAtt": ["Key", "KeyId"]}, True),
        ({"Ref": "Key"}, True),
        ({"Fn::GetAtt": ["Key", "Description"]}, False),
        ({"Fn::GetAtt": ["Role", "Arn"]}, False),
        ({"Fn::If": ["Open", {"Ref": "Key"}, {"Ref": "AWS::NoValue"}]}, False),
        ({"Fn::Sub": "${Key}-x"}, False),
        ("alias/serving", False),
    ],
    ids=str,
)
def test_the_key_of_the_same_template(key: Any, is_certain: bool) -> None:
    resources = {
        "It": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"KmsKeyId": key}},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {}},
    }
    conditions = {"Open": {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "111122223333"]}}
    found = stack(template({"Conditions": conditions, "Resources": resources}))
    own = own_key(found.configurations[0], found)
    assert (own is not None) is is_certain
    assert own is None or own.label == "it/Key"
