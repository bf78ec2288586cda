"""Policy: every resource that may make an endpoint configuration is of a kind that the pack reads."""

from __future__ import annotations

from policy_pack.judging.policy import ADVISORY, MEDIUM, RESOURCE, Context, Policy
from policy_pack.judging.verdict import CannotTell, Decision, Violation
from policy_pack.stack.model import Unread


def decide(unread: Unread, context: Context) -> Decision:
    if not unread.certain:
        return CannotTell(
            f"{unread.quoted} is {unread.what}, and whether it makes an endpoint configuration is not known."
        )
    makes = "may make" if unread.may_be_another else "makes"
    why = (
        f"{unread.quoted} is {unread.what}, so this pack cannot check whether an endpoint configuration that it "
        f"{makes} is encrypted."
    )
    fix = (
        "Make the endpoint configuration as a resource in a Pulumi program that this pack checks, or exempt "
        f"{unread.quoted} with the reason why it needs no check."
    )
    if unread.missing is not None:
        why += f" The definition names no {unread.missing}, so what it makes has no customer-managed key."
        fix = f"Name a customer-managed key as {unread.missing} in its definition. {fix}"
    return Violation(why, fix)


POLICY = Policy(
    name="carrier-readable",
    kind=RESOURCE,
    level=ADVISORY,
    severity=MEDIUM,
    title="Whatever makes endpoint configurations can be read",
    description="Resources that may make a SageMaker endpoint configuration are of a kind that this pack reads.",
    risk=(
        "No policy checks an endpoint configuration that a command, a workflow or a Service Catalog product makes: "
        "without a key, it passes every check of this stack."
    ),
    remediation=(
        "Make endpoint configurations as resources of a Pulumi program (aws.sagemaker.EndpointConfiguration), even "
        "if a workflow or a command makes the Endpoint. If a resource makes no endpoint configuration, or another "
        "check covers it, exempt it with that reason."
    ),
    url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    bad="""
aws.servicecatalog.ProvisionedProduct(
    "ranking",
    product_name="sagemaker-endpoint",
    provisioning_artifact_name="v3",
)
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Unread,
    decide=decide,
    tags=("carriers",),
)
