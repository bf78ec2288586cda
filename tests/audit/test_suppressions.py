"""What the author of a template has suppressed in it: shown, and honored only where a setting says so."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import EXEMPTED, NON_COMPLIANT, ConfigurationEvidence
from policy_pack.audit.formats import html, markdown, oscal, sarif
from tests.audit.auditing import audit_document, verdict
from tests.audit.states import ACCOUNT, KEY, export, resource

NAME = "encryption-at-rest-enabled"
HONOR = {NAME: {"honorTemplateSuppressions": True}}
CFN_NAG = {"cfn_nag": {"rules_to_suppress": [{"id": "W1200", "reason": "Holds public data."}]}}
CDK_NAG = {
    "cdk_nag": {
        "rules_to_suppress": [
            {"id": "AwsSolutions-SM1", "reason": "Something else."},
            {"id": "HIPAA.Security-SageMakerEndpointConfigurationKMSKeyConfigured", "reason": "Holds public data."},
        ]
    }
}
ENCODED = {
    "cdk_nag": {
        "rules_to_suppress": [
            {
                "id": "NIST.800.53.R5-SageMakerEndpointConfigurationKMSKeyConfigured",
                "reason": base64.b64encode("Données publiques.".encode()).decode(),
                "is_reason_encoded": True,
            }
        ]
    }
}
GUARD = {"guard": {"SuppressedRules": ["SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED"]}}


def template(metadata: Any, **properties: Any) -> dict[str, Any]:
    body = {
        "Resources": {
            "Config": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Metadata": metadata,
                "Properties": {"ProductionVariants": [], **properties},
            }
        }
    }
    return export(resource("aws:cloudformation/stack:Stack", "serving", {"templateBody": json.dumps(body)}))


def audited(directory: Path, metadata: Any, config: Any = None, **properties: Any) -> ConfigurationEvidence:
    [evidence] = audit_document(directory, template(metadata, **properties), config).configurations
    return evidence


@pytest.mark.parametrize("metadata", [CFN_NAG, CDK_NAG, ENCODED, GUARD], ids=["cfn_nag", "cdk_nag", "encoded", "guard"])
def test_is_shown_and_not_honored_by_default(tmp_path: Path, metadata: Any) -> None:
    evidence = audited(tmp_path, metadata)
    said = verdict(evidence, NAME)
    assert (evidence.status, said.status) == (NON_COMPLIANT, NON_COMPLIANT)
    assert "honorTemplateSuppressions" in said.why
    assert said.reason.startswith("suppressed in the template, not honored: ")
    assert "publi" in said.reason or metadata is GUARD


@pytest.mark.parametrize("metadata", [CFN_NAG, CDK_NAG, ENCODED, GUARD], ids=["cfn_nag", "cdk_nag", "encoded", "guard"])
def test_is_honored_where_the_setting_says_so(tmp_path: Path, metadata: Any) -> None:
    report = audit_document(tmp_path, template(metadata), HONOR)
    [evidence] = report.configurations
    said = verdict(evidence, NAME)
    assert (evidence.status, said.status, said.expires) == (EXEMPTED, EXEMPTED, "")
    assert said.reason.startswith("suppressed in the template (")
    assert not [each for each in report.findings if each.policy.endswith(NAME)]
    for written in (html.write(report), markdown.write(report), oscal.write(report)):
        assert "uppressed in the template" in written
    kinds = [
        each["kind"]
        for result in json.loads(sarif.write(report))["runs"][0]["results"]
        for each in result.get("suppressions", [])
    ]
    assert kinds == ["inSource"]


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        "W1200",
        {"cfn_nag": {"rules_to_suppress": [{"id": "W12", "reason": "Another rule."}]}},
        {"cfn_nag": {"rules_to_suppress": {"id": "W1200"}}},
        {"cfn_nag": ["W1200"]},
        {"cdk_nag": {"rules_to_suppress": [{"id": "W1200", "reason": "The rule of another tool."}]}},
        {"cdk_nag": {"rules_to_suppress": [{"id": "SageMakerNotebookInstanceKMSKeyConfigured"}]}},
        {"guard": {"SuppressedRules": "SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED"}},
        {"checkov": {"skip": [{"id": "CKV_AWS_98"}]}},
    ],
    ids=str,
)
def test_what_suppresses_something_else_suppresses_nothing(tmp_path: Path, metadata: Any) -> None:
    said = verdict(audited(tmp_path, metadata, HONOR), NAME)
    assert (said.status, said.reason) == (NON_COMPLIANT, "")


def test_only_this_check_is_suppressed(tmp_path: Path) -> None:
    evidence = audited(tmp_path, CFN_NAG, HONOR, KmsKeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/sagemaker")
    assert verdict(evidence, "customer-managed-key").status == NON_COMPLIANT
    assert evidence.status == NON_COMPLIANT


def test_a_reason_tells_no_account_and_stays_on_a_line(tmp_path: Path) -> None:
    rule = {"id": "W1200", "reason": f"As agreed for {ACCOUNT}\nwith {KEY}.\x1b[31m"}
    for config in (None, HONOR):
        said = verdict(audited(tmp_path, {"cfn_nag": {"rules_to_suppress": [rule]}}, config), NAME)
        assert "***" in said.reason and said.reason.isprintable()
        assert ACCOUNT not in said.reason and "arn:aws" not in said.reason
