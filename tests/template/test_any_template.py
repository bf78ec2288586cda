"""Whatever a template is, it is read or refused: no error, and no more than a bound allows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_pack.template import Template, Unreadable
from policy_pack.values import UNKNOWN, Opaque, Unknown
from tests.template.reading import TYPE, computed_from, read_template

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

FUNCTIONS = (
    "Ref Fn::GetAtt Fn::Sub Fn::Join Fn::Split Fn::Select Fn::If Fn::FindInMap Fn::Equals Fn::And Fn::Or Fn::Not "
    "Condition Fn::Transform Fn::ForEach::X Fn::ImportValue Fn::Nobody Fn::"
).split()
NAMES = ("It", "Key", "Name", "Map", "Value", "Type", "Properties", "Default", "DefaultValue")
texts = st.one_of(
    st.sampled_from([*NAMES, TYPE, "String", "CommaDelimitedList", "AWS::Region", "AWS::NoValue", "AWS::AccountId"]),
    st.sampled_from(["${Name}", "${Key.Arn}", "${!x}", "${", "a,b", "0", "{{resolve:ssm:x}}", "Key.Arn", "", "|"]),
    st.text(max_size=6),
)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(), texts, st.just(UNKNOWN), st.just(Opaque("an asset"))
)


def _objects(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(st.sampled_from([*NAMES, *FUNCTIONS]), children, max_size=2),
        st.tuples(st.sampled_from(FUNCTIONS), children).map(lambda pair: {pair[0]: pair[1]}),
        st.tuples(st.sampled_from(FUNCTIONS), st.lists(children, max_size=3)).map(lambda pair: {pair[0]: pair[1]}),
    )


values = st.recursive(leaves, _objects, max_leaves=8)
named = st.dictionaries(st.sampled_from(NAMES), values, max_size=2)
resources = st.one_of(
    values, st.fixed_dictionaries({"Type": st.just(TYPE)}, optional={"Properties": named, "Condition": texts})
)
templates = st.fixed_dictionaries(
    {"Resources": st.one_of(values, st.dictionaries(st.sampled_from([*NAMES, *FUNCTIONS]), resources, max_size=3))},
    optional={
        "Parameters": st.one_of(
            values, st.dictionaries(st.sampled_from(NAMES), st.fixed_dictionaries({"Type": texts, "Default": values}))
        ),
        "Mappings": st.one_of(values, st.dictionaries(st.just("Map"), st.dictionaries(st.sampled_from(NAMES), named))),
        "Conditions": st.one_of(values, named),
        "Outputs": st.one_of(values, st.dictionaries(st.sampled_from(NAMES), st.fixed_dictionaries({"Value": values}))),
        "Transform": st.one_of(values, st.just("AWS::LanguageExtensions")),
    },
)
parameters = st.one_of(st.just(UNKNOWN), st.just(computed_from("urn:x")), named)

PIECES = [
    *("Resources:\n", "  It:\n", f"    Type: {TYPE}\n", "    Properties:\n", "      Value: ", "!Ref Key\n", "!Sub '${"),
    *("}'\n", "*a ", "&a ", "<<: ", "[", "]", "{", "}", "- ", "\n", "!If [", "!!binary ", "? ", "!", "|\n", "'"),
]
PLAIN = (type(None), bool, int, float, str, Unknown, Opaque)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, PLAIN)


def _check(found: Template | Unreadable) -> None:
    if isinstance(found, Unreadable):
        assert found.reason.endswith(".")
        return
    for resource in found.resources.values():
        assert _is_plain(resource.properties)
        assert resource.condition is True or resource.condition == UNKNOWN
        assert set(resource.origins) >= set(resource.properties if isinstance(resource.properties, dict) else ())


@settings(max_examples=1000, deadline=None)
@given(body=templates, given_parameters=parameters)
def test_any_object(body: dict[str, Any], given_parameters: Any) -> None:
    _check(read_template(body, given_parameters))


@settings(max_examples=200, deadline=None)
@given(body=templates)
def test_a_template_says_the_same_as_its_text(body: dict[str, Any]) -> None:
    """Numbers apart, as those of an object are floating-point ones."""
    text = json.dumps(_without_engine_values(body))
    assert read_template(text) == read_template(json.loads(text, parse_float=lambda _: UNKNOWN, parse_constant=str))


def _without_engine_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_engine_values(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_engine_values(item) for item in value]
    return None if isinstance(value, (Unknown, Opaque, float)) else value


@settings(max_examples=700, deadline=None)
@given(
    body=st.one_of(
        st.text(max_size=60),
        st.text(st.sampled_from("{}[]:,&*!<>|-? \n\t'\"#%@`abRef0"), max_size=60),
        st.lists(
            st.sampled_from(PIECES),
            max_size=14,
        ).map("".join),
    )
)
def test_any_text(body: str) -> None:
    _check(read_template(body))
