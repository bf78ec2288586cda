"""Acme's pack: some of the endpoint encryption policies, at Acme's levels, beside policies of its own."""

from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from policy_pack import (
    COMPLIANT,
    Configuration,
    Context,
    Decision,
    NotApplicable,
    Policy,
    Violation,
    sdk_policies,
    select_policies,
)

MOST_VARIANTS = 2


def has_an_owner(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """An ordinary policy of the SDK: it sees every resource, whole."""
    tags: Any = args.props.get("tags") or {}
    if args.resource_type.startswith("aws:sagemaker/") and "owner" not in tags:
        report_violation("The resource has no tag named owner. Add one with the team's name.")


def has_few_variants(configuration: Configuration, context: Context) -> Decision:
    """A policy on this pack's model: the same for every way in which a configuration gets into a stack."""
    if not configuration.variants:
        return NotApplicable("The configuration has no variants.")
    if len(configuration.variants) <= MOST_VARIANTS:
        return COMPLIANT
    return Violation(
        why=f"The configuration has {len(configuration.variants)} variants, more than Acme's endpoints may have.",
        fix="Split the endpoint, or ask the platform team for more.",
    )


FEW_VARIANTS = Policy(
    name="few-variants",
    kind="resource",
    level="mandatory",
    severity="low",
    title="Endpoints have few variants",
    description="SageMaker endpoint configurations have few variants.",
    risk="Every variant is a fleet of its own that somebody pays for.",
    remediation="Split the endpoint.",
    url="https://docs.aws.amazon.com/sagemaker/latest/dg/model-ab-testing.html",
    judges=Configuration,
    decide=has_few_variants,
)

PolicyPack(
    "acme-ml",
    policies=[
        ResourceValidationPolicy(
            name="sagemaker-owner",
            description="SageMaker resources say who owns them.",
            validate=has_an_owner,
            enforcement_level=EnforcementLevel.ADVISORY,
        ),
        *sdk_policies([FEW_VARIANTS], prefix="acme-"),
        *select_policies(names=["encryption-at-rest-enabled", "key-in-same-region"]),
        *select_policies(tags=["replacement"], severities=["medium", "high"], level="mandatory"),
        *select_policies(
            names=["customer-managed-key"],
            settings={"customer-managed-key": {"allowedAccounts": ["111122223333"]}},
        ),
    ],
)
