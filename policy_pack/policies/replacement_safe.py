"""Policy: a changed key reaches the running endpoint, by a generated name and with nothing deleted first."""

from __future__ import annotations

from policy_pack.judging.phase import WRITTEN
from policy_pack.judging.policy import ADVISORY, MEDIUM, RESOURCE, Context, Policy
from policy_pack.judging.verdict import CannotTell, Compliant, Decision, NotApplicable, Violation
from policy_pack.stack.model import DELETED_FIRST, MADE_FIRST, NOT_CHANGED, REFUSED, Configuration
from policy_pack.values import Unknown


def decide(configuration: Configuration, context: Context) -> Decision:
    if configuration.is_experiment:
        return NotApplicable("The configuration is an inference experiment, which no Endpoint names.")
    if configuration.generated_name is False:
        return _fixed_name(configuration)
    if configuration.deleted_first:
        return Violation(
            why=(
                f"{configuration.deleting.said}, so a changed key deletes the configuration while its Endpoint still "
                "uses it. SageMaker does not support deleting a configuration that a running or updating endpoint uses."
            ),
            fix=(f"{configuration.deleting.undo}: the new configuration has a name of its own and can be made first."),
        )
    if isinstance(configuration.generated_name, Unknown) and isinstance(configuration.name, str):
        return CannotTell("Whether the configuration's name changes with its key is not known.")
    if isinstance(configuration.generated_name, Unknown):
        return CannotTell(
            "The configuration's name is either generated or set by hand; which one is not known before the update."
        )
    if context.phase in WRITTEN and configuration.deleted_first is not None:
        return Compliant(f"{_GENERATED} The file does not record whether {configuration.deleting.asked}.")
    return Compliant(_GENERATED)


_GENERATED = "The name is generated, so a replacement gets a new one."


def _fixed_name(configuration: Configuration) -> Violation:
    if configuration.replacement == NOT_CHANGED:
        return Violation(
            why=(
                f"{configuration.name_property} is set by hand, and the controller changes no endpoint configuration "
                "that exists. A changed key is not deployed until the name changes too, although the stack's state "
                "says that it is."
            ),
            fix=(
                f"End {configuration.name_property} with a hash of the rest of the spec, so that it changes with the "
                f"key, and pass the configuration's {configuration.output} to the Endpoint."
            ),
        )
    also = f" {configuration.deleting.undo}." if configuration.deleted_first else ""
    return Violation(
        why=_FIXED[configuration.replacement].format(name=configuration.name_property),
        fix=(
            f"Remove {configuration.name_property}, so that a unique name is generated, and let the Endpoint take it "
            f"from the configuration's {configuration.output}.{also}"
        ),
    )


_FIXED = {
    DELETED_FIRST: (
        "{name} is set by hand, so a changed key deletes the configuration and makes a new one with the same name. The "
        "Endpoint shows no change and keeps running with the old key, or with none, while the stack's state says "
        "otherwise."
    ),
    MADE_FIRST: (
        "{name} is set by hand, and a changed key makes a new configuration before it deletes the old one. The name is "
        "still taken then, so the update fails."
    ),
    REFUSED: (
        "{name} is set by hand, and CloudFormation does not replace a resource with a custom name. A changed key "
        "cannot be deployed until the name changes too."
    ),
}


POLICY = Policy(
    name="replacement-safe",
    kind=RESOURCE,
    level=ADVISORY,
    severity=MEDIUM,
    title="A changed key reaches the endpoint",
    description="SageMaker endpoint configurations have generated names, so that a replacement reaches the endpoint.",
    risk=(
        "A changed key replaces the configuration. If its name is fixed by hand, Pulumi deletes the old one first and "
        "makes a new one with the same name: the Endpoint sees no change and keeps running with the old key, or with "
        "none, while the stack's state says encrypted. CloudFormation refuses the replacement, and through Cloud "
        "Control the update fails. With deleteBeforeReplace, a configuration is deleted while its endpoint uses it."
    ),
    remediation=(
        "Remove the fixed name of the endpoint configuration, or use namePrefix. The generated name changes with every "
        "replacement, and the Endpoint that takes it from the output is redeployed. Remove deleteBeforeReplace."
    ),
    url="https://www.pulumi.com/docs/iac/concepts/resources/names/",
    bad="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    name="ranking",
    kms_key_arn=key.arn,
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    name_prefix="ranking-",
    kms_key_arn=key.arn,
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("replacement",),
)
