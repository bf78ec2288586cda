"""The intrinsic functions: what each gives, what it leaves unknown, and what that is computed from."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.gaps import ACCOUNT as AN_ACCOUNT
from policy_pack.gaps import GAP
from policy_pack.template import Template, read
from policy_pack.template.bounds import MAKES_TOO_MUCH
from policy_pack.values import UNKNOWN, Unknown
from tests.template.reading import TYPE, attribute, computed_from, it, partly, refusal, value

KEY = {"Fn::GetAtt": ["Key", "Arn"]}
OTHER = {"Ref": "Other"}
NO_VALUE = {"Ref": "AWS::NoValue"}
REGION = {"Ref": "AWS::Region"}
ACCOUNT = {"Ref": "AWS::AccountId"}
MAPPINGS = {"Keys": {"eu-west-1": {"Arn": "here", "Of": REGION}, "us-east-1": {"Arn": "there"}, "any": {"Arn": KEY}}}


def find(*keys: Any) -> dict[str, Any]:
    return {"Fn::FindInMap": ["Keys", *keys]}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Pseudo parameters.
        (REGION, "eu-west-1"),
        ({"Ref": "AWS::Partition"}, "aws"),
        ({"Ref": "AWS::StackName"}, "serving"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
        (ACCOUNT, partly(AN_ACCOUNT)),
        ({"Ref": "AWS::StackId"}, partly(f"arn:aws:cloudformation:eu-west-1:{AN_ACCOUNT}:stack/serving/{GAP}")),
        ({"Ref": "AWS::NotificationARNs"}, UNKNOWN),
        (NO_VALUE, None),
        # Ref and Fn::GetAtt.
        ({"Ref": "Key"}, attribute("Key", "Ref")),
        ({"Ref": "Nobody"}, UNKNOWN),
        ({"Ref": ["Key"]}, UNKNOWN),
        (KEY, attribute("Key", "Arn")),
        ({"Fn::GetAtt": "Key.Arn"}, attribute("Key", "Arn")),
        ({"Fn::GetAtt": "Key.Outputs.Arn"}, attribute("Key", "Outputs.Arn")),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, UNKNOWN),
        ({"Fn::GetAtt": ["Key", OTHER]}, computed_from("Key", "Other")),
        ({"Fn::GetAtt": []}, UNKNOWN),
        ({"Fn::GetAtt": 5}, UNKNOWN),
        # Fn::Sub.
        ({"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}"}, "arn:aws:kms:eu-west-1"),
        ({"Fn::Sub": "${AWS::AccountId}"}, partly(AN_ACCOUNT)),
        ({"Fn::Sub": "${Key.Arn}"}, attribute("Key", "Arn")),
        ({"Fn::Sub": "${Key.Arn}${Key.Arn}"}, computed_from("Key")),
        ({"Fn::Sub": "${Key.Arn}${Other}"}, computed_from("Key", "Other")),
        ({"Fn::Sub": "${Key}/${Other.KeyId}"}, partly(f"{GAP}/{GAP}", "Key", "Other")),
        ({"Fn::Sub": "${Nobody}"}, UNKNOWN),
        ({"Fn::Sub": "${!Literal}"}, "${Literal}"),
        ({"Fn::Sub": "${!A}${AWS::Region}"}, "${A}eu-west-1"),
        ({"Fn::Sub": ["${a}-${b}", {"a": REGION, "b": 5}]}, "eu-west-1-5"),
        ({"Fn::Sub": ["${a.b}", {"a.b": "c"}]}, "c"),
        ({"Fn::Sub": ["${a}", {"a": "x", "unused": KEY}]}, "x"),
        ({"Fn::Sub": ["${AWS::Region}", {"AWS::Region": "mine"}]}, "mine"),
        ({"Fn::Sub": ["${a}", {"a": ["x"]}]}, UNKNOWN),
        ({"Fn::Sub": "no variable"}, "no variable"),
        ({"Fn::Sub": "${open"}, UNKNOWN),
        ({"Fn::Sub": "${a${b}}"}, UNKNOWN),
        ({"Fn::Sub": ["${a}", {"a": 1.5}]}, UNKNOWN),
        ({"Fn::Sub": [KEY, {}]}, computed_from("Key")),
        ({"Fn::Sub": "${a}", "Fn::Join": ["", []]}, UNKNOWN),
        # Fn::Join.
        ({"Fn::Join": [":", ["arn", "aws", REGION, 5, True]]}, "arn:aws:eu-west-1:5:true"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Join": ["", ["a", NO_VALUE, "b"]]}, "ab"),
        ({"Fn::Join": [":", ["arn", KEY, OTHER]]}, partly(f"arn:{GAP}:{GAP}", "Key", "Other")),
        ({"Fn::Join": [":", KEY]}, computed_from("Key")),
        ({"Fn::Join": [":", [KEY]]}, attribute("Key", "Arn")),
        ({"Fn::Join": ["", [KEY, KEY]]}, computed_from("Key")),
        ({"Fn::Join": [":"]}, UNKNOWN),
        ({"Fn::Join": [5, ["a", "b"]]}, UNKNOWN),
        # Fn::Split and Fn::Select.
        ({"Fn::Split": ["|", "a|b|"]}, ["a", "b", ""]),
        ({"Fn::Split": ["", "ab"]}, UNKNOWN),
        ({"Fn::Split": ["/", KEY]}, computed_from("Key")),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [0, {"Fn::Split": ["-", REGION]}]}, "eu"),
        ({"Fn::Select": [1, ["a", KEY]]}, attribute("Key", "Arn")),
        ({"Fn::Select": [0, ["a", KEY]]}, "a"),
        ({"Fn::Select": [1, [KEY, "b"]]}, computed_from("Key")),
        ({"Fn::Select": [1, ["a", NO_VALUE, "b"]]}, UNKNOWN),
        ({"Fn::Select": [2, ["a", "b"]]}, UNKNOWN),
        ({"Fn::Select": [-1, ["a", "b"]]}, UNKNOWN),
        ({"Fn::Select": ["9" * 30, ["a"]]}, UNKNOWN),
        # Fn::FindInMap.
        (find(REGION, "Arn"), "here"),
        (find("any", "Arn"), attribute("Key", "Arn")),
        (find(REGION, "Of"), "eu-west-1"),
        (find("ap-south-1", "Arn"), UNKNOWN),
        (find(ACCOUNT, "Arn"), UNKNOWN),
        (find("ap-south-1", "Arn", {"DefaultValue": "default"}), "default"),
        (find(REGION, "Arn", {"DefaultValue": "default"}), "here"),
        (find(KEY, "Arn", {"DefaultValue": "default"}), computed_from("Key")),
        (find(REGION), UNKNOWN),
        # Of the language extensions.
        ({"Fn::ToJsonString": {"a": [REGION, 1]}}, '{"a": ["eu-west-1", 1]}'),
        ({"Fn::ToJsonString": {"a": KEY}}, computed_from("Key")),
        ({"Fn::ToJsonString": "text"}, UNKNOWN),
        ({"Fn::Length": ["a", KEY, NO_VALUE]}, 2),
        ({"Fn::Length": {"Fn::Split": ["-", REGION]}}, 3),
        ({"Fn::Length": KEY}, computed_from("Key")),
        ({"Fn::Select": [KEY, ["a", "a"]]}, "a"),
        ({"Fn::Select": [KEY, ["a", "b"]]}, computed_from()),
        ({"Fn::Join": ["/", {"Fn::Split": ["/", {"Fn::Sub": "${Key}/b"}]}]}, partly(f"{GAP}/b", "Key")),
        ({"Fn::Join": ["-", {"Fn::Split": ["/", {"Fn::Sub": "${Key}/b"}]}]}, computed_from("Key")),
        ({"Fn::Select": [0, {"Fn::Split": ["/", {"Fn::Sub": "${AWS::AccountId}/${Key}"}]}]}, partly(AN_ACCOUNT, "Key")),
        ({"Fn::Select": [0, {"Fn::Split": ["-", {"Fn::Sub": "eu-${Key}"}]}]}, "eu"),
        ({"Fn::Select": [0, {"Fn::Split": ["-", {"Fn::Sub": "${AWS::AccountId}-x"}]}]}, UNKNOWN),
        # What is looked up when the stack is deployed.
        ({"Fn::Sub": "x{{${Key}"}, computed_from("Key")),
        ({"Fn::Sub": "x{{${AWS::AccountId}"}, partly(f"x{{{{{AN_ACCOUNT}")),
        ({"Fn::Sub": "x${Key}"}, partly(f"x{GAP}", "Key")),
        ("{{resolve:ssm:/key}}", UNKNOWN),
        ("alias/{{resolve:ssm:/key}}", partly(f"alias/{GAP}")),
        ({"Fn::Sub": "{{resolve:ssm:/${AWS::Region}}}"}, UNKNOWN),
        ({"Fn::Join": ["", ["{{res", "olve:ssm:/key}}"]]}, UNKNOWN),
        # Functions that nobody here reads.
        ({"Fn::ImportValue": "key"}, UNKNOWN),
        ({"Fn::ImportValue": {"Fn::Sub": "${Key}"}}, computed_from("Key")),
        ({"Fn::Base64": "text"}, UNKNOWN),
        ({"Fn::GetAZs": ""}, UNKNOWN),
        ({"Fn::Transform": {"Name": "Mine", "Parameters": {"Key": KEY}}}, computed_from("Key")),
        ({"Fn::Nobody": [KEY, OTHER]}, computed_from("Key", "Other")),
        # Objects and lists around functions.
        ({"a": REGION, "b": [REGION, NO_VALUE, KEY]}, {"a": "eu-west-1", "b": ["eu-west-1", attribute("Key", "Arn")]}),
        ({"a": NO_VALUE, "b": 1}, {"b": 1}),
        ({"Ref": "Key", "b": OTHER}, computed_from("Other")),
        ({"Condition": "text", "b": 1}, {"Condition": "text", "b": 1}),
    ],
    ids=str,
)
def test_function(expression: Any, expected: Any) -> None:
    found = value(expression, Mappings=MAPPINGS)
    assert found == expected
    assert isinstance(found, Unknown) == isinstance(expected, Unknown)


def test_functions_that_choose_what_another_is_given() -> None:
    conditions = {"Yes": {"Fn::Equals": ["a", "a"]}}
    chosen = {"Fn::If": ["Yes", ["1", ["a", "b"]], ["0", ["a", "b"]]]}
    assert value({"Fn::Select": chosen}, Conditions=conditions) == "b"
    assert value({"Fn::Join": {"Fn::If": ["Yes", ["-", ["a", "b"]], []]}}, Conditions=conditions) == "a-b"
    assert value({"Fn::Length": {"Fn::If": ["Yes", ["a", "b"], []]}}, Conditions=conditions) == 2


def test_the_first_part_of_a_text_that_may_not_be_there_is_not_known() -> None:
    conditions = {"Open": {"Fn::Equals": [ACCOUNT, "111122223333"]}}
    text = {"Fn::If": ["Open", {"Fn::Sub": "a/${Key}"}, NO_VALUE]}
    chosen = {"Fn::Select": [0, {"Fn::Split": ["/", text]}]}
    assert value(chosen, Conditions=conditions) == computed_from("Key")
    certain = {"Fn::Select": [0, {"Fn::Split": ["/", {"Fn::Sub": "a/${Key}"}]}]}
    assert value(certain) == "a"


def test_a_macro_in_a_mapping_hides_what_stands_beside_it() -> None:
    mappings = {"Keys": {"eu-west-1": {"Arn": "here", "Fn::Unheard": {}}}}
    assert value(find(REGION, "Arn"), Mappings=mappings) == UNKNOWN


@pytest.mark.parametrize(
    ("partition", "suffix"),
    [("aws-cn", "amazonaws.com.cn"), ("aws-eusc", "amazonaws.eu"), ("aws-nobody", UNKNOWN), (None, UNKNOWN)],
)
def test_the_partition_decides_the_suffix_of_urls(partition: str | None, suffix: Any) -> None:
    body = {"Resources": {"It": {"Type": TYPE, "Properties": {"Value": {"Ref": "AWS::URLSuffix"}}}}}
    found = read(body, {}, region=None, account=None, partition=partition, stack_name=None, types={TYPE})
    assert isinstance(found, Template)
    assert found.resources["It"].properties == {"Value": suffix}


@pytest.mark.parametrize(
    "expression",
    [
        # Each doubles what the one before it made.
        {"Fn::Join": ["x" * 1000, ["y"] * 2000]},
        {"Fn::Sub": ["${a}" * 2000, {"a": "y" * 1000}]},
    ],
    ids=["join", "sub"],
)
def test_what_functions_make_is_bounded(expression: Any) -> None:
    assert refusal({"Resources": {"It": {"Type": TYPE, "Properties": {"Value": expression}}}}) == MAKES_TOO_MUCH


def test_mappings_that_refer_to_one_another_are_bounded() -> None:
    """A bomb without aliases: each level of it finds the one below it twice."""
    levels = {f"L{n}": {"a": {"b": [{"Fn::FindInMap": [f"L{n + 1}", "a", "b"]}] * 2}} for n in range(40)}
    resources = {"It": {"Type": TYPE, "Properties": {"Value": {"Fn::FindInMap": ["L0", "a", "b"]}}}}
    assert refusal({"Mappings": levels, "Resources": resources}) == MAKES_TOO_MUCH


def test_a_mapping_that_refers_to_itself_is_refused() -> None:
    mappings = {"L": {"a": {"b": {"Fn::FindInMap": ["L", "a", "b"]}}}}
    resources = {"It": {"Type": TYPE, "Properties": {"Value": {"Fn::FindInMap": ["L", "a", "b"]}}}}
    assert "nested" in refusal({"Mappings": mappings, "Resources": resources})


def test_a_text_of_nothing_but_openings_takes_no_time() -> None:
    assert value({"Fn::Sub": "${" * 200_000}) == UNKNOWN


def test_origins() -> None:
    parameters = {"Name": {"Type": "String", "Default": "x"}, "Unused": {"Type": "String", "Default": "y"}}
    properties = {
        "Literal": "x",
        "Known": {"Ref": "Name"},
        "Within": [{"a": {"Fn::Sub": "${Name}-${Key.Arn}"}}],
        "Chosen": {"Fn::If": ["IsX", "a", {"Ref": "Unused"}]},
        "Pseudo": REGION,
        "Made": {"Ref": "Key"},
        "Nobody": {"Ref": "Nobody"},
    }
    body = {
        "Parameters": parameters,
        "Conditions": {"IsX": {"Fn::Equals": [{"Ref": "Name"}, "x"]}},
        "Resources": {"It": {"Type": TYPE, "Properties": properties}, "Key": {"Type": "AWS::KMS::Key"}},
    }
    origins = {
        name: (set(each.sources), set(each.parameters)) for name, each in it(body, {"Name": "x"}).origins.items()
    }
    assert origins == {
        "Literal": (set(), set()),
        "Known": (set(), {"Name"}),
        "Within": ({"Key"}, {"Name"}),
        "Chosen": (set(), set()),
        "Pseudo": (set(), set()),
        "Made": ({"Key"}, set()),
        "Nobody": (set(), set()),
    }
