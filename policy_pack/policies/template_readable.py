"""A CloudFormation template can be read at preview, so nothing hides in it."""

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
            f"What {template.quoted} makes cannot be read in full before it is deployed, so an endpoint configuration "
            f"without encryption may hide in it:{reasons}"
        ),
        fix=(
            "Give the template or the state as a text that preview knows, with values as a template's parameters, or "
            "make endpoint configurations, Endpoints and keys outside of it."
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
        "What only AWS reads is judged by no policy: an endpoint configuration without a key passes unseen in a "
        "template at a URL, in a nested stack or behind a macro."
    ),
    remediation=(
        "Pass the template itself (templateBody) rather than its URL, without macros and nested stacks around "
        "SageMaker resources, and what only the update knows as parameters. Where a template is known to hold no "
        "endpoint configuration, exempt its stack with that reason."
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
