"""An endpoint configuration names a KMS key."""

from __future__ import annotations

from policy_pack.model import Configuration
from policy_pack.policy import HIGH, MANDATORY, RESOURCE, Context, Policy
from policy_pack.verdict import COMPLIANT, Decision, Violation


def decide(configuration: Configuration, context: Context) -> Decision:
    if configuration.key is not None:
        return COMPLIANT
    return Violation(
        why=(
            f"It sets no {configuration.key_property}, so the volumes of its instances are encrypted with a key that "
            "AWS owns: nobody can restrict, log or revoke its use."
        ),
        fix=f"Set {configuration.key_property} to the ARN of a customer-managed key in the configuration's region.",
    )


POLICY = Policy(
    name="encryption-at-rest-enabled",
    kind=RESOURCE,
    level=MANDATORY,
    severity=HIGH,
    title="Endpoint configurations name a KMS key",
    description="SageMaker endpoint configurations encrypt their instance volumes with a KMS key.",
    remediation=(
        "Set kmsKeyArn of the endpoint configuration (kmsKeyId with aws-native, KmsKeyId in CloudFormation) to the ARN "
        "of a customer-managed KMS key in the same region. The configuration is replaced; an Endpoint that takes its "
        "name from the configuration's output is redeployed with it."
    ),
    url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    judges=Configuration,
    decide=decide,
    tags=("encryption",),
)
