"""Policy: a configuration is used by an Endpoint of the stack."""

from __future__ import annotations

from policy_pack.judging.policy import ADVISORY, LOW, STACK, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.policies._managed_elsewhere import EXTERNAL_CONFIGURATIONS, is_managed_elsewhere
from policy_pack.stack import links
from policy_pack.stack.model import Configuration


def decide(configuration: Configuration, context: Context) -> Decision:
    pairs = context.stack.cached(links.pairs)
    if configuration.id in pairs.used:
        return COMPLIANT
    if configuration.is_experiment:
        return NotApplicable("The configuration is an inference experiment, which no Endpoint names.")
    if is_managed_elsewhere(configuration.name, context):
        return NotApplicable("The Endpoint is managed elsewhere on purpose (externalConfigurations).")
    if configuration.id in pairs.left:
        return NotApplicable("The Endpoint that takes its name from this configuration runs a different configuration.")
    if pairs.unclear:
        return CannotTell("An Endpoint of the stack uses a configuration that is not known before the update.")
    if configuration.id in pairs.hidden:
        return CannotTell("A template that cannot be read before the update takes the configuration's name.")
    return Violation(
        why=(
            "No Endpoint of this stack uses the configuration, so it protects nothing here, or its Endpoint cannot "
            "follow a replacement."
        ),
        fix="Pass the configuration's name output to an Endpoint of this stack, or remove the configuration.",
    )


POLICY = Policy(
    name="paired-with-endpoint",
    kind=STACK,
    level=ADVISORY,
    severity=LOW,
    title="Configurations are used by an Endpoint",
    description="A SageMaker endpoint configuration is used by an Endpoint of the same stack.",
    risk="A configuration that no Endpoint uses protects nothing, and may be taken for the one that is in use.",
    remediation=(
        "Pass the configuration's name output to an Endpoint of the stack, or remove the configuration. Where the "
        "Endpoint lives in another stack on purpose, list the configuration's name in externalConfigurations."
    ),
    url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
    bad="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("pairing",),
    settings=(EXTERNAL_CONFIGURATIONS,),
)
