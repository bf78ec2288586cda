"""A changed key reaches the running endpoint: by a generated name, and without deleting what the endpoint runs."""

from __future__ import annotations

from policy_pack.judging.phase import WRITTEN
from policy_pack.judging.policy import ADVISORY, MEDIUM, RESOURCE, Context, Policy
from policy_pack.judging.verdict import CannotTell, Compliant, Decision, NotApplicable, Violation
from policy_pack.stack.model import DELETED_FIRST, MADE_FIRST, NOT_CHANGED, REFUSED, Configuration
from policy_pack.values import Unknown


def decide(configuration: Configuration, context: Context) -> Decision:
    if configuration.is_experiment:
        return NotApplicable("It is an inference experiment, which no Endpoint names.")
    if configuration.generated_name is False:
        return _fixed_name(configuration)
    if configuration.deleted_first:
        return Violation(
            why=(
                f"{configuration.deleting.said}, so a changed key deletes the configuration while its Endpoint still "
                "runs on it. AWS says not to delete one that is in use, or while its endpoint is updated."
            ),
            fix=(f"{configuration.deleting.undo}: the new configuration has a name of its own and can be made first."),
        )
    if isinstance(configuration.generated_name, Unknown):
        return CannotTell("Its name is not known before the update.")
    if context.phase in WRITTEN and configuration.deleted_first is not None:
        return Compliant(f"{_GENERATED} Whether deleteBeforeReplace is set is not recorded in what was read.")
    return Compliant(_GENERATED)


_GENERATED = "Its name is generated, so that a replacement has another one."


def _fixed_name(configuration: Configuration) -> Violation:
    if configuration.replacement == NOT_CHANGED:
        return Violation(
            why=(
                f"{configuration.name_property} is set by hand, and the controller changes no endpoint configuration "
                "that exists: a changed key is not deployed until the name changes too, while the stack's state says "
                "otherwise."
            ),
            fix=(
                f"Let {configuration.name_property} end with a hash of the rest of the spec, so that it changes with "
                f"the key, and let the Endpoint take it from the configuration's {configuration.output}."
            ),
        )
    also = f" {configuration.deleting.undo} too." if configuration.deleted_first else ""
    return Violation(
        why=_FIXED[configuration.replacement].format(name=configuration.name_property),
        fix=(
            f"Leave {configuration.name_property} out, so that a name with something random in it is generated, and "
            f"let the Endpoint take it from the configuration's {configuration.output}.{also}"
        ),
    )


_FIXED = {
    DELETED_FIRST: (
        "{name} is set by hand, so a changed key deletes the configuration and makes another of the same name. The "
        "Endpoint shows no change and goes on with the old key, or with none, while the stack's state says otherwise."
    ),
    MADE_FIRST: (
        "{name} is set by hand, and a changed key makes another configuration before the old one is deleted. As the "
        "name is taken, the update fails."
    ),
    REFUSED: (
        "{name} is set by hand, and CloudFormation replaces nothing that has a name of its own: a changed key cannot "
        "be deployed until the name changes too."
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
        "A changed key replaces the configuration. Under a name fixed by hand Pulumi deletes the old one first and the "
        "new one has its name: the Endpoint sees no change and goes on with the old key, or with none, while the "
        "stack's state says encrypted. CloudFormation refuses to replace it, and through Cloud Control the update "
        "fails. With deleteBeforeReplace, a configuration is deleted while its endpoint still runs on it."
    ),
    remediation=(
        "Remove the fixed name of the endpoint configuration, or use namePrefix; the generated name changes with every "
        "replacement, and the Endpoint that takes it from the output is redeployed. Leave out deleteBeforeReplace."
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
