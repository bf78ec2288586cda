"""The key of a state that an alias names now, and those that texts name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.audit.auditing import audit_document, triples, verdict
from tests.audit.states import ACCOUNT, CONFIGURATION, ENDPOINT, KEY, KEY_ID, KEY_TYPE, export, resource, urn
from tests.harness.program import deploy
from tests.programs import named_keys
from tests.programs.blocks import KEY_POLICY, Case, cases

ALIAS = "aws:kms/alias:Alias"
ALIAS_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/serving"
OTHER_ID = "87654321-4321-4321-4321-210987654321"
OUTSIDE_ID = "00000000-4321-4321-4321-210987654321"
POLICY = "key-resource-usable"


def a_key(name: str, arn: str, **properties: Any) -> dict[str, Any]:
    given = {"policy": KEY_POLICY, "enableKeyRotation": True, "region": "us-east-1", **properties}
    return resource(KEY_TYPE, name, given, outputs={**given, "arn": arn, "keyId": arn.rpartition("/")[2]})


def state(now: str, **of_key: Any) -> dict[str, Any]:
    """A configuration whose key is an alias of the stack's key, which names the key with the ID `now` at last."""
    given = {"name": "alias/serving", "targetKeyId": KEY_ID, "region": "us-east-1"}
    alias = resource(ALIAS, "alias", given, outputs={**given, "arn": ALIAS_ARN, "targetKeyId": now})
    made = {"name": "config-1a2b3c4", "region": "us-east-1", "kmsKeyArn": ALIAS_ARN}
    return export(
        a_key("key", KEY, **of_key),
        a_key("off", KEY.replace(KEY_ID, OTHER_ID), isEnabled=False),
        {**alias, "propertyDependencies": {"targetKeyId": [urn(KEY_TYPE, "key")]}},
        resource(CONFIGURATION, "config", made, propertyDependencies={"kmsKeyArn": [alias["urn"]]}),
        resource(
            ENDPOINT,
            "endpoint",
            {"endpointConfigName": "config-1a2b3c4", "region": "us-east-1"},
            propertyDependencies={"endpointConfigName": [urn(CONFIGURATION, "config")]},
        ),
    )


@pytest.mark.parametrize(
    ("now", "of_key", "said", "status"),
    [
        (KEY_ID, {}, [], "compliant"),
        (KEY, {}, [], "compliant"),
        (KEY_ID, {"isEnabled": False}, [("mandatory", POLICY, "key")], "non-compliant"),
        (OTHER_ID, {}, [("mandatory", POLICY, "off")], "non-compliant"),
        (KEY.replace(KEY_ID, OTHER_ID), {}, [("mandatory", POLICY, "off")], "non-compliant"),
        (OUTSIDE_ID, {}, [], "not-applicable"),
        (OUTSIDE_ID, {"isEnabled": False}, [], "not-applicable"),
    ],
)
def test_the_key_that_an_alias_names_now(now: str, of_key: Any, said: Any, status: str, tmp_path: Path) -> None:
    """A refresh finds out that an alias was pointed at another key outside the stack."""
    report = audit_document(tmp_path, state(now, **of_key))
    assert triples(report) == said
    assert verdict(report.configurations[0], POLICY).status == status


@pytest.mark.parametrize("case", cases(named_keys), ids=str)
def test_audit_says_what_the_update_said(case: Case, tmp_path: Path) -> None:
    deployed = deploy(case.program, phase="update", stack=case.stack, world=case.world)
    assert triples(audit_document(tmp_path, deployed.export, region="us-east-1")) == sorted(case.expected["update"])
