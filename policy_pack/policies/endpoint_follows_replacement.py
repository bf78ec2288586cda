"""An Endpoint takes a managed configuration's name from its output, not from a string."""

from __future__ import annotations

from policy_pack.judging.policy import HIGH, MANDATORY, STACK, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, Decision, NotApplicable, Violation
from policy_pack.policies._external import EXTERNAL_CONFIGURATIONS, is_external
from policy_pack.stack.links import configurations_by_name, configurations_from
from policy_pack.stack.model import Endpoint
from policy_pack.values import Unknown


def decide(endpoint: Endpoint, context: Context) -> Decision:
    if configurations_from(endpoint, context.stack):
        return COMPLIANT
    if isinstance(endpoint.configuration_name, Unknown):
        return NotApplicable("It takes its configuration's name from elsewhere.")
    if is_external(endpoint.configuration_name, context):
        return NotApplicable("Its configuration is managed elsewhere on purpose.")
    named = configurations_by_name(endpoint, context.stack)
    if not named:
        return NotApplicable("It names no configuration of this stack.")
    return Violation(
        why=(
            f"It names the configuration {named[0].quoted} by a string. When that is replaced, this Endpoint shows no "
            "change: it is left with a deleted configuration and goes on with the old key."
        ),
        fix=(
            f"Set {endpoint.configuration_property} to the configuration's {named[0].name_property} output, not to a "
            "string."
        ),
    )


POLICY = Policy(
    name="endpoint-follows-replacement",
    kind=STACK,
    level=MANDATORY,
    severity=HIGH,
    title="Endpoints follow a replaced configuration",
    description="A SageMaker Endpoint takes its configuration's name from the configuration's output.",
    risk=(
        "When its configuration is replaced, an Endpoint that names it by a string shows no change: it is left with a "
        "configuration that no longer exists, and runs on with the old key until something else redeploys it."
    ),
    remediation=(
        "Pass the name output of the endpoint configuration (endpoint_config_name=configuration.name) to the Endpoint, "
        "so that a replaced configuration redeploys it."
    ),
    url="https://www.pulumi.com/docs/iac/concepts/inputs-outputs/",
    judges=Endpoint,
    decide=decide,
    tags=("replacement", "pairing"),
    settings=(EXTERNAL_CONFIGURATIONS,),
)
