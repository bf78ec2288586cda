"""A template's text: JSON and YAML, short forms and long ones, and what each way of writing a scalar means."""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

import pytest

from policy_pack.template.bounds import MAX_DEPTH, MAX_SIZE, TOO_DEEP, TOO_LARGE
from policy_pack.template.parse import ALIASES, MALFORMED
from policy_pack.values import UNKNOWN
from tests.template.reading import TYPE, computed_from, content, it, read_template, refusal, value, yaml_value

RESOURCES = {"It": {"Type": TYPE, "Properties": {"Value": "x"}}}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"Resources": RESOURCES}),
        "\ufeff" + json.dumps({"Resources": RESOURCES}),
        "  \n" + json.dumps({"Resources": RESOURCES}, indent=2),
        {"Resources": RESOURCES},
        f"Resources:\n  It:\n    Type: {TYPE}\n    Properties:\n      Value: x\n",
        f"---\nResources: {{It: {{Type: '{TYPE}', Properties: {{Value: x}}}}}}\n...\n",
        f"{{Resources: {{It: {{Type: '{TYPE}', Properties: {{Value: x}}}}}}}}",
        f"# a comment\r\nResources:\r\n  It:\r\n    Type: {TYPE}\r\n    Properties:\r\n      Value: 'x'\r\n",
    ],
    ids=["json", "byte-order-mark", "indented", "object", "yaml", "flow", "flow-of-yaml", "windows"],
)
def test_formats(body: Any) -> None:
    assert it(body).properties == {"Value": "x"}
    assert content(body).unreadable == ()


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Key", {"Ref": "Key"}),
        ("!GetAtt Key.Arn", {"Fn::GetAtt": "Key.Arn"}),
        ("!GetAtt [Key, Arn]", {"Fn::GetAtt": ["Key", "Arn"]}),
        ("!Sub '${AWS::Region}!'", {"Fn::Sub": "${AWS::Region}!"}),
        ("!Sub ['${x}', {x: y}]", {"Fn::Sub": ["${x}", {"x": "y"}]}),
        ("!Join [':', [a, b]]", {"Fn::Join": [":", ["a", "b"]]}),
        ("!Select [1, [a, b]]", {"Fn::Select": [1, ["a", "b"]]}),
        ("!Split ['|', 'a|b']", {"Fn::Split": ["|", "a|b"]}),
        ("!If [Unheard, a, a]", {"Fn::If": ["Unheard", "a", "a"]}),
        ("!FindInMap [A, B, C]", {"Fn::FindInMap": ["A", "B", "C"]}),
        ("!ImportValue key", {"Fn::ImportValue": "key"}),
        ("!Select [0, !Split ['|', !Sub 'a|${AWS::Region}']]", "a"),
    ],
)
def test_short_forms_are_their_long_forms(short: str, long: Any) -> None:
    assert yaml_value(short) == value(long)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("text", "text"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("!!str 012345678901", "012345678901"),
        ("5", 5),
        ("-17", -17),
        ("0", 0),
        ("1.50", 1.5),
        ("true", True),
        ("Yes", True),
        ("off", False),
        ("~", None),
        ("", None),
        ("2012-10-17", "2012-10-17"),
        ("alias/serving", "alias/serving"),
        (">-\n        folded\n        text", "folded text"),
    ],
)
def test_scalars(written: str, read: Any) -> None:
    assert yaml_value(written) == read
    assert type(yaml_value(written)) is type(read)


@pytest.mark.parametrize(
    "written",
    [
        "012345678901",
        "0x1F",
        "1_000",
        "12:30:45",
        "1e3",
        ".5",
        ".inf",
        ".NaN",
        "9" * 19,
        "1." + "3" * 16,
        "0b11",
        "!!int 5",
    ],
)
def test_scalars_that_may_be_read_otherwise_are_unknown(written: str) -> None:
    assert yaml_value(written) == UNKNOWN


def test_numbers_of_json_beyond_what_is_exact_are_unknown() -> None:
    assert it(f'{{"Resources": {{"It": {{"Type": "{TYPE}", "Properties": {{"Value": 1e400}}}}}}}}').properties == {
        "Value": UNKNOWN
    }


def test_whole_numbers_of_an_object_are_integers() -> None:
    """The engine sends every number as a floating-point one."""
    resources = {"It": {"Type": TYPE, "Properties": {"Value": {"Fn::Select": [1.0, ["a", "b"]]}}}}
    assert it({"Resources": resources}).properties == {"Value": "b"}


