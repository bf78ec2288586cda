"""The physical name is not fixed by hand, so that a changed key reaches the running endpoint."""

from __future__ import annotations

from policy_pack.judging.policy import ADVISORY, MEDIUM, RESOURCE, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, Violation
from policy_pack.stack.model import Configuration
from policy_pack.values import Unknown


def decide(configuration: Configuration, context: Context) -> Decision:
    if isinstance(configuration.generated_name, Unknown):
        return CannotTell("Its name is not known before the update.")
    if configuration.generated_name:
        return COMPLIANT
    return Violation(
        why=(
            "Its name is fixed. A changed key replaces it under the same name, so its Endpoint sees no change and runs "
            "on with the old key, while the stack says otherwise."
        ),
        fix=(
            f"Leave {configuration.name_property} out, so that a name with something random in it is generated, and "
            "let the Endpoint take it from the configuration's output."
        ),
    )


POLICY = Policy(
    name="replacement-safe",
    kind=RESOURCE,
    level=ADVISORY,
    severity=MEDIUM,
    title="The name is generated",
    description="SageMaker endpoint configurations have generated names, so that a replacement reaches the endpoint.",
    risk=(
        "A changed key replaces the configuration. Under a name fixed by hand the new one has the old one's name: the "
        "Endpoint sees no change and goes on with the old key, or with none, while the stack's state says encrypted."
    ),
    remediation=(
        "Remove the fixed name of the endpoint configuration, or use namePrefix; the generated name changes with every "
        "replacement, and the Endpoint that takes it from the output is redeployed."
    ),
    url="https://www.pulumi.com/docs/iac/concepts/resources/names/",
    judges=Configuration,
    decide=decide,
    tags=("replacement",),
)
