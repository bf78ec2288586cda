"""Policy: data capture, asynchronous output and core dumps name a key too."""

from __future__ import annotations

from policy_pack.aws.key_names import names_aws_managed_key, parse_key
from policy_pack.gaps import sample
from policy_pack.judging.policy import ADVISORY, MEDIUM, RESOURCE, Context, Policy
from policy_pack.judging.verdict import COMPLIANT, CannotTell, Decision, NotApplicable, Violation
from policy_pack.stack.model import Configuration
from policy_pack.values import PartlyKnown, Text, Unknown, WrongType


def decide(configuration: Configuration, context: Context) -> Decision:
    if not configuration.storage:
        return NotApplicable("The configuration has no data capture, no asynchronous output and no core dumps.")
    open_ = [each for each in configuration.storage if _is_without_key(each.key)]
    if open_:
        what = " and ".join(each.what for each in open_)
        return Violation(
            why=(
                f"The configuration names no customer-managed key for its {what}, so what the endpoint writes to S3 "
                "is not encrypted with a key you control."
            ),
            fix=f"Set {' and '.join(each.property for each in open_)} to a customer-managed KMS key.",
        )
    if any(isinstance(each.key, Unknown) and not _is_with_key(each.key) for each in configuration.storage):
        return CannotTell(
            "The key for captured data, asynchronous output or core dumps is not known before the update."
        )
    return COMPLIANT


def _is_with_key(key: Text) -> bool:
    typical = sample(key.text) if isinstance(key, PartlyKnown) and not key.may_be_absent else None
    return typical is not None and parse_key(typical, short_forms=True) is not None


def _is_without_key(key: Text) -> bool:
    if isinstance(key, PartlyKnown):
        from policy_pack.aws.key_forms import (
            may_be_of_a_customer,
            may_be_of_aws,
        )  # imported only for a partly known key

        return may_be_of_aws(key.text) and not may_be_of_a_customer(key.text, short_forms=True)
    return key is None or isinstance(key, WrongType) or (isinstance(key, str) and names_aws_managed_key(key))


POLICY = Policy(
    name="captured-data-encrypted",
    kind=RESOURCE,
    level=ADVISORY,
    severity=MEDIUM,
    title="Captured data is encrypted too",
    description="Data capture, asynchronous output and core dumps of SageMaker endpoints are encrypted with a KMS key.",
    risk=(
        "Requests and responses can be more sensitive than the model itself. Data capture, asynchronous inference and "
        "core dumps write them to S3, which the key of the instance volumes does not encrypt."
    ),
    remediation=(
        "Set kmsKeyId in dataCaptureConfig, in asyncInferenceConfig.outputConfig and in each variant's coreDumpConfig. "
        "The key of the configuration itself encrypts only the instance volumes, not what is written to S3."
    ),
    url="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html",
    bad="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
capture = {
    "enable_capture": True,
    "destination_s3_uri": "s3://captured-requests",
    "initial_sampling_percentage": 20,
    "capture_options": [{"capture_mode": "Input"}],
}
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn=key.arn,
    data_capture_config=capture,
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    good="""
key = aws.kms.Key("ranking", enable_key_rotation=True)
capture = {
    "enable_capture": True,
    "destination_s3_uri": "s3://captured-requests",
    "initial_sampling_percentage": 20,
    "capture_options": [{"capture_mode": "Input"}],
    "kms_key_id": key.arn,
}
configuration = aws.sagemaker.EndpointConfiguration(
    "ranking",
    kms_key_arn=key.arn,
    data_capture_config=capture,
    production_variants=variants,
)
aws.sagemaker.Endpoint("ranking", endpoint_config_name=configuration.name)
""",
    judges=Configuration,
    decide=decide,
    tags=("encryption", "s3"),
)
