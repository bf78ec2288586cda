"""Policy: an Endpoint's configuration is managed in the same stack, so it is checked there."""

from __future__ import annotations

from policy_pack.judging.policy import ADVISORY, MEDIUM, STACK, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._managed_elsewhere import EXTERNAL_CONFIGURATIONS, is_managed_elsewhere
from policy_pack.stack.links import configurations_by_name, configurations_from, configurations_left, is_hidden
from policy_pack.stack.model import Endpoint
from policy_pack.values import Unknown


def decide(endpoint: Endpoint, context: Context) -> Decision:
    if configurations_from(endpoint, context.stack) or configurations_by_name(endpoint, context.stack):
        return COMPLIANT
    if is_managed_elsewhere(endpoint.configuration_name, context):
        return NotApplicable("The Endpoint's configuration is managed elsewhere on purpose (externalConfigurations).")
    if configurations_left(endpoint, context.stack):
        return NotApplicable("The Endpoint runs a different configuration, as endpoint-follows-replacement reports.")
    name = endpoint.configuration_name
    if name is None or (isinstance(name, Unknown) and not endpoint.configuration_sources):
        return CannotTell("The configuration that the Endpoint uses is not known before the update.")
    if is_hidden(endpoint.configuration_sources, context.stack):
        return CannotTell("The configuration's name comes from a template that cannot be read before the update.")
    return Violation(
        why="The Endpoint's configuration is not managed in this stack, so this pack cannot check its encryption.",
        fix=(
            f"Make the configuration in this stack and set {endpoint.configuration_property} to its name output. If "
            "another stack checks it, list its name in the setting externalConfigurations."
        ),
    )


POLICY = Policy(
    name="endpoint-configuration-in-stack",
    kind=STACK,
    level=ADVISORY,
    severity=MEDIUM,
    title="The endpoint's configuration is checked here",
    description="A SageMaker Endpoint uses an endpoint configuration that is managed in the same stack.",
    risk=(
        "An Endpoint whose configuration is made elsewhere can run unencrypted while every check of this stack passes."
    ),
    remediation=(
        "Manage the endpoint configuration in the stack of its Endpoint. Where it is made elsewhere on purpose, "
        "enforce this pack there too and list its name in the setting externalConfigurations."
    ),
    url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
    bad="""
aws.sagemaker.Endpoint("ranking", endpoint_config_name="made-by-somebody-else")
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Endpoint,
    decide=decide,
    tags=("pairing",),
    settings=(EXTERNAL_CONFIGURATIONS,),
)
