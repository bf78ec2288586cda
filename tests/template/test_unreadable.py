"""What of a template cannot be read before it is deployed, and what is read of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.template.resolve import Origins
from policy_pack.values import UNKNOWN
from tests.template.reading import TYPE, content, it, refusal

IT = {"Type": TYPE, "Properties": {"Value": "x"}}
INCLUDE = {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/part.yaml"}}
KEY = {"Fn::GetAtt": ["It", "Arn"]}

REWRITTEN = "A macro (Transform) rewrites the template when it is deployed."
REWRITTEN_IN_PART = "A macro (Fn::Transform) rewrites part of the template when it is deployed."


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        ({"Transform": "Mine"}, REWRITTEN),
        ({"Transform": ["AWS::LanguageExtensions", "Mine"]}, REWRITTEN),
        ({"Transform": INCLUDE}, REWRITTEN),
        ({"Transform": [INCLUDE]}, REWRITTEN),
        ({"Transform": {"Parameters": {}}}, REWRITTEN),
        ({"Transform": 5}, REWRITTEN),
        ({"Fn::Transform": INCLUDE}, REWRITTEN_IN_PART),
        ({"Resources": {"Fn::Transform": INCLUDE, "It": IT}}, REWRITTEN_IN_PART),
        ({"Mappings": {"Fn::Transform": INCLUDE}}, REWRITTEN_IN_PART),
        ({"Conditions": {"A": {"Fn::Transform": INCLUDE}}}, REWRITTEN_IN_PART),
    ],
    ids=str,
)
def test_what_a_macro_may_rewrite_does_not_count(sections: dict[str, Any], reason: str) -> None:
    found = content({"Resources": {"It": IT}, **sections})
    assert (found.resources, found.unreadable) == ({}, (reason,))


@pytest.mark.parametrize(
    "sections",
    [
        {"Transform": None},
        {"Transform": []},
        {"Transform": "AWS::Serverless-2016-10-31"},
        {"Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]},
        {"Outputs": {"Fn::Transform": INCLUDE}},
        {"Metadata": {"Fn::Transform": INCLUDE}},
    ],
    ids=str,
)
def test_what_leaves_the_resources_as_they_are(sections: dict[str, Any]) -> None:
    found = content({"Resources": {"It": IT}, **sections})
    assert found.resources["It"].properties == {"Value": "x"}
    assert found.unreadable == ()


@pytest.mark.parametrize(
    "resource",
    [
        {"Type": TYPE, "Fn::Transform": INCLUDE},
        {"Type": TYPE, "Fn::Transform": INCLUDE, "Properties": {"Value": "x"}},
        {"Type": TYPE, "Properties": {"Fn::Transform": INCLUDE}},
        {"Type": TYPE, "Properties": {"Fn::Transform": INCLUDE, "Value": "x"}},
        {"Type": TYPE, "Properties": {"Fn::ForEach::Loop": [], "Value": "x"}},
        {"Type": TYPE, "Properties": {"Fn::If": ["A", {}, {"Fn::Transform": INCLUDE}]}},
        {"Type": TYPE, "Properties": {"Fn::If": ["A", {}]}},
        {"Type": TYPE, "Properties": {"Fn::If": ["A", {}, {}], "Value": "x"}},
        {"Type": TYPE, "Properties": []},
        {"Type": TYPE, "Properties": "text"},
    ],
    ids=str,
)
def test_properties_that_cannot_be_read(resource: dict[str, Any]) -> None:
    assert it({"Resources": {"It": resource}}).properties == UNKNOWN


@pytest.mark.parametrize("resource", [{"Type": TYPE}, {"Type": TYPE, "Properties": None}], ids=str)
def test_no_properties(resource: dict[str, Any]) -> None:
    assert it({"Resources": {"It": resource}}).properties == {}


def test_a_macro_in_one_property_hides_that_one() -> None:
    properties = {"Value": {"Fn::Transform": INCLUDE}, "Other": "x", "Gone": {"Ref": "AWS::NoValue"}}
    assert it({"Resources": {"It": {"Type": TYPE, "Properties": properties}}}).properties == {
        "Value": UNKNOWN,
        "Other": "x",
    }


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("AWS::CloudFormation::Stack", "nested stack"),
        ("AWS::CloudFormation::StackSet", "stack set"),
        ("AWS::Serverless::Application", "nested application"),
        ("AWS::ServiceCatalog::CloudFormationProvisionedProduct", "provisioned product"),
        ("Mine::Serving::Endpoint::MODULE", "module"),
    ],
)
def test_what_is_written_elsewhere(kind: str, what: str) -> None:
    nested = {"Type": kind, "Properties": {"Parameters": {"Key": KEY, "Name": {"Ref": "Name"}}}}
    found = content({"Resources": {"It": IT, "Nested": nested}, "Parameters": {"Name": {"Type": "String"}}})
    assert found.unreadable == (f"The {what} Nested deploys a template that is stored elsewhere.",)
    assert list(found.resources) == ["It"]
    assert found.handed == Origins(frozenset({"It"}), frozenset({"Name"}))


def test_what_is_not_deployed_hides_nothing() -> None:
    nested = {"Type": "AWS::CloudFormation::Stack", "Condition": "No"}
    conditions = {"No": {"Fn::Equals": ["a", "b"]}}
    assert content({"Conditions": conditions, "Resources": {"Nested": nested}}).unreadable == ()


def test_a_loop_over_what_is_not_known() -> None:
    loop = ["Name", {"Ref": "Names"}, {"It${Name}": {"Type": TYPE, "Properties": {"Value": KEY}}}]
    found = content({"Resources": {"It": IT, "Fn::ForEach::Loop": loop}, "Transform": "AWS::LanguageExtensions"})
    assert found.unreadable == (
        "A loop (Fn::ForEach) in the template iterates over values that are not known before the update.",
    )
    assert list(found.resources) == ["It"]
    assert found.handed.sources == {"It"}


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ({"no-letters": IT}, "A resource in the template has a logical ID that is not letters and digits."),
        ({"A" * 256: IT}, "A resource in the template has a logical ID that is not letters and digits."),
        ({"Untyped": {"Properties": {}}}, "The resource Untyped has no type."),
        ({"Untyped": {"Type": {"Ref": "Type"}}}, "The resource Untyped has no type."),
        ({"Untyped": "text"}, "The resource Untyped has no type."),
        ({"Untyped": None}, "The resource Untyped has no type."),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_no_resource(resources: dict[str, Any], reason: str) -> None:
    found = content({"Resources": {**resources, "It": IT}})
    assert found.unreadable == (reason,)
    assert list(found.resources) == ["It"]


@pytest.mark.parametrize("resources", [None, [], "text", 5])
def test_no_resources(resources: Any) -> None:
    assert refusal({"Resources": resources}) == "The template has no section Resources."


def test_only_what_is_asked_for_is_read() -> None:
    found = content({"Resources": {"It": IT, "Other": {"Type": "Test::Other", "Properties": {"Ref": [[]]}}}})
    assert list(found.resources) == ["It"]


def test_outputs() -> None:
    outputs = {
        "Key": {"Value": KEY},
        "Name": {"Value": {"Ref": "Name"}, "Export": {"Name": "name"}},
        "Nobody": {"Value": {"Fn::ImportValue": "x"}},
    }
    found = content({"Resources": {"It": IT}, "Parameters": {"Name": {"Type": "String"}}, "Outputs": outputs})
    assert found.outputs == Origins(frozenset({"It"}), frozenset({"Name"}))
