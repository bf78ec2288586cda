"""Policy: an endpoint configuration names a KMS key.

Source: "Create an endpoint configuration" for Serverless Inference in the Amazon SageMaker Developer Guide.
"""

from __future__ import annotations

from typing import Any

from policy_pack import quoting
from policy_pack.aws.instances import has_local_storage
from policy_pack.aws.key_names import names_aws_managed_key, parse_key
from policy_pack.aws.regions import partition_of
from policy_pack.judging.policy import HIGH, MANDATORY, RESOURCE, Context, Policy
from policy_pack.judging.settings import HONOR_SUPPRESSIONS, UNDECIDED, Setting, choice
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.stack.model import Configuration, Suppression


def decide(configuration: Configuration, context: Context) -> Decision:
    if configuration.key_may_be_missing:
        return CannotTell("The key, if there is one, is not known before the update.")
    if configuration.key is not None:
        return COMPLIANT
    if context.settings["instanceStorageOnly"] == "exempt" and _keeps_data_on_local_storage_only(configuration):
        return NotApplicable("All variants keep their data on local instance storage, which no KMS key encrypts.")
    offered = context.settings["keyArnByRegion"]
    region = configuration.place.region
    missing = ""
    local = _keeps_data_on_local_storage_only(configuration)
    if offered and key_for(configuration, context) is None:
        where = quoting.region(region) if isinstance(region, str) else "its Region, which is not known"
        missing = f" The setting keyArnByRegion has no key for {where}."
    return Violation(
        why=(
            f"{configuration.key_property} is not set, so {_kept(configuration)} not encrypted with a key you control. "
            f"{_LOCAL if local else _CONSEQUENCE}{missing}"
        ),
        fix=(
            f"Set {configuration.key_property} to the ARN of a customer-managed key in the configuration's Region."
            f"{_IF_REFUSED if local else ''}"
        ),
        suppression=next(filter(_is_of_this_check, configuration.suppressions), None),
    )


_CONSEQUENCE = "You cannot restrict, audit or revoke the use of the key that protects them now."
# Older API texts and rules of other tools say that such instances accept no key.
_LOCAL = "The local NVMe storage of these instances has a hardware key of its own; the volumes beside it need this one."
_IF_REFUSED = (
    " If CreateEndpointConfig still refuses a key for these instance types in your account, set instanceStorageOnly of "
    "this policy to exempt."
)

# The names of this check in other tools that read templates.
_IN_CDK_NAG = "SageMakerEndpointConfigurationKMSKeyConfigured"
_OTHERS = {"cfn_nag": "W1200", "guard": "SAGEMAKER_ENDPOINT_CONFIGURATION_KMS_KEY_CONFIGURED"}


def _is_of_this_check(suppression: Suppression) -> bool:
    if suppression.tool == "cdk_nag":
        # A rule's full name is its pack's name, a dash and its own name (HIPAA.Security-...), perhaps with a finding.
        return suppression.rule.partition("[")[0].rpartition("-")[2] == _IN_CDK_NAG
    return _OTHERS.get(suppression.tool) == suppression.rule


def _kept(configuration: Configuration) -> str:
    """What the key encrypts: serverless variants have no volumes of their own."""
    if configuration.variants and all(each.serverless is True for each in configuration.variants):
        return "the container images that SageMaker keeps for the serverless variants are"
    return "the instance volumes are"


def key_for(configuration: Configuration, context: Context) -> str | None:
    """The organization's key for a configuration's Region."""
    region = configuration.place.region
    key = context.settings["keyArnByRegion"].get(region) if isinstance(region, str) else None
    return key if isinstance(key, str) else None


def _keeps_data_on_local_storage_only(configuration: Configuration) -> bool:
    return bool(configuration.variants) and all(
        each.serverless is False and isinstance(each.instance_type, str) and has_local_storage(each.instance_type)
        for each in configuration.variants
    )


def _check_key(entry: tuple[str, Any]) -> str | None:
    region, key = entry
    if partition_of(region) is None:
        return "is not an AWS Region such as eu-west-1"
    parsed = parse_key(key, short_forms=False) if isinstance(key, str) else None
    if parsed is None or names_aws_managed_key(key):
        return "is not the ARN of a customer-managed KMS key"
    in_place = parsed.region == region and parsed.partition == partition_of(region)
    return None if in_place else "is the ARN of a key in another Region"


POLICY = Policy(
    name="encryption-at-rest-enabled",
    kind=RESOURCE,
    level=MANDATORY,
    severity=HIGH,
    title="Endpoint configurations name a KMS key",
    description="SageMaker endpoint configurations encrypt their instance volumes with a KMS key.",
    risk=(
        "The volumes of an endpoint's instances hold model artifacts and inference data. Without a customer-managed "
        "key, you cannot restrict, audit or revoke who may decrypt them."
    ),
    remediation=(
        "Set kmsKeyArn of the endpoint configuration (kmsKeyId with aws-native, KmsKeyId in CloudFormation) to the ARN "
        "of a customer-managed KMS key in the same Region. The configuration is replaced; an Endpoint that takes its "
        "name from the configuration's output is redeployed with it. Instances with local NVMe storage (GPU types such "
        "as ml.g5) take a key too: it encrypts the volumes attached to them. If AWS still refuses the key in your "
        "account, set instanceStorageOnly to exempt."
    ),
    url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    bad="""
configuration = aws.sagemaker.EndpointConfiguration("ranking", production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
configuration = aws.sagemaker.EndpointConfiguration("ranking", kms_key_arn=key.arn, production_variants=variants)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("encryption",),
    remediate=key_for,
    scopes=True,
    settings=(
        UNDECIDED,
        HONOR_SUPPRESSIONS,
        choice(
            "instanceStorageOnly",
            "Whether a configuration must name a key (require) or need not (exempt) if all its variants keep their "
            "data on local instance storage, which no KMS key encrypts.",
            ("require", "exempt"),
            "require",
        ),
        Setting(
            "keyArnByRegion",
            {
                "type": "object",
                "default": {},
                "additionalProperties": {"type": "string"},
                "description": (
                    "The ARN of the organization's key for each Region. If the policy's level is remediate, a "
                    "configuration without a key gets the key for its Region."
                ),
            },
            _check_key,
        ),
    ),
)
