"""`paired-with-endpoint` beside what an Endpoint really runs: one cause is said once."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from policy_pack.audit.evidence import COMPLIANT, NOT_APPLICABLE
from tests.audit.auditing import audit_document, verdict
from tests.harness.program import Program, deploy
from tests.matrix import rows
from tests.policies.phases import PHASES, UPDATE, Judging
from tests.programs.blocks import arn, config, endpoint

ROW = rows.Row({"configuration": rows.configuration()}, rows.pair(), not_of=rows.EXPERIMENTS)

POLICY = "paired-with-endpoint"


def chosen(*names: int) -> Program:
    """Two configurations, and an Endpoint for each number, which runs the configuration of that number."""

    def program() -> None:
        both = pulumi.Output.all(config("blue", kms_key_arn=arn()).name, config("green", kms_key_arn=arn()).name)
        for index in names:
            endpoint(both.apply(lambda known, index=index: str(known[index])), f"endpoint-{index}")  # type: ignore[misc]

    return program


def spare() -> None:
    endpoint(config(kms_key_arn=arn()).name)
    config("spare", kms_key_arn=arn())


def of_no_endpoint() -> None:
    config("spare", kms_key_arn=arn())


def beside_an_endpoint_of_another() -> None:
    config("spare", kms_key_arn=arn())
    endpoint(config("other", kms_key_arn=arn()).name, opts=pulumi.ResourceOptions(depends_on=[]))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("program", [spare, of_no_endpoint, beside_an_endpoint_of_another])
def test_a_configuration_that_no_endpoint_uses(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == [("advisory", POLICY, "spare")]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("program", [chosen(0), chosen(1), chosen(0, 1)], ids=["blue", "green", "both"])
def test_a_configuration_that_an_endpoint_uses_or_may_choose(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == []


def statuses(program: Program, directory: Any) -> dict[str, str]:
    report = audit_document(directory, deploy(program, phase=UPDATE).export)
    return {each.label: verdict(each, POLICY).status for each in report.configurations}


def test_an_audit_says_which_is_used(tmp_path: Any) -> None:
    assert statuses(chosen(0), tmp_path) == {"blue": COMPLIANT, "green": NOT_APPLICABLE}
    assert statuses(chosen(1), tmp_path) == {"blue": NOT_APPLICABLE, "green": COMPLIANT}
    assert statuses(chosen(0, 1), tmp_path) == {"blue": COMPLIANT, "green": COMPLIANT}
