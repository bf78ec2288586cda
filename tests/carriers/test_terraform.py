"""Resources as Terraform's own state has them: their names, their region, and what they are called in messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policy_pack.carriers import READERS, read
from policy_pack.carriers.place import Surroundings
from policy_pack.stack.model import Configuration, Endpoint, Key, Unread
from policy_pack.values import UNKNOWN
from tests.carriers.reading import one, resource

CONFIGURATION = "pulumi:terraform:aws_sagemaker_endpoint_configuration"
ENDPOINT, KEY = "pulumi:terraform:aws_sagemaker_endpoint", "pulumi:terraform:aws_kms_key"
ARN = "arn:aws:sagemaker:us-west-2:111122223333:endpoint-config/serving"


@pytest.mark.parametrize(
    ("given", "provider", "region"),
    [
        ({"region": "eu-north-1", "arn": ARN}, "us-east-1", "eu-north-1"),
        ({"arn": ARN}, "us-east-1", "us-west-2"),
        ({"region": "", "arn": ARN}, "us-east-1", "us-west-2"),
        ({"id": ARN}, "us-east-1", "us-west-2"),
        ({"id": "serving"}, "us-east-1", "us-east-1"),
        ({"arn": "arn:aws:iam::111122223333:role/serving"}, "us-east-1", "us-east-1"),
        ({"arn": UNKNOWN, "id": ARN}, None, "us-west-2"),
        ({"arn": "x:aws:sagemaker:us-west-2:111122223333:x"}, "us-east-1", "us-east-1"),
        ({"arn": "arn:aws:sagemaker:us-west-2"}, "us-east-1", "us-east-1"),
        ({"region": UNKNOWN, "arn": ARN}, "us-east-1", UNKNOWN),
        ({"tags": {}}, UNKNOWN, UNKNOWN),
        ({"tags": {}}, None, UNKNOWN),
    ],
    ids=str,
)
def test_where_it_is(given: Any, provider: Any, region: Any) -> None:
    assert one(Configuration, resource(CONFIGURATION, given, region=provider)).place.region == region


@pytest.mark.parametrize(
    ("given", "generated"),
    [
        ({"name": "terraform-20240102030405060700000001"}, True),
        ({"name": "terraform-2024"}, False),
        ({"name": "serving"}, False),
        ({"name": "serving", "name_prefix": ""}, False),
        ({"name": "serving-20240102030405060700000001"}, True),
        ({"name": "serving-x", "name_prefix": "serving-"}, True),
        ({"name": "serving-x", "name_prefix": "other-"}, False),
        ({"name": None, "name_prefix": "serving-"}, True),
    ],
    ids=str,
)
def test_whether_its_name_is_generated(given: Any, generated: bool) -> None:
    assert one(Configuration, resource(CONFIGURATION, given)).generated_name is generated


def test_what_it_is_called() -> None:
    given = {"kms_key_arn": "k", "data_capture_config": [{"enable_capture": True, "destination_s3_uri": "s3://x"}]}
    made = one(Configuration, resource(CONFIGURATION, given))
    assert (made.key, made.key_property, made.name_property) == ("k", "kms_key_arn", "name")
    assert [each.property for each in made.storage] == ["data_capture_config.kms_key_id"]
    endpoint = one(Endpoint, resource(ENDPOINT, {"endpoint_config_name": "serving"}))
    assert (endpoint.configuration_name, endpoint.configuration_property) == ("serving", "endpoint_config_name")
    assert endpoint.ignoring == "ignore_changes"
    key = one(Key, resource(KEY, {"is_enabled": False, "rotation_period_in_days": 90}))
    assert (key.enabled, key.rotation_days) == (False, 90)
    assert (key.properties.enabled, key.properties.rotation_days) == ("is_enabled", "rotation_period_in_days")


def test_what_it_is_computed_from() -> None:
    made = resource(CONFIGURATION, {"kms_key_arn": UNKNOWN}, sources={"kms_key_arn": ("urn:key",)})
    assert one(Configuration, made).key_sources == ("urn:key",)


MODULE = "serving:tf:"


def test_what_a_module_has_not_made_yet() -> None:
    """Only what would be a configuration is named: nothing is known of the rest."""
    (unread,) = read([resource(f"{MODULE}aws_sagemaker_endpoint_configuration", {})], Surroundings()).nodes
    assert isinstance(unread, Unread)
    for kind in ("aws_kms_key", "aws_sagemaker_endpoint", "aws_iam_role"):
        assert read([resource(MODULE + kind, {})], Surroundings()).nodes == ()
        assert tuple(READERS[f"any:tf:{kind}"].read(resource(MODULE + kind, {}), Surroundings())) == ()


@pytest.mark.parametrize(
    ("made", "given", "generated"),
    [
        ({"name": "serving-x", "name_prefix": "serving-"}, {}, True),
        ({"name": "terraform-x"}, {}, True),
        ({"name": "serving-x"}, {}, False),
        ({"name": "serving"}, {"name": "serving"}, False),
        ({"name": "terraform-x"}, {"name": "terraform-x"}, False),
        ({"name": None}, {}, True),
    ],
    ids=str,
)
def test_names_of_a_plan(made: Any, given: Any, generated: bool) -> None:
    """A plan says what was given, so a name that was not is the provider's."""
    planned = replace(resource(CONFIGURATION, made), given=given)
    assert one(Configuration, planned).generated_name is generated


@pytest.mark.parametrize(
    ("name", "given", "generated"),
    [
        (None, None, True),
        ("serving", None, UNKNOWN),  # a state has the name that AWS generates too
        ("serving", {}, True),
        ("serving", {"endpoint_config_name": "serving"}, False),
    ],
)
def test_names_that_aws_generates(name: Any, given: Any, generated: Any) -> None:
    made = resource("pulumi:terraform:awscc_sagemaker_endpoint_config", {"endpoint_config_name": name, "tags": []})
    assert one(Configuration, replace(made, given=given)).generated_name == generated
