"""Loops of the language extensions: the resources that they make."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.template.bounds import MAKES_TOO_MUCH
from policy_pack.values import Unknown
from tests.template.reading import TYPE, content, refusal

NAMES = {"Names": {"Type": "CommaDelimitedList", "Default": "a,b"}}


def of(value: Any) -> dict[str, Any]:
    return {"Type": TYPE, "Properties": {"Value": value}}


def made(*loop: Any, **sections: Any) -> dict[str, Any]:
    """What the resources that a loop makes have as their property Value."""
    body = {"Resources": {"Fn::ForEach::Loop": list(loop)}, "Transform": "AWS::LanguageExtensions", **sections}
    found = content(body)
    assert found.unreadable == ()
    return {name: each.properties["Value"] for name, each in found.resources.items()}  # type: ignore[index]


@pytest.mark.parametrize(
    ("value", "first"),
    [
        ({"Ref": "X"}, "a.1"),
        ("key-${X}", "key-a.1"),
        ("key-&{X}", "key-a1"),
        ({"Fn::Sub": "alias/${X}-${AWS::Region}"}, "alias/a.1-eu-west-1"),
        ({"Fn::Join": ["-", [{"Ref": "X"}, "x"]]}, "a.1-x"),
        (["${Y}"], ["${Y}"]),
        (5, 5),
    ],
    ids=str,
)
def test_what_a_loop_makes(value: Any, first: Any) -> None:
    assert made("X", ["a.1", "b"], {"It&{X}": of(value)})["Ita1"] == first


def test_a_loop_over_a_parameter() -> None:
    assert made("X", {"Ref": "Names"}, {"It${X}": of("${X}")}, Parameters=NAMES) == {"Ita": "a", "Itb": "b"}


def test_a_loop_in_a_loop() -> None:
    inner = {"Fn::ForEach::Inner": ["Y", ["1", "2"], {"It${X}${Y}": of("${X}${Y}")}]}
    assert made("X", ["a", "b"], inner) == {"Ita1": "a1", "Ita2": "a2", "Itb1": "b1", "Itb2": "b2"}


def test_resources_may_refer_to_those_that_a_loop_makes() -> None:
    resources = {
        "Fn::ForEach::Keys": ["X", ["A"], {"Key${X}": {"Type": "AWS::KMS::Key"}}],
        "It": of({"Fn::GetAtt": ["KeyA", "Arn"]}),
    }
    assert content({"Resources": resources}).resources["It"].origins["Value"].sources == {"KeyA"}


@pytest.mark.parametrize(
    "loop",
    [
        ["X", {"Ref": "Nobody"}, {"It": of(1)}],
        ["X", ["a", {"Fn::ImportValue": "x"}], {"It": of(1)}],
        ["X", ["a"]],
        ["X", ["a"], "text"],
        [5, ["a"], {"It": of(1)}],
        "text",
    ],
    ids=str,
)
def test_what_is_no_loop_that_can_be_read_is_named(loop: Any) -> None:
    found = content({"Resources": {"Fn::ForEach::Loop": loop}})
    assert found.unreadable == (
        "A loop (Fn::ForEach) in the template iterates over values that are not known before the update.",
    )


def test_loops_that_multiply_are_refused() -> None:
    body: Any = {"It${A0}${A1}${A2}${A3}${A4}${A5}": of("x")}
    for depth in range(6):
        body = {f"Fn::ForEach::L{depth}": [f"A{depth}", [str(n) for n in range(30)], body]}
    assert refusal({"Resources": body}) == MAKES_TOO_MUCH


RULES = {"Keys": {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}]}}


def test_rules_make_nothing() -> None:
    """They refuse parameters, and whatever is deployed is as it is written."""
    assert content({"Resources": {"It": of("x")}, "Rules": RULES}).resources["It"].properties == {"Value": "x"}


VALUES = {"Value": "x", "Fn::ForEach::More": ["P", ["A", "B"], {"${P}": {"Fn::Sub": "${P}-${AWS::Region}"}}]}


def test_a_loop_makes_properties_too() -> None:
    found = content({"Resources": {"It": {"Type": TYPE, "Properties": VALUES}}})
    assert found.unreadable == ()
    assert found.resources["It"].properties == {"Value": "x", "A": "A-eu-west-1", "B": "B-eu-west-1"}


def test_a_loop_makes_what_is_within_a_property() -> None:
    value = [{"Fn::ForEach::Parts": ["P", {"Ref": "Names"}, {"Key&{P}": {"Deep": {"Ref": "P"}}}]}]
    found = content({"Resources": {"It": of(value)}, "Parameters": NAMES})
    assert found.resources["It"].properties == {"Value": [{"Keya": {"Deep": "a"}, "Keyb": {"Deep": "b"}}]}


@pytest.mark.parametrize("depth", [0, 1])
def test_what_a_loop_over_unknown_values_is_in_is_unknown(depth: int) -> None:
    loop = {"Fn::ForEach::More": ["P", {"Fn::ImportValue": "x"}, {"${P}": {"Fn::GetAtt": ["Key", "Arn"]}}]}
    properties: Any = {"Value": "x", **loop} if depth == 0 else {"Value": "x", "Other": {"A": 1, **loop}}
    resources = {"Key": {"Type": "AWS::KMS::Key"}, "It": {"Type": TYPE, "Properties": properties}}
    found = content({"Resources": resources})
    assert found.unreadable == (
        "A loop (Fn::ForEach) in the template iterates over values that are not known before the update.",
    )
    given = found.resources["It"].properties
    if depth == 0:
        assert isinstance(given, Unknown)
    else:
        assert isinstance(given, dict)
        assert given["Value"] == "x"
        assert isinstance(given["Other"], Unknown)
        assert found.resources["It"].origins["Other"].sources == {"Key"}


@pytest.mark.parametrize(("region", "deployed"), [("eu-west-1", True), ("us-east-1", False)])
def test_a_loop_makes_conditions(region: str, deployed: bool) -> None:
    loop = ["R", ["eu-west-1", "us-east-1"], {"In&{R}": {"Fn::Equals": [{"Ref": "AWS::Region"}, "${R}"]}}]
    body = {
        "Conditions": {"Fn::ForEach::Regions": loop},
        "Resources": {"It": {**of("x"), "Condition": f"In{region.replace('-', '')}"}},
    }
    assert ("It" in content(body).resources) is deployed


def test_a_loop_makes_outputs() -> None:
    resources = {"KeyA": {"Type": "AWS::KMS::Key"}, "It": of("x")}
    loop = ["X", ["A"], {"Arn${X}": {"Value": {"Fn::GetAtt": ["Key${X}", "Arn"]}}}]
    assert content({"Resources": resources, "Outputs": {"Fn::ForEach::Arns": loop}}).outputs.sources == {"KeyA"}


def test_loops_in_properties_that_multiply_are_refused() -> None:
    body: Any = {"${A0}${A1}${A2}${A3}${A4}${A5}": "x"}
    for depth in range(6):
        body = {f"Fn::ForEach::L{depth}": [f"A{depth}", [str(n) for n in range(30)], body]}
    assert refusal({"Resources": {"It": {"Type": TYPE, "Properties": body}}}) == MAKES_TOO_MUCH
