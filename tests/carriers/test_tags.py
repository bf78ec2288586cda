"""The tags of roles and keys, as each carrier has them, and what is known not to be among them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from policy_pack import carriers
from policy_pack.carriers.place import Surroundings
from policy_pack.stack.model import Key, Provider, Role, Tags
from policy_pack.values import UNKNOWN, Unknown
from tests.carriers.reading import resource, state, template, urn

TAGS = {"team": "serving"}
PAIRS = [{"key": "team", "value": "serving"}]
ROLE, KEY = "aws:iam/role:Role", "aws:kms/key:Key"


def _tags(given: Any, surroundings: Surroundings | None = None, kind: type[Role] | type[Key] = Role) -> Tags:
    (found,) = carriers.read([given], surroundings or Surroundings()).of(kind)
    return Tags(found.tags.known, found.tags.complete)


def _of_provider(properties: dict[str, Any], name: str = "default") -> Any:
    provider = Provider(urn("pulumi:providers:aws", name), properties)
    return replace(resource(ROLE, {"tags": TAGS}), provider=provider)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, Tags({}, True)),
        ({"tags": {}}, Tags({}, True)),
        ({"tags": TAGS}, Tags(TAGS, True)),
        ({"tags": {"team": UNKNOWN}}, Tags({"team": UNKNOWN}, True)),
        ({"tags": {"team": 5.0}}, Tags({"team": UNKNOWN}, True)),
        ({"tags": {"team": Unknown(may_be_absent=True), "a": "b"}}, Tags({"a": "b"})),
        ({"tags": UNKNOWN}, Tags({})),
        ({"tags": "team"}, Tags({})),
        ({"tags": TAGS, "tagsAll": {"team": "old", "stage": "prod"}}, Tags({"team": "serving", "stage": "prod"}, True)),
        ({"tags": UNKNOWN, "tagsAll": TAGS}, Tags(TAGS)),
        ({"tags": TAGS, "tagsAll": UNKNOWN}, Tags(TAGS, True)),
    ],
)
def test_the_classic_provider(properties: Any, expected: Tags) -> None:
    assert _tags(resource(ROLE, properties)) == expected
    for kind in ("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"):
        assert _tags(resource(kind, properties), kind=Key) == expected


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ({"defaultTags": {"tags": {"stage": "prod"}}}, Tags({**TAGS, "stage": "prod"}, True)),
        ({"defaultTags": json.dumps({"tags": {"stage": "prod"}})}, Tags({**TAGS, "stage": "prod"}, True)),
        ({"defaultTags": [{"tags": {"stage": "prod"}}]}, Tags({**TAGS, "stage": "prod"}, True)),
        ({"defaultTags": {"tags": {"team": "all"}}}, Tags(TAGS, True)),
        ({"defaultTags": {"tags": {"stage": UNKNOWN}}}, Tags({**TAGS, "stage": UNKNOWN}, True)),
        ({"defaultTags": {}}, Tags(TAGS, True)),
        ({"defaultTags": UNKNOWN}, Tags(TAGS)),
        ({"defaultTags": {"tags": UNKNOWN}}, Tags(TAGS)),
        ({"defaultTags": 5.0}, Tags(TAGS)),
        ({"ignoreTags": {"keys": ["other"]}}, Tags({})),
        ({"ignoreTags": UNKNOWN}, Tags({})),
    ],
)
def test_tags_of_the_provider(provider: Any, expected: Tags) -> None:
    assert _tags(_of_provider(provider)) == expected
    assert _tags(_of_provider(provider, "explicit")) == expected


@pytest.mark.parametrize(
    ("surroundings", "default", "explicit"),
    [
        ({"config": {"aws:defaultTags": '{"tags": {"stage": "prod"}}'}}, Tags({**TAGS, "stage": "prod"}, True), None),
        ({"config": {"aws:defaultTags": "{"}}, Tags(TAGS, True), None),
        ({"config": {"aws:ignoreTags": '{"keys": ["x"]}'}}, Tags({}), None),
        ({"environment": {"TF_AWS_DEFAULT_TAGS_stage": "prod"}}, Tags(TAGS), Tags(TAGS)),
        ({"environment": {"TF_AWS_IGNORE_TAGS_KEYS": "team"}}, Tags({}), Tags({})),
        ({"environment": {"TF_AWS": "x"}}, Tags(TAGS, True), None),
    ],
)
def test_tags_of_the_surroundings(surroundings: Any, default: Tags, explicit: Tags | None) -> None:
    """An explicit provider does not read the stack's configuration; the environment is any provider's."""
    assert _tags(_of_provider({}), Surroundings(**surroundings)) == default
    assert _tags(_of_provider({}, "explicit"), Surroundings(**surroundings)) == (explicit or Tags(TAGS, True))


@pytest.mark.parametrize("path", ["tags", "tags.team", 'tags["team"]', "tagsAll", "*", '["tags"]'])
def test_changes_that_are_ignored(path: str) -> None:
    assert _tags(replace(resource(ROLE, {"tags": TAGS}), ignore_changes=(path,))) == Tags({})
    assert _tags(replace(resource(ROLE, {"tags": TAGS}), ignore_changes=("path", "description"))) == Tags(TAGS, True)


def _native_template() -> Any:
    body = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"Tags": [{"Key": "a", "Value": "b"}]}}}}
    return resource("aws-native:cloudformation:Stack", {"templateBody": body})


def _extension(of: str) -> Any:
    properties = {"type": of, "properties": {"Tags": [{"Key": "a", "Value": "b"}]}}
    return resource("aws-native:index:ExtensionResource", properties)


OTHERS = [
    (resource("aws-native:iam:Role", {"tags": PAIRS}), Role, "tags"),
    (resource("aws-native:kms:Key", {"tags": PAIRS}), Key, "tags"),
    (_extension("AWS::KMS::Key"), Key, "properties.Tags"),
    (_native_template(), Role, "templateBody.Resources.Role.Properties.Tags"),
]


@pytest.mark.parametrize(("given", "kind", "tags"), OTHERS)
def test_changes_of_a_part_that_are_ignored(given: Any, kind: Any, tags: str) -> None:
    """A tag that others may change is no evidence, and which one an index means is not known."""
    for path in (tags, f"{tags}[0]", f"{tags}[0].Value", f"{tags}[*]", f'{tags}["team"]'):
        assert _tags(replace(given, ignore_changes=(path,)), kind=kind) == Tags({}), path
    for path in ("description", f"{tags}2", f"other.{tags}", f"{tags}["):
        assert _tags(replace(given, ignore_changes=(path,)), kind=kind).known, path


def test_a_resource_whose_provider_is_not_known() -> None:
    assert _tags(replace(resource(ROLE, {"tags": TAGS}), provider=None)) == Tags(TAGS)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (resource("aws-native:iam:Role", {"tags": PAIRS}), Role),
        (resource("aws-native:kms:Key", {"tags": PAIRS}), Key),
        (resource("aws-native:kms:ReplicaKey", {"tags": PAIRS}), Key),
        (state("AWS::IAM::Role", {"Tags": [{"Key": "team", "Value": "serving"}]}), Role),
        (state("AWS::KMS::Key", {"Tags": [{"Key": "team", "Value": "serving"}]}), Key),
        (resource("pulumi:terraform:aws_iam_role", {"tags": TAGS}), Role),
        (resource("pulumi:terraform:aws_kms_key", {"tags": TAGS}), Key),
    ],
)
def test_other_carriers(given: Any, kind: Any) -> None:
    """Others may give tags to what AWS's own types make; of Terraform nobody says what the provider gives."""
    assert _tags(given, kind=kind) == Tags(TAGS)


