"""What a reader is told: what is wrong, why that matters and what to type, in few lines."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws
import pytest

from policy_pack.judging.policy import Policy
from policy_pack.policies import PACK
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.iam.statements import ADMIN, allow, document
from tests.programs import bridged
from tests.programs.blocks import key, pair, provider


def message(engine: Engine, program: Any, policy: str) -> list[str]:
    """The lines of the one message of a policy, below the policy's description."""
    (found,) = run(engine, program).messages(policy)
    return found.split("\n")[1:]


def test_a_name_is_in_quotes_and_on_one_line(engine: Engine) -> None:
    def program() -> None:
        pair(kms_key_arn=key("blue\n[mandatory] all is well\x1b[2J", is_enabled=False).arn)

    assert message(engine, program, "key-resource-usable") == [
        'The key "blue\\n[mandatory] all is well\\x1b[2J" is disabled, so no endpoint can start with it.',
        "Set isEnabled (Python: is_enabled) to true on the key.",
    ]


def test_both_regions_and_the_property_to_set(engine: Engine) -> None:
    def program() -> None:
        pair(kms_key_arn=key(opts=provider("us-west-2")).arn)

    why, fix = message(engine, program, "key-resource-in-same-region")
    where = 'The configuration is in us-east-1 but its key "key" is in us-west-2'
    assert why == f"{where}; KMS keys work only in their own Region."
    assert fix.startswith("Make the key in us-east-1")
    assert fix.endswith("and set kmsKeyArn (Python: kms_key_arn) to that ARN.")


# A policy that lets somebody change it, and nobody use the key.
CHANGES_ONLY = document(allow({"AWS": ADMIN}, "kms:PutKeyPolicy"))


def _of_template() -> None:
    key = {"Enabled": False, "EnableKeyRotation": False, "KeyPolicy": CHANGES_ONLY}
    configuration = {"KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}, "ProductionVariants": []}
    resources = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": key},
        "Configuration": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": configuration},
    }
    aws.cloudformation.Stack("stack", template_body=json.dumps({"Resources": resources}))


def _of_classic() -> None:
    pair(kms_key_arn=key(is_enabled=False, enable_key_rotation=False, policy=json.dumps(CHANGES_ONLY)).arn)


@pytest.mark.parametrize(
    ("program", "enabled", "rotation", "policy"),
    [
        (_of_template, "Enabled", "EnableKeyRotation", "KeyPolicy"),
        (
            _of_classic,
            "isEnabled (Python: is_enabled)",
            "enableKeyRotation (Python: enable_key_rotation)",
            "policy",
        ),
    ],
)
def test_properties_of_a_key_are_its_carriers(
    program: Any, enabled: str, rotation: str, policy: str, engine: Engine
) -> None:
    assert message(engine, program, "key-resource-usable")[1] == f"Set {enabled} to true on the key."
    assert message(engine, program, "key-rotation-enabled")[1].startswith(f"Set {rotation} to true on the key.")
    assert message(engine, program, "key-policy-grants-sagemaker")[1].startswith(
        f"Add this statement to the key's {policy}:"
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"customer_master_key_spec": "RSA_2048"}, 'The key "key" is not for symmetric encryption'),
        (
            {"customer_master_key_spec": "HMAC_256", "key_usage": "GENERATE_VERIFY_MAC"},
            'The key "key" is not for symmetric encryption, so',
        ),
        ({"key_usage": "SIGN_VERIFY", "is_enabled": False}, 'The key "key" is disabled and is not for encryption'),
    ],
)
def test_what_is_wrong_with_a_key(arguments: dict[str, Any], why: str, engine: Engine) -> None:
    def program() -> None:
        pair(kms_key_arn=key(enable_key_rotation=False, **arguments).arn)

    assert message(engine, program, "key-resource-usable")[0].startswith(why)


def test_deletion_before_replacement_is_said_in_the_words_of_hcl_too(engine: Engine) -> None:
    why, fix = message(engine, bridged.hcl_without_create_before_destroy.program, "replacement-safe")
    assert why.startswith("deleteBeforeReplace is set (in HCL, it is set unless create_before_destroy is true), so a")
    assert "in HCL write lifecycle { create_before_destroy = true }" in fix


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_a_policy_says_what_is_wanted_and_what_to_do(policy: Policy) -> None:
    for text in (policy.description, policy.remediation):
        assert text.endswith(".") and "\n" not in text and "  " not in text
    assert policy.description.count(".") == 1
    assert policy.url.startswith(("https://docs.aws.amazon.com/", "https://www.pulumi.com/docs/"))
