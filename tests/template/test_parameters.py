"""Parameters and conditions: given values, defaults, and what of them decides whether something is there."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.gaps import GAP
from policy_pack.values import UNKNOWN, Attribute, Unknown
from tests.template.reading import TYPE, attribute, computed_from, content, partly, refusal, value

NAME = {"Ref": "Name"}
TEXT = {"Type": "String", "Default": "default"}


@pytest.mark.parametrize(
    ("declared", "given", "expected"),
    [
        (TEXT, {}, "default"),
        (TEXT, {"Name": "given"}, "given"),
        (TEXT, {"Name": ""}, ""),
        (TEXT, {"Name": None}, "default"),
        (TEXT, {"Name": True}, "true"),
        (TEXT, {"Name": 5}, "5"),
        (TEXT, {"Name": 1.5}, UNKNOWN),
        (TEXT, {"Name": ["a"]}, UNKNOWN),
        (TEXT, {"Name": computed_from("urn")}, computed_from("urn")),
        (TEXT, {"Name": "{{resolve:ssm:/x}}"}, UNKNOWN),
        (TEXT, {"Other": "given"}, "default"),
        (TEXT, Unknown(), UNKNOWN),
        (TEXT, computed_from("urn"), computed_from("urn")),
        ({"Type": "String"}, {}, UNKNOWN),
        ({"Type": "Number", "Default": 5}, {}, "5"),
        ({"Type": "CommaDelimitedList", "Default": "a, b"}, {}, ["a", "b"]),
        ({"Type": "List<Number>"}, {"Name": "1,2"}, ["1", "2"]),
        ({"Type": "CommaDelimitedList"}, {"Name": ""}, UNKNOWN),
        ({"Type": "CommaDelimitedList"}, {"Name": "a,{{resolve:ssm:/x}}"}, ["a", UNKNOWN]),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"}, {}, UNKNOWN),
        ({"Type": "AWS::SSM::Parameter::Name", "Default": "/path"}, {}, "/path"),
        ({"Type": "AWS::EC2::VPC::Id"}, {"Name": "vpc-1"}, "vpc-1"),
        ({"Default": "without a type"}, {}, UNKNOWN),
        ("no object", {"Name": "given"}, UNKNOWN),
    ],
    ids=str,
)
def test_parameter(declared: Any, given: Any, expected: Any) -> None:
    found = value(NAME, given, Parameters={"Name": declared})
    assert found == expected
    assert isinstance(found, Unknown) == isinstance(expected, Unknown)


def test_a_value_for_no_parameter_is_nobodys() -> None:
    assert value(NAME, {"Name": "given"}) == UNKNOWN


def test_a_list_within_other_functions() -> None:
    declared = {"Name": {"Type": "CommaDelimitedList"}}
    assert value({"Fn::Join": ["-", NAME]}, {"Name": "a,b"}, Parameters=declared) == "a-b"
    assert value({"Fn::Select": [1, NAME]}, {"Name": "a,b"}, Parameters=declared) == "b"
    assert value({"Fn::Sub": "${Name}"}, {"Name": "a,b"}, Parameters=declared) == UNKNOWN


YES = {"Fn::Equals": ["a", "a"]}
NO = {"Fn::Equals": ["a", "b"]}
OPEN = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "111122223333"]}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (YES, True),
        (NO, False),
        (OPEN, None),
        ({"Fn::Equals": [True, "true"]}, True),
        ({"Fn::Equals": ["True", True]}, False),
        ({"Fn::Equals": [5, "5"]}, True),
        ({"Fn::Equals": [1.5, "1.5"]}, None),
        ({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}, True),
        ({"Fn::Equals": ["a"]}, None),
        ({"Fn::Equals": [["a"], ["a"]]}, None),
        ({"Fn::Equals": "a"}, None),
        ({"Fn::Not": [YES]}, False),
        ({"Fn::Not": [NO]}, True),
        ({"Fn::Not": [OPEN]}, None),
        ({"Fn::Not": [YES, NO]}, None),
        ({"Fn::Not": YES}, None),
        ({"Fn::And": [YES, YES]}, True),
        ({"Fn::And": [YES, NO]}, False),
        ({"Fn::And": [OPEN, NO]}, False),
        ({"Fn::And": [OPEN, YES]}, None),
        ({"Fn::Or": [NO, YES]}, True),
        ({"Fn::Or": [NO, NO]}, False),
        ({"Fn::Or": [OPEN, YES]}, True),
        ({"Fn::Or": [OPEN, NO]}, None),
        ({"Fn::Or": []}, None),
        ({"Condition": "Yes"}, True),
        ({"Condition": "Nobody"}, None),
        ({"Condition": "It"}, None),
        ({"Condition": ["Yes"]}, None),
        ({"Fn::Nobody": [YES]}, None),
        ({**YES, **OPEN, "Fn::Not": [YES]}, None),
        (True, None),
        ("Yes", None),
    ],
    ids=str,
)
def test_condition(condition: Any, expected: bool | None) -> None:
    conditions = {"It": condition, "Yes": YES}
    chosen = value({"Fn::If": ["It", "then", {"Ref": "Key"}]}, Conditions=conditions)
    assert chosen == {True: "then", False: attribute("Key", "Ref"), None: computed_from("Key")}[expected]

    resources = {"It": {"Type": TYPE, "Condition": "It"}}
    found = content({"Conditions": conditions, "Resources": resources}).resources
    assert ("It" in found) == (expected is not False)
    assert not found or found["It"].condition == (UNKNOWN if expected is None else True)


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        (["same", "same"], "same"),
        (["one", "other"], partly(f"o{GAP}")),
        ([{"Ref": "Key"}, {"Ref": "Other"}], computed_from("Key", "Other")),
        ([{"Ref": "Key"}, {"Ref": "AWS::NoValue"}], Attribute(frozenset({"Key"}), may_be_absent=True, name="Ref")),
        ([{"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}], None),
        ([True, "true"], UNKNOWN),
        ([["a"], ["a"]], ["a"]),
        (["one"], UNKNOWN),
    ],
    ids=str,
)
def test_a_choice_that_is_not_known(branches: list[Any], expected: Any) -> None:
    assert value({"Fn::If": ["Open", *branches]}, Conditions={"Open": OPEN}) == expected


def test_conditions_that_name_one_another_in_a_circle() -> None:
    conditions = {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    assert value({"Fn::If": ["A", "a", "b"]}, Conditions=conditions) == UNKNOWN


def test_a_long_chain_of_conditions_is_refused() -> None:
    conditions: dict[str, Any] = {f"C{n}": {"Condition": f"C{n + 1}"} for n in range(2_000)}
    resources = {"It": {"Type": TYPE, "Condition": "C0"}}
    assert "nested" in refusal({"Conditions": conditions, "Resources": resources})


def test_a_resource_without_a_value_for_its_condition() -> None:
    found = content({"Resources": {"It": {"Type": TYPE, "Condition": "Nobody"}}}).resources
    assert found["It"].condition == UNKNOWN
