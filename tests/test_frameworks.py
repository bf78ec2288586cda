"""Which requirement asks for which policies, and what it takes to meet one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, EXEMPTED, NON_COMPLIANT, NOT_APPLICABLE, PolicyVerdict
from policy_pack.audit.report import status_for
from policy_pack.judging.frameworks import Requirement
from policy_pack.judging.policy import DISABLED, MANDATORY
from policy_pack.policies import PACK
from tests.audit import invented

BY_LABEL = {each.label: each for each in PACK.control.requirements}


def test_the_policies_of_the_control_are_those_that_are_mandatory_by_default() -> None:
    assert set(PACK.control.policies) == {each.name for each in PACK.policies if each.level == MANDATORY}


@pytest.mark.parametrize("requirement", PACK.control.requirements, ids=lambda each: each.label)
def test_a_requirement_asks_for_policies_that_exist_and_for_those_of_the_control(requirement: Requirement) -> None:
    names = (*requirement.policies, *requirement.where_enabled)
    assert set(names) <= {each.name for each in PACK.policies}
    assert len(set(names)) == len(names)
    assert set(PACK.control.policies) <= set(requirement.policies)
    disabled = {each.name for each in PACK.policies if each.level == DISABLED}
    assert not disabled & set(requirement.policies)
    assert requirement.how.endswith(".") and (not requirement.caveat or requirement.caveat.endswith("."))


@pytest.mark.parametrize(
    ("label", "more"),
    [
        ("SOC 2 CC6.1", {"key-policy-restricted"}),
        ("SOC 2 CC6.6", set()),
        ("PCI DSS v3.2.1 3.4", set()),
        ("PCI DSS v3.2.1 3.5", {"key-policy-restricted", "key-rotation-enabled"}),
        ("PCI DSS v4.0.1 3.5.1", set()),
        ("PCI DSS v4.0.1 3.6.1", {"key-policy-restricted", "key-rotation-enabled"}),
        ("PCI DSS v4.0.1 3.7", {"key-policy-restricted", "key-rotation-enabled"}),
        ("HIPAA 164.312(a)(2)(iv)", set()),
        ("GDPR Art. 25", set()),
        ("GDPR Art. 32", set()),
        ("NIST SP 800-53 Rev 5 SC-28", set()),
        ("NIST SP 800-53 Rev 5 SC-12", {"key-policy-restricted", "key-rotation-enabled", "key-verified-in-aws"}),
        ("FedRAMP Moderate Rev 4 SC-28", set()),
        ("FedRAMP Moderate Rev 5 SC-28", set()),
        ("FedRAMP Moderate Rev 5 SC-28(1)", set()),
    ],
)
def test_what_a_requirement_asks_for_beyond_the_control(label: str, more: set[str]) -> None:
    requirement = BY_LABEL[label]
    assert {*requirement.policies, *requirement.where_enabled} - set(PACK.control.policies) == more


def test_all_requirements_are_told_apart() -> None:
    assert len(BY_LABEL) == len(PACK.control.requirements) == 15
    assert len({each.id for each in PACK.control.identifiers}) == len(PACK.control.identifiers)
    assert len({each.label for each in PACK.control.identifiers}) == len(PACK.control.identifiers)
    # Where its publisher says it, which was read.
    assert all(each.url.startswith("https://") for each in PACK.control.identifiers)


def test_encryption_of_disks_is_said_not_to_be_enough_for_card_numbers() -> None:
    for label in ("PCI DSS v3.2.1 3.4", "PCI DSS v4.0.1 3.5.1"):
        assert "3.5.1.2" in BY_LABEL[label].caveat
    claims = [each.how for each in PACK.control.requirements if each.framework == "PCI DSS"]
    assert claims and not [each for each in claims if "unreadable" in each]


def configuration(status: str = COMPLIANT, **said: Any) -> Any:
    """A configuration that is compliant but for what policies, by their names with underscores, say."""
    given = {name: each if isinstance(each, tuple) else (each, "advisory") for name, each in said.items()}
    verdicts = [
        PolicyVerdict(PACK.prefix + name.replace("_", "-"), status=of, level=level, severity="medium")
        for name, (of, level) in given.items()
    ]
    return invented.configuration(invented.source("dev.json"), "config", *verdicts, status=status)


@pytest.mark.parametrize(
    ("given", "sc28", "sc12"),
    [
        (configuration(), COMPLIANT, COMPLIANT),
        (configuration(key_policy_restricted=NON_COMPLIANT), COMPLIANT, NON_COMPLIANT),
        (configuration(key_rotation_enabled=EXEMPTED), COMPLIANT, EXEMPTED),
        (configuration(key_rotation_enabled=CANNOT_TELL), COMPLIANT, CANNOT_TELL),
        (configuration(key_rotation_enabled=NOT_APPLICABLE), COMPLIANT, CANNOT_TELL),
        (configuration(key_rotation_enabled=(NOT_APPLICABLE, DISABLED)), COMPLIANT, CANNOT_TELL),
        (configuration(captured_data_encrypted=NON_COMPLIANT), COMPLIANT, COMPLIANT),
        (configuration(NON_COMPLIANT), NON_COMPLIANT, NON_COMPLIANT),
        (configuration(CANNOT_TELL, key_policy_restricted=NON_COMPLIANT), CANNOT_TELL, NON_COMPLIANT),
        (configuration(NOT_APPLICABLE, key_policy_restricted=NON_COMPLIANT), NOT_APPLICABLE, NOT_APPLICABLE),
    ],
)
def test_a_requirement_is_met_by_all_that_it_asks_for(given: Any, sc28: str, sc12: str) -> None:
    assert status_for(BY_LABEL["NIST SP 800-53 Rev 5 SC-28"], given, PACK.control) == sc28
    assert status_for(BY_LABEL["NIST SP 800-53 Rev 5 SC-12"], given, PACK.control) == sc12


@pytest.mark.parametrize(
    ("verified", "expected"),
    [
        ((NOT_APPLICABLE, DISABLED), COMPLIANT),
        ((NOT_APPLICABLE, "mandatory"), COMPLIANT),  # a key of the stack is not asked about
        ((COMPLIANT, "mandatory"), COMPLIANT),
        ((CANNOT_TELL, "mandatory"), CANNOT_TELL),
        ((NON_COMPLIANT, "advisory"), NON_COMPLIANT),
    ],
)
def test_what_is_asked_of_aws_counts_where_it_is_enabled(verified: tuple[str, str], expected: str) -> None:
    status, level = verified
    known = PolicyVerdict(f"{PACK.prefix}key-verified-in-aws", status, level, "high")
    made = configuration()
    made = replace(made, verdicts=(*made.verdicts, known))
    assert status_for(BY_LABEL["NIST SP 800-53 Rev 5 SC-12"], made, PACK.control) == expected