def test_what_a_tag_that_nobody_knows_refers_to_is_still_seen() -> None:
    assert yaml_value("!Encrypt [!Ref Key]") == computed_from("Key")
    assert yaml_value("!Encrypt text") == UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "[]",
        "text",
        "5",
        "null",
        "[{}]",
        "{",
        "{[",
        "a: b: c",
        "a: 'open",
        "\tResources: {}",
        "a: 1\n---\nb: 2",
        "\x00",
        "Resources: \ud800",
        "&a a: 1\n b: 2",
    ],
)
def test_malformed(body: str) -> None:
    assert refusal(body) == MALFORMED


@pytest.mark.parametrize(
    "body",
    [
        "a: &a [*a]",
        "a: &a {b: 1}\nResources: *a",
        "a: {b: 1}\nResources:\n  <<: {c: 1}",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]",
    ],
    ids=["recursive", "alias", "merge", "bomb"],
)
def test_aliases_and_merges_are_refused(body: str) -> None:
    assert refusal(body) == ALIASES


def test_an_anchor_that_nothing_uses_is_taken() -> None:
    assert it(f"Resources: &all {{It: {{Type: '{TYPE}'}}}}").properties == {}


def test_larger_than_a_template_may_be() -> None:
    head = json.dumps({"Resources": RESOURCES})
    assert refusal(head + " " * (MAX_SIZE - len(head) + 1)) == TOO_LARGE
    assert it(head + " " * (MAX_SIZE - len(head))).properties == {"Value": "x"}


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "{a: " * 5_000 + "}" * 5_000,
        "- " * 100_000,
        "? " * 5_000,
        '{"Resources": ' + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1) + "}",
    ],
    ids=["flow", "json", "flow-mappings", "block", "keys", "just-too-deep"],
)
def test_deep_nesting_is_refused(body: str) -> None:
    assert refusal(body) in (TOO_DEEP, MALFORMED)


def test_an_object_that_is_nested_deeply_is_refused() -> None:
    body: Any = "x"
    for _ in range(5_000):
        body = [body]
    assert refusal({"Resources": body}) == TOO_DEEP


def test_a_caller_that_leaves_little_of_the_stack() -> None:
    nested = {"Resources": {"It": {"Type": TYPE, "Properties": json.loads('{"a":' * 90 + "1" + "}" * 90)}}}

    def deeper(levels: int) -> str:
        return deeper(levels - 1) if levels else refusal(nested)

    assert deeper(sys.getrecursionlimit() - len(inspect.stack(0)) - 60) == TOO_DEEP
    assert it(nested).type == TYPE


def test_as_deep_as_allowed() -> None:
    depth = MAX_DEPTH - 8
    properties = '{"Value": ' + "[" * depth + "]" * depth + "}"
    body = f'{{"Resources": {{"It": {{"Type": "{TYPE}", "Properties": {properties}}}}}}}'
    found: Any = it(body).properties
    assert json.dumps(found["Value"]) == "[" * depth + "]" * depth


@pytest.mark.parametrize(
    "text",
    [
        '{{"Resources": {{"It": {{"Type": "{type}", "Properties": {{"Value": 1, "Value": 2}}}}}}}}',
        "Resources:\n  It:\n    Type: {type}\n    Properties:\n      Value: 1\n      Value: 2\n",
    ],
    ids=["json", "yaml"],
)
def test_a_key_that_is_given_twice(text: str) -> None:
    found = content(text.format(type=TYPE))
    assert found.resources["It"].properties == {"Value": 2}
    assert found.unreadable == ("An object in the template has a duplicate key; the pack read the last value.",)


def test_a_mapping_whose_key_is_no_text_cannot_be_read() -> None:
    assert yaml_value("{[a, b]: !Ref Key, c: d}") == computed_from("Key")


def test_a_template_of_the_largest_size_is_read() -> None:
    many = {f"R{index}": {"Type": TYPE, "Properties": {"Value": "x" * 40}} for index in range(500)}
    assert len(content(json.dumps({"Resources": many})).resources) == 500
    wide = "Resources:\n" + "".join(f"  R{index}: {{Type: '{TYPE}'}}\n" for index in range(20_000))
    assert len(content(wide).resources) == 20_000


def test_any_other_kind_of_body_is_refused() -> None:
    assert refusal({}) == "The template has no section Resources."
    assert read_template({"Resources": []}) == read_template({"Resources": None})


def test_the_short_form_of_a_condition() -> None:
    """It names another condition, unlike a function of that name."""
    conditions = "Conditions:\n  Gone: !Equals [a, b]\n  Here: !Not [!Condition Gone]\n"
    properties = "{Value: !If [Here, then, else]}"
    body = f"{conditions}Resources:\n  It:\n    Type: {TYPE}\n    Properties: {properties}\n"
    assert it(body).properties == {"Value": "then"}
