"""What the real Terraform CLI prints of plans and states is audited as what it says.

The texts are kept, so that this needs no Terraform; where one is on PATH, it prints them again. Its AWS provider is a
stand-in (`tests.terraform`), since nothing may be made.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, NON_COMPLIANT
from tests.audit.auditing import audit_document, triples, verdict
from tests.harness.answers import Triple
from tests.programs.blocks import PRIVATE
from tests.terraform.cli import PRINTED, play, read_printed
from tests.terraform.programs import PLAYED
from tests.terraform.provider import ACCOUNT, serving

pytestmark = pytest.mark.slow

CONFIGURATION = "aws_sagemaker_endpoint_configuration.serving"
ENDPOINT = "aws_sagemaker_endpoint.serving"
KEY = "aws_kms_key.serving"
IN_VIRGINIA = 'module.serving["us-east-1"].aws_sagemaker_endpoint_configuration.this'
NO_KEY = ("mandatory", "encryption-at-rest-enabled", CONFIGURATION)

OF_CLOUD_CONTROL = [
    ("advisory", "key-covers-instance-storage", "awscc_sagemaker_endpoint_config.far"),
    ("mandatory", "key-in-same-region", "awscc_sagemaker_endpoint_config.far"),
]
EXPERIMENTS = [
    ("advisory", "captured-data-encrypted", "awscc_sagemaker_inference_experiment.none"),
    ("mandatory", "encryption-at-rest-enabled", "awscc_sagemaker_inference_experiment.none"),
    ("mandatory", "key-resource-usable", "awscc_kms_key.serving"),
]
CONFIGURATIONS = {
    **dict.fromkeys(("cloud_control", "state_of_cloud_control", "experiments", "state_of_experiments"), 2),
    **dict.fromkeys(("modules", "state_of_modules"), 2),
    **dict.fromkeys(("unchanged_cloud_control",), 2),
    "one_of_two": 2,
    **dict.fromkeys(("destroyed", "removed", "provisioner", "provisioner_of_something_else"), 0),
}

SAYS: dict[str, list[Triple]] = {
    "cloud_control": [*OF_CLOUD_CONTROL, ("advisory", "replacement-safe", "awscc_sagemaker_endpoint_config.serving")],
    "state_of_cloud_control": OF_CLOUD_CONTROL,
    "unchanged_cloud_control": [
        *OF_CLOUD_CONTROL,
        ("advisory", "replacement-safe", "awscc_sagemaker_endpoint_config.serving"),
    ],
    "removed": [],
    "moved": [],
    "one_of_two": [
        ("advisory", "paired-with-endpoint", "aws_sagemaker_endpoint_configuration.blue"),
        ("mandatory", "encryption-at-rest-enabled", "aws_sagemaker_endpoint_configuration.green"),
    ],
    # It names a key that is written down, and not the one that the plan makes.
    "given_in_place_of_a_key": [("mandatory", "key-in-same-region", CONFIGURATION)],
    "provisioner": [("advisory", "carrier-readable", "terraform_data.deploy")],
    "provisioner_of_something_else": [],
    "experiments": EXPERIMENTS,
    "state_of_experiments": EXPERIMENTS,
    "computed_key": [],
    "missing_key": [NO_KEY],
    "replacement": [NO_KEY, ("advisory", "replacement-safe", CONFIGURATION)],
    "replacement_that_creates_first": [],
    "replacement_that_deletes_first": [("advisory", "replacement-safe", CONFIGURATION)],
    "ignored_changes": [("mandatory", "endpoint-follows-replacement", ENDPOINT)],
    "state_of_ignored_changes": [("mandatory", "endpoint-follows-replacement", ENDPOINT)],
    # The key that is disabled is the next one, and this configuration does not change to it.
    "ignored_key": [],
    "state": [
        ("advisory", "key-policy-restricted", KEY),
        ("advisory", "key-rotation-enabled", KEY),
        ("mandatory", "key-resource-usable", KEY),
    ],
    "modules": [("mandatory", "key-resource-in-same-region", IN_VIRGINIA)],
    "state_of_modules": [("mandatory", "key-in-same-region", IN_VIRGINIA)],
    "providers": [("mandatory", "key-resource-in-same-region", CONFIGURATION)],
    "dynamic_blocks": [("advisory", "key-covers-instance-storage", CONFIGURATION)],
    "sensitive_variable": [("mandatory", "key-in-same-region", CONFIGURATION)],
    "data_source": [],
    "local_value": [],
    "condition": [NO_KEY],
    # The Endpoint is not made by this plan.
    "targeted": [("advisory", "paired-with-endpoint", CONFIGURATION)],
    "targeted_elsewhere": [NO_KEY],
    "destroyed": [],
    "refreshed": [],
    "unchanged": [],
    "name_by_hand": [
        ("advisory", "replacement-safe", CONFIGURATION),
        ("mandatory", "endpoint-follows-replacement", ENDPOINT),
    ],
}


@pytest.mark.parametrize("name", PLAYED)
def test_what_is_said(name: str, tmp_path: Path) -> None:
    report = audit_document(tmp_path, read_printed(name))
    assert triples(report) == sorted(SAYS[name])
    assert len(report.configurations) == CONFIGURATIONS.get(name, 1)
    for finding in report.findings:
        assert not any(private in finding.why + finding.fix for private in (*PRIVATE, ACCOUNT))
    said = [problem.text for problem in report.notes]
    assert any("a part of its program" in text for text in said) is name.startswith("targeted")


def test_every_program_is_printed() -> None:
    assert {path.stem for path in PRINTED.glob("*.json")} == set(PLAYED) == set(SAYS)


@pytest.mark.parametrize("name", ["condition", "missing_key"])
def test_nothing_is_said_of_keys_where_there_is_none(name: str, tmp_path: Path) -> None:
    (evidence,) = audit_document(tmp_path, read_printed(name)).configurations
    assert verdict(evidence, "encryption-at-rest-enabled").status == NON_COMPLIANT
    assert not [each.policy for each in evidence.verdicts if "key-" in each.policy and each.status == COMPLIANT]


def test_whether_a_name_in_a_state_is_generated_is_not_known(tmp_path: Path) -> None:
    for evidence in audit_document(tmp_path, read_printed("state_of_cloud_control")).configurations:
        assert verdict(evidence, "replacement-safe").status == CANNOT_TELL


@pytest.mark.parametrize(
    ("name", "rests_on"),
    [
        ("replacement_that_creates_first", "The name is generated, so a replacement gets a new one."),
        ("computed_key", "The file does not record whether create_before_destroy is true."),
        ("state_of_ignored_changes", "The file does not record whether create_before_destroy is true."),
    ],
)
def test_what_is_recorded_of_the_order_of_a_replacement(name: str, rests_on: str, tmp_path: Path) -> None:
    (evidence,) = audit_document(tmp_path, read_printed(name)).configurations
    found = verdict(evidence, "replacement-safe")
    assert found.status == COMPLIANT
    assert found.why.endswith(rests_on)


def test_a_sensitive_variable_is_not_shown(tmp_path: Path) -> None:
    (evidence,) = audit_document(tmp_path, read_printed("sensitive_variable"), shows_arns=True).configurations
    assert evidence.key == "(secret)"


@pytest.fixture(scope="module")
def reattach() -> Iterator[str]:
    with serving() as value:
        yield value


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform on PATH")
@pytest.mark.parametrize("name", PLAYED)
def test_the_cli_prints_the_same(name: str, reattach: str, tmp_path: Path) -> None:
    kept, printed = read_printed(name), play(tmp_path, reattach, PLAYED[name])
    (tmp_path / "audited").mkdir()
    assert triples(audit_document(tmp_path / "audited", printed)) == sorted(SAYS[name])
    if printed["terraform_version"] == kept["terraform_version"]:
        assert printed == kept
