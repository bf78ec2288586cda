"""The evidence of each configuration: its verdicts, what they come to, and nothing that it must not hold."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, EXEMPTED, NON_COMPLIANT, NOT_APPLICABLE, STATUSES
from policy_pack.audit.report import RequirementEvidence
from policy_pack.judging.policy import MANDATORY
from policy_pack.policies import PACK
from tests.audit.auditing import audit_document, triples, verdict
from tests.audit.states import (
    ACCOUNT,
    CONFIGURATION,
    ENDPOINT,
    KEY,
    KEY_ID,
    KEY_TYPE,
    configuration,
    export,
    resource,
    secret,
)

MRK = "mrk-1234567890abcdef1234567890abcdef"


def _key(name: str = "key", **properties: Any) -> dict[str, Any]:
    return resource(KEY_TYPE, name, {"arn": KEY, "enableKeyRotation": True, "region": "us-east-1", **properties})


def _using(key: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    return [
        {**configuration(name, kmsKeyArn=KEY), "propertyDependencies": {"kmsKeyArn": [key["urn"]]}} for name in names
    ]


def test_every_policy_has_a_verdict(tmp_path: Path) -> None:
    [evidence] = audit_document(tmp_path, export(configuration(kmsKeyArn=KEY))).configurations
    judged = [PACK.full_name(policy) for policy in PACK.policies if policy.name != "settings-make-sense"]
    assert [each.policy for each in evidence.verdicts] == judged
    for each in evidence.verdicts:
        assert each.status in STATUSES
        assert each.why, each  # a compliant one says on what it rests
        assert bool(each.fix) == (each.status == NON_COMPLIANT)


def test_what_it_says_of_a_configuration(tmp_path: Path) -> None:
    [evidence] = audit_document(tmp_path, export(configuration(kmsKeyArn=KEY))).configurations
    assert evidence.urn == evidence.id == f"urn:pulumi:dev::shop::{CONFIGURATION}::config"
    assert (evidence.source, evidence.stack) == (str(tmp_path / "state.json"), "shop/dev")
    assert (evidence.label, evidence.type, evidence.region) == ("config", CONFIGURATION, "us-east-1")
    assert (evidence.name, evidence.status) == ("config-1a2b3c4", COMPLIANT)


def test_violation_that_configurations_share_is_each_one_s(tmp_path: Path) -> None:
    key = _key(enableKeyRotation=False)
    report = audit_document(tmp_path, export(key, *_using(key, "one", "two")))
    assert [each for each in triples(report) if "rotation" in each[1]] == [("advisory", "key-rotation-enabled", "key")]
    said = [verdict(each, "key-rotation-enabled").status for each in report.configurations]
    assert said == [NON_COMPLIANT, NON_COMPLIANT]
    [finding] = [each for each in report.findings if "rotation" in each.policy]
    assert (finding.resource, finding.subject, finding.type) == ("key", "one", KEY_TYPE)


def test_violation_of_its_endpoint_is_the_configuration_s(tmp_path: Path) -> None:
    endpoint = resource(ENDPOINT, "endpoint", {"endpointConfigName": "serving", "region": "us-east-1"})
    followed = {**configuration("other", kmsKeyArn=KEY)}
    named = configuration("config", kmsKeyArn=KEY, name="serving")
    report = audit_document(tmp_path, export(named, followed, endpoint))
    by_label = {each.label: each for each in report.configurations}
    assert verdict(by_label["config"], "endpoint-follows-replacement").status == NON_COMPLIANT
    assert by_label["config"].status == NON_COMPLIANT  # what runs may not be what it says
    unused = verdict(by_label["other"], "endpoint-follows-replacement")
    assert (unused.status, unused.why) == (NOT_APPLICABLE, "No Endpoint of the stack uses the configuration.")
    assert by_label["other"].status == COMPLIANT


def test_several_endpoints_give_the_worst_verdict(tmp_path: Path) -> None:
    config = configuration("config", kmsKeyArn=KEY, name="serving")
    given = {"endpointConfigName": "serving", "region": "us-east-1"}
    follows = {**resource(ENDPOINT, "a", given), "propertyDependencies": {"endpointConfigName": [config["urn"]]}}
    report = audit_document(tmp_path, export(config, follows, resource(ENDPOINT, "b", given)))
    assert verdict(report.configurations[0], "endpoint-follows-replacement").status == NON_COMPLIANT


def test_configurations_of_a_template(tmp_path: Path) -> None:
    template = {
        "Resources": {
            "Good": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"KmsKeyId": KEY, "ProductionVariants": []},
            },
            "Bad": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"EndpointConfigName": "bad"}},
        }
    }
    stack = resource("aws:cloudformation/stack:Stack", "serving", {"templateBody": template, "region": "us-east-1"})
    report = audit_document(tmp_path, export(stack))
    evidence = {each.id.rpartition("#")[2]: each for each in report.configurations}
    assert {name: verdict(each, "encryption-at-rest-enabled").status for name, each in evidence.items()} == {
        "Good": COMPLIANT,
        "Bad": NON_COMPLIANT,
    }
    assert {each.urn for each in evidence.values()} == {stack["urn"]}
    assert verdict(evidence["Good"], "template-readable").status == COMPLIANT
    # The identifier of a stack is not its resource's name.
    assert [evidence[name].name for name in ("Good", "Bad")] == ["", "bad"]
    assert evidence["Good"].commands == ()
    [finding] = [each for each in report.findings if "at-rest" in each.policy]
    assert (finding.resource, finding.subject) == ("serving", evidence["Bad"].label)


REFUSING = {each.name: {"undecided": "refuse"} for each in PACK.policies if each.level == MANDATORY}


def of_outputs(**properties: Any) -> dict[str, Any]:
    """A stack of CloudFormation by the URL of its template, which AWS returned."""
    template = {"Resources": {"A": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties}}}
    inputs = {"templateUrl": "https://templates.example/serving.yaml", "region": "us-east-1"}
    outputs = {**inputs, "templateBody": json.dumps(template)}
    return resource("aws:cloudformation/stack:Stack", "serving", inputs, outputs=outputs)


@pytest.mark.parametrize(
    ("properties", "settings", "status", "said"),
    [
        ({"KmsKeyId": KEY}, {}, COMPLIANT, []),
        ({"KmsKeyId": KEY}, REFUSING, COMPLIANT, []),
        ({"KmsKeyId": {"Ref": "Key"}}, {}, CANNOT_TELL, []),
        ({"KmsKeyId": {"Fn::ImportValue": "key"}}, {}, CANNOT_TELL, []),
        (
            {"KmsKeyId": {"Fn::ImportValue": "key"}},
            REFUSING,
            NON_COMPLIANT,
            ["customer-managed-key", "key-resource-in-same-region"],
        ),
        ({}, {}, NON_COMPLIANT, ["encryption-at-rest-enabled"]),
        ({"KmsKeyId": "alias/aws/sagemaker"}, {}, NON_COMPLIANT, ["customer-managed-key"]),
        ({"KmsKeyId": KEY.replace("us-east-1", "eu-west-1")}, {}, NON_COMPLIANT, ["key-in-same-region"]),
    ],
    ids=str,
)
def test_configuration_that_only_outputs_have_is_judged_as_aws_returned_it(
    properties: dict[str, Any], settings: dict[str, Any], status: str, said: list[str], tmp_path: Path
) -> None:
    report = audit_document(tmp_path, export(of_outputs(**properties)), settings)
    [evidence] = report.configurations
    assert evidence.status == status
    assert [each for level, each, _ in triples(report) if level == "mandatory"] == said


def test_configuration_that_only_a_preview_has_is_not_called_compliant(tmp_path: Path) -> None:
    state = of_outputs(KmsKeyId=KEY)
    report = audit_document(tmp_path, {"steps": [{"op": "update", "urn": state["urn"], "newState": state}]})
    assert [each.status for each in report.configurations] == [CANNOT_TELL]


def test_what_inputs_show_is_not_judged_again_as_aws_returned_it(tmp_path: Path) -> None:
    state = of_outputs()
    shown = {**state, "inputs": {"templateBody": state["outputs"]["templateBody"], "region": "us-east-1"}}
    said = [each for each in triples(audit_document(tmp_path, export(shown))) if each[0] == "mandatory"]
    assert said == [("mandatory", "encryption-at-rest-enabled", "serving")]


@pytest.mark.parametrize(
    ("key", "masked", "shown"),
    [
        (None, "(none)", "(none)"),
        ("  ", "(none)", "(none)"),
        (3, "(a number)", "(a number)"),
        (KEY, "arn:aws:kms:us-east-1:***:key/***", KEY),
        (KEY.replace(KEY_ID, MRK), "arn:aws:kms:us-east-1:***:key/mrk-***", KEY.replace(KEY_ID, MRK)),
        (KEY_ID, "***", KEY_ID),
        (MRK, "mrk-***", MRK),
        (
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/serving",
            "arn:aws:kms:us-east-1:***:alias/serving",
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/serving",
        ),
        (
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/sagemaker",
            "arn:aws:kms:us-east-1:***:alias/aws/sagemaker",
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/sagemaker",
        ),
        ("a password, pasted by mistake", "(malformed)", "(malformed)"),
        (f"{KEY}\n", "(malformed)", "(malformed)"),
        (secret(KEY), "(secret)", "(secret)"),
        ("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "(not known)", "(not known)"),
    ],
)
def test_key_is_masked(tmp_path: Path, key: Any, masked: str, shown: str) -> None:
    document = export(configuration(kmsKeyArn=key))
    reports = [audit_document(tmp_path, document, shows_arns=shows) for shows in (False, True)]
    assert [each.configurations[0].key for each in reports] == [masked, shown]
    assert [each.shows_arns for each in reports] == [False, True]


def test_nothing_but_the_key_names_an_account(tmp_path: Path) -> None:
    key = _key(
        policy=f'{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "a": "{ACCOUNT}"}}]}}'
    )
    others = [
        configuration("malformed", kmsKeyArn=KEY + "x"),
        configuration("elsewhere", kmsKeyArn=KEY.replace("us-east-1", "eu-west-1")),
        configuration("capture", kmsKeyArn=KEY, dataCaptureConfig={"destinationS3Uri": "s3://secret-bucket"}),
        configuration("secret-name", kmsKeyArn=KEY, name=secret("hidden")),
        configuration("secret-key", kmsKeyArn=secret(KEY)),
    ]
    report = audit_document(tmp_path, export(key, *_using(key, "one"), *others))
    said = repr(asdict(report))
    for text in (ACCOUNT, KEY_ID, "secret-bucket", "hidden", '"Statement"'):
        assert text not in said
    assert next(each for each in report.configurations if each.label == "secret-name").name == ""


def test_physical_name_from_an_identifier_that_is_an_arn(tmp_path: Path) -> None:
    native = resource(
        "aws-native:sagemaker:EndpointConfig",
        "config",
        {"kmsKeyId": KEY},
        outputs={"kmsKeyId": KEY},
        id=f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint-config/config-7654321",
    )
    [evidence] = audit_document(tmp_path, export(native)).configurations
    assert evidence.name == "config-7654321"


def test_fingerprints_stay_and_differ(tmp_path: Path) -> None:
    def fingerprints(*entries: dict[str, Any]) -> list[str]:
        return [each.fingerprint for each in audit_document(tmp_path, export(*entries)).findings]

    one = fingerprints(configuration("one"), configuration("two"))
    assert len(set(one)) == len(one) == 4
    assert set(fingerprints(configuration("two"), configuration("one"))) == set(one)
    other = {**configuration("one"), "urn": configuration("one")["urn"].replace(":dev:", ":prod:")}
    assert not set(fingerprints(other)) & set(one)


@pytest.mark.parametrize(
    ("statuses", "judged", "share"),
    [
        ([], 0, None),
        ([NOT_APPLICABLE], 0, None),
        ([COMPLIANT, COMPLIANT], 2, 1.0),
        ([COMPLIANT, NOT_APPLICABLE, EXEMPTED, CANNOT_TELL, NON_COMPLIANT], 4, 0.25),
    ],
)
def test_share_of_a_requirement(statuses: list[str], judged: int, share: float | None) -> None:
    counts = {status: statuses.count(status) for status in STATUSES}
    found = RequirementEvidence(PACK.control.requirements[0], counts)
    assert (found.judged, found.share) == (judged, share)


def test_requirements_of_a_report(tmp_path: Path) -> None:
    report = audit_document(tmp_path, export(configuration("a"), configuration("b", kmsKeyArn=KEY)))
    assert [each.requirement for each in report.requirements] == list(PACK.control.requirements)
    # The key is not of the stack: nobody sees what its policy lets in and whether it rotates.
    beyond = {each.requirement.reference for each in report.requirements if each.share == 0.0}
    assert beyond == {"CC6.1", "SC-12", "3.5", "3.6.1", "3.7"}
    assert {each.share for each in report.requirements if each.requirement.reference not in beyond} == {0.5}


def test_what_needs_no_key_is_outside_the_control(tmp_path: Path) -> None:
    variants = [{"variantName": "a", "instanceType": "ml.g5.xlarge", "modelName": "m", "initialInstanceCount": 1}]
    config = {"encryption-at-rest-enabled": {"instanceStorageOnly": "exempt"}}
    report = audit_document(tmp_path, export(configuration(productionVariants=variants)), config)
    assert report.configurations[0].status == NOT_APPLICABLE


def test_decisive_policies_are_the_mandatory_ones(tmp_path: Path) -> None:
    report = audit_document(tmp_path, export(), {"all": "advisory"})
    decisive = {each.name.removeprefix(PACK.prefix) for each in report.policies if each.decisive}
    assert decisive == {policy.name for policy in PACK.policies if policy.level == MANDATORY}
    assert "encryption-at-rest-enabled" in decisive
