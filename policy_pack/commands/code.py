"""Pulumi programs in Python, for `explain`: what violates a policy, and what meets it.

Each is the part of a program that matters. `variants` stands for the production variants, `statements` for a key policy
that lets in the account and SageMaker, `other_region` for a provider of another region.
"""

from __future__ import annotations

_CONFIGURATION = """\
config = aws.sagemaker.EndpointConfiguration(
    "config",
    kms_key_arn={key},
    production_variants=variants,
)
"""
_KEY = """\
key = aws.kms.Key(
    "key",
    {}
    policy=statements,
)
"""
_ENDPOINT = 'aws.sagemaker.Endpoint("endpoint", endpoint_config_name={})\n'


def _with_key(*lines: str) -> str:
    return _KEY.format("\n    ".join(lines)) + _CONFIGURATION.format(key="key.arn")


_ROTATING = "enable_key_rotation=True,"
_GOOD = _with_key(_ROTATING)
_NO_KEY = _CONFIGURATION.replace("    kms_key_arn={key},\n", "")


def _with_variant(instance_type: str) -> str:
    variant = f"""\
[{{
        "variantName": "AllTraffic",
        "modelName": "model",
        "initialInstanceCount": 1,
        "instanceType": "{instance_type}",
    }}]"""
    return _GOOD.replace("production_variants=variants", f"production_variants={variant}")


def _capturing(key: str) -> str:
    capture = f"""\
    data_capture_config={{
        "enableCapture": True,
        "initialSamplingPercentage": 10,
        "destinationS3Uri": "s3://captured/requests",{key}
        "captureOptions": [{{"captureMode": "Input"}}],
    }},
)
"""
    return _GOOD.removesuffix(")\n") + capture


def _granting(principal: str) -> str:
    policy = f"""\
policy=json.dumps({{
        "Version": "2012-10-17",
        "Statement": [{{"Effect": "Allow", "Principal": {principal}, "Action": "kms:*", "Resource": "*"}}],
    }}),"""
    return _GOOD.replace("policy=statements,", policy)


_TEMPLATE = """\
aws.cloudformation.Stack(
    "serving",
    {},
)
"""

CODE: dict[str, tuple[str, str]] = {
    "encryption-at-rest-enabled": (_NO_KEY, _GOOD),
    "customer-managed-key": (_CONFIGURATION.format(key='"arn:aws:kms:us-east-1:111122223333:alias/aws/ebs"'), _GOOD),
    "key-in-same-region": (
        "# in us-east-1\n"
        + _CONFIGURATION.format(
            key='"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
        ),
        "# in us-east-1\n"
        + _CONFIGURATION.format(
            key='"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
        ),
    ),
    "key-covers-instance-storage": (_with_variant("ml.g5.xlarge"), _with_variant("ml.m5.xlarge")),
    "captured-data-encrypted": (_capturing(""), _capturing('\n        "kmsKeyId": key.arn,')),
    "replacement-safe": (
        _GOOD.replace('    "config",\n', '    "config",\n    name="serving",\n'),
        _GOOD.replace('    "config",\n', '    "config",\n    name_prefix="serving-",\n'),
    ),
    "template-readable": (
        _TEMPLATE.format('template_url="https://templates.s3.amazonaws.com/serving.yaml"'),
        _TEMPLATE.format('template_body=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})'),
    ),
    "key-resource-in-same-region": (
        _GOOD.replace("    policy=statements,\n)\nconfig", "    policy=statements,\n    opts=other_region,\n)\nconfig"),
        _GOOD,
    ),
    "key-resource-usable": (_with_key("is_enabled=False,", _ROTATING), _GOOD),
    "key-policy-grants-sagemaker": (
        _granting('{"Service": "s3.amazonaws.com"}'),
        _granting('{"AWS": "arn:aws:iam::111122223333:root", "Service": "sagemaker.amazonaws.com"}'),
    ),
    "key-policy-restricted": (_granting('"*"'), _granting('{"AWS": "arn:aws:iam::111122223333:root"}')),
    "key-rotation-enabled": (_with_key("enable_key_rotation=False,"), _GOOD),
    "endpoint-follows-replacement": (
        _GOOD.replace('    "config",\n', '    "config",\n    name="serving",\n') + _ENDPOINT.format('"serving"'),
        _GOOD + _ENDPOINT.format("config.name"),
    ),
    "endpoint-configuration-in-stack": (
        _ENDPOINT.format('"made-elsewhere"'),
        _GOOD + _ENDPOINT.format("config.name"),
    ),
    "paired-with-endpoint": (_GOOD, _GOOD + _ENDPOINT.format("config.name")),
}