def test_a_template() -> None:
    tags = [{"Key": "team", "Value": "serving"}, {"Key": "account", "Value": {"Ref": "AWS::AccountId"}}]
    body = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"Tags": tags}}}}
    found = _tags(template(body))
    assert (found.known["team"], found.complete) == ("serving", False)
    assert isinstance(found.known["account"], Unknown)
    assert _tags(replace(template(body), ignore_changes=("templateBody",))) == Tags({})


def test_keys_of_tags_are_not_respelled() -> None:
    given = {"tags": {"cost_center": "1"}, "tags_all": {"cost_center": "1", "Made_By": "x"}}
    assert _tags(resource("pulumi:terraform:aws_iam_role", given)) == Tags({"cost_center": "1", "Made_By": "x"}, True)
    configuration = resource("pulumi:terraform:aws_sagemaker_endpoint_configuration", {"tags": {"cost_center": "1"}})
    (found,) = carriers.read([configuration], Surroundings()).configurations
    assert found.tags == {"cost_center": "1"}


def test_bridged_providers() -> None:
    given = resource("aws:index/iamRole:IamRole", {"tags": TAGS})
    assert _tags(given) == Tags(TAGS, True)
    assert _tags(resource("awscc:index/iamRole:IamRole", {"tags": PAIRS, "roleName": "x"})) == Tags(TAGS)
