"""The control that the pack enforces: what other tools call it, and the requirements that it helps to meet.

An identifier's source is its `url`, a page or a file of the tool's publisher, all of which were read in November 2026.

Sources: "SageMaker endpoint configuration encryption should be enabled" of Compliance.tf;
"sagemaker-endpoint-configuration-kms-key-configured" and "sagemaker-endpoint-config-kms-key-required" in the AWS Config
Developer Guide; the files of rules of Checkov, Powerpipe, Prowler, KICS, cdk-nag and cfn_nag; "SageMaker endpoint
config should specify KmsKeyId attribute" in Datadog's documentation; "Endpoints Encrypted With KMS Customer Managed
Keys" in Trend Micro's knowledge base, which speaks of container images and looks at the configuration's encryption key.
"""

from __future__ import annotations

from policy_pack.judging.frameworks import ENCRYPTED, REQUIREMENTS, Requirement
from policy_pack.records import dataclass


@dataclass(frozen=True)
class Identifier:
    """What another tool calls a check of the same control.

    `scope` tells several checks of one tool apart: by what it reads, as in "CloudFormation", or by when it runs. `url`
    is the publisher's page about the check.
    """

    tool: str
    id: str
    scope: str = ""
    url: str = ""

    @property
    def label(self) -> str:
        """As in "KICS (Terraform)"."""
        return f"{self.tool} ({self.scope})" if self.scope else self.tool


@dataclass(frozen=True)
class Control:
    """A control: its title, its statement, the policies that decide on it, its identifiers and requirements."""

    id: str
    title: str
    statement: str
    policies: tuple[str, ...]
    identifiers: tuple[Identifier, ...]
    requirements: tuple[Requirement, ...]

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The names of the frameworks, without repeats."""
        return tuple(dict.fromkeys(each.framework for each in self.requirements))

    def requirements_of(self, policy: str) -> tuple[Requirement, ...]:
        """The requirements that ask for the policy with this short name."""
        return tuple(each for each in self.requirements if each.asks_for(policy))


CONTROL = Control(
    id="sagemaker_endpoint_configuration_encryption_at_rest_enabled",
    title="SageMaker endpoint configurations are encrypted at rest with a customer-managed KMS key",
    statement=(
        "The storage volumes attached to the instances of every SageMaker endpoint are encrypted with a KMS key that "
        "the customer manages, that works where the endpoint runs, and that the running endpoint really uses."
    ),
    policies=ENCRYPTED,
    identifiers=(
        Identifier(
            "Compliance.tf",
            "sagemaker_endpoint_configuration_encryption_at_rest_enabled",
            "Terraform",
            "https://compliance.tf/docs/controls/aws/sagemaker_endpoint_configuration_encryption_at_rest_enabled/",
        ),
        Identifier(
            "AWS Config",
            "SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED",
            "periodic",
            "https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-endpoint-configuration-kms-key-configured.html",
        ),
        # The guide for the Regions in China has the same page.
        Identifier(
            "AWS Config",
            "SAGEMAKER_ENDPOINT_CONFIG_KMS_KEY_REQUIRED",
            "on changes",
            "https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-endpoint-config-kms-key-required.html",
        ),
        Identifier(
            "Checkov",
            "CKV_AWS_98",
            "Terraform",
            "https://github.com/bridgecrewio/checkov/blob/main/checkov/terraform/checks/resource/aws/"
            "SagemakerEndpointConfigurationEncryption.py",
        ),
        Identifier(
            "Powerpipe",
            "aws_compliance.control.sagemaker_endpoint_configuration_encryption_at_rest_enabled",
            url="https://github.com/turbot/steampipe-mod-aws-compliance/blob/main/conformance_pack/sagemaker.pp",
        ),
        Identifier(
            "Prowler",
            "sagemaker_endpoint_config_kms_encryption_enabled",
            url="https://github.com/prowler-cloud/prowler/tree/master/prowler/providers/aws/services/sagemaker/"
            "sagemaker_endpoint_config_kms_encryption_enabled",
        ),
        Identifier(
            "KICS",
            "58b35504-0287-4154-bf69-02c0573deab8",
            "Terraform",
            "https://github.com/Checkmarx/kics/tree/master/assets/queries/terraform/aws/"
            "sagemaker_endpoint_configuration_encryption_disabled",
        ),
        Identifier(
            "KICS",
            "44034eda-1c3f-486a-831d-e09a7dd94354",
            "CloudFormation",
            "https://github.com/Checkmarx/kics/tree/master/assets/queries/cloudFormation/aws/"
            "sagemaker_endpoint_config_should_specify_kms_key_id_attribute",
        ),
        Identifier(
            "Datadog",
            "cloudformation-aws-sagemaker-endpoint-config-should-specify-kms-key-id-attribute",
            "CloudFormation",
            "https://docs.datadoghq.com/security/code_security/iac_security/iac_rules/"
            "cloudformation-aws-sagemaker-endpoint-config-should-specify-kms-key-id-attribute/",
        ),
        Identifier(
            "cdk-nag",
            "SageMakerEndpointConfigurationKMSKeyConfigured",
            "CDK",
            "https://github.com/cdklabs/cdk-nag/blob/main/src/rules/sagemaker/"
            "SageMakerEndpointConfigurationKMSKeyConfigured.ts",
        ),
        Identifier(
            "cfn_nag",
            "W1200",
            "CloudFormation",
            "https://github.com/stelligent/cfn_nag/blob/master/lib/cfn-nag/custom_rules/"
            "SageMakerEndpointConfigKmsKeyIdRule.rb",
        ),
        Identifier(
            "Trend Micro",
            "Endpoints Encrypted With KMS Customer Managed Keys",
            url="https://trendmicro.com/cloudoneconformity/knowledge-base/aws/SageMaker/endpoint-encrypted-with-cmk.html",
        ),
    ),
    requirements=REQUIREMENTS,
)
