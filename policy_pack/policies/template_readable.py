"""Policy: a CloudFormation template can be read at preview, so that nothing hides in it."""

from __future__ import annotations

from policy_pack.judging.policy import ADVISORY, MEDIUM, RESOURCE, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, Decision, Violation
from policy_pack.stack.model import Template


def decide(template: Template, context: Context) -> Decision:
    if not template.unreadable:
        return COMPLIANT
    reasons = "".join(f"\n- {reason}" for reason in template.unreadable)
    return Violation(
        why=(
            f"{template.quoted} cannot be read in full before it is deployed, so an endpoint configuration without "
            f"encryption may be in it:{reasons}"
        ),
        fix=(
            "Pass the template or the state as text that is known at preview, with parameters for the values that are "
            "not, or make endpoint configurations, Endpoints and keys outside it."
        ),
    )


POLICY = Policy(
    name="template-readable",
    kind=RESOURCE,
    level=ADVISORY,
    severity=MEDIUM,
    title="Templates can be read at preview",
    description="CloudFormation templates and Cloud Control states can be read before they are deployed.",
    risk=(
        "No policy can check what only AWS reads: an endpoint configuration without a key passes unseen in a template "
        "at a URL, in a nested stack or behind a macro."
    ),
    remediation=(
        "Pass the template itself (templateBody) rather than its URL, keep macros and nested stacks away from "
        "SageMaker resources, and pass what only the update knows as parameters. If a template holds no endpoint "
        "configuration, exempt its stack with that reason."
    ),
    url="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-guide.html",
    bad="""
aws.cloudformation.Stack("serving", template_url="https://templates.s3.amazonaws.com/serving.yaml")
""",
    good="""
template = {
    "Resources": {
        "Configuration": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {
                "KmsKeyId": "arn:aws:kms:us-east-1:111122223333:alias/ranking",
                "ProductionVariants": [{"ModelName": "ranking", "VariantName": "main", "InstanceType": "ml.m5.xlarge"}],
            },
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {"EndpointConfigName": {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}},
        },
    }
}
aws.cloudformation.Stack("serving", template_body=json.dumps(template))
""",
    judges=Template,
    decide=decide,
    tags=("cloudformation",),
)
