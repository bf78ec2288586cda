"""How Terraform's names become Pulumi's, by rule, so that a package may have any name.

A resource's type loses the provider's prefix, and the rest appears twice in the token: ``aws_kms_key`` is
``PACKAGE:index/kmsKey:KmsKey``. An attribute's name is in camel case, and plural if it is a list of several items; a
nested block that appears at most once is an object.

Sources: "Any Terraform Provider" in the Pulumi documentation; the package tfbridge of the Pulumi Terraform bridge
(`TerraformToPulumiNameV2`, `tokens.SingleModule`, `tokens.MakeStandard`); the resources' names in the Terraform
Registry, provider hashicorp/aws.
"""

from __future__ import annotations

import re

from policy_pack.values import Plain

# Modules of the classic provider whose name differs from Terraform's.
_SERVICES = {"cloudcontrol": "cloudcontrolapi"}
# Singular names of blocks that may appear several times.
_PLURALS = {"inlinePolicy": "inlinePolicies"}
# The keys in these are not the schema's.
_VERBATIM = frozenset({"parameters", "tags", "tagsAll"})


def type_of(classic: str) -> str:
    """Terraform's name of a type of the classic provider: `aws_kms_key` for `aws:kms/key:Key`."""
    _, module, name = classic.split(":")
    service = module.partition("/")[0]
    return f"aws_{_SERVICES.get(service, service)}{re.sub('[A-Z]', lambda match: f'_{match[0].lower()}', name)}"


def type_of_cloud_control(resource_type: str) -> str:
    """Terraform's name of one of AWS's own types in the provider awscc: `awscc_kms_key` for `AWS::KMS::Key`."""
    _, service, name = resource_type.split("::")
    return f"awscc_{service.lower()}_{re.sub('(?<=[a-z0-9])(?=[A-Z])', '_', name).lower()}"


def token(terraform_type: str) -> str:
    """The type of a Terraform resource in a bridged provider, in a package of any name."""
    name = camel_case(terraform_type.partition("_")[2])
    return f"*:index/{name}:{name[:1].upper()}{name[1:]}"


def camel_case(name: str) -> str:
    """`kmsKeyArn` for `kms_key_arn`."""
    return re.sub("(?<=[a-z0-9])_+([a-z0-9])", lambda match: match[1].upper(), name)


def snake_case(path: str) -> str:
    """`data_capture_config.kms_key_id` for `dataCaptureConfig.kmsKeyId`."""
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", path)


def in_camel_case(value: Plain) -> Plain:
    """A value with the classic provider's names of attributes, at any depth."""
    if isinstance(value, list):
        return [in_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {camel_case(name): item for name, item in value.items()}
    return {name: item if name in _VERBATIM else in_camel_case(item) for name, item in named.items()}


def classic_name(name: str) -> str:
    """The classic provider's name of an attribute."""
    found = camel_case(name)
    return _PLURALS.get(found, found)
