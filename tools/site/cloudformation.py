"""Converts programs to CloudFormation templates, if the template of one stack can express the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from tools.site.languages import WIDTH, camel_case
from tools.site.programs import Json, Output, Resource

_TYPES = {
    "EndpointConfiguration": "AWS::SageMaker::EndpointConfig",
    "Endpoint": "AWS::SageMaker::Endpoint",
    "Model": "AWS::SageMaker::Model",
    "Key": "AWS::KMS::Key",
    "Role": "AWS::IAM::Role",
    "Stack": "AWS::CloudFormation::Stack",
    "ProvisionedProduct": "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
}
# Names of properties in AWS's own types that differ.
_RENAMED = {
    ("EndpointConfiguration", "kms_key_arn"): "KmsKeyId",
    ("EndpointConfiguration", "name"): "EndpointConfigName",
    ("Key", "policy"): "KeyPolicy",
    ("Key", "is_enabled"): "Enabled",
    ("Role", "assume_role_policy"): "AssumeRolePolicyDocument",
}
_DEFAULTED = {"name_prefix"}  # CloudFormation has no name prefix: it generates the whole name
_REQUIRED = {"variant_name": "main", "initial_variant_weight": 1}


def template(made: Iterable[Resource]) -> str:
    """A template in YAML."""
    bodies: dict[str, Any] = {}
    for each in made:
        if "template_body" in each.arguments:
            return _dumped(each.arguments["template_body"].value)
        properties = {
            _name(each, name): _value(value, name) for name, value in each.arguments.items() if name not in _DEFAULTED
        }
        bodies[each.kind] = {"Type": _TYPES[each.kind], **({"Properties": properties} if properties else {})}
    return _dumped({"Resources": bodies})


def _name(resource: Resource, name: str) -> str:
    return _RENAMED.get((resource.kind, name)) or _capitalized(name)


def _capitalized(name: str) -> str:
    spelled = camel_case(name).replace("templateUrl", "templateURL")
    return spelled[:1].upper() + spelled[1:]


def _value(value: Any, name: str = "") -> Any:
    if isinstance(value, Output):
        return _Tagged("!GetAtt", f"{value.resource.kind}.{_attribute(value)}")
    if isinstance(value, Json):
        return value.value
    if isinstance(value, dict):
        return {_capitalized(key): _value(each, key) for key, each in value.items()}
    if isinstance(value, list):
        required = _REQUIRED if name == "production_variants" else {}
        return [_value({**required, **each} if isinstance(each, dict) else each) for each in value]
    return value


def _attribute(output: Output) -> str:
    names = {"EndpointConfiguration": "EndpointConfigName", "Model": "ModelName"}
    return names[output.resource.kind] if output.name == "name" else _capitalized(output.name)


class _Tagged:
    """A function of CloudFormation in its short form."""

    def __init__(self, tag: str, value: str) -> None:
        self.tag, self.value = tag, value


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(_Tagged, lambda dumper, data: dumper.represent_scalar(data.tag, data.value, style=""))


def _dumped(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=WIDTH)
