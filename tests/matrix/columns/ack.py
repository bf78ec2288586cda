"""Custom resources of ACK, which the provider `kubernetes` makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pulumi

from tests.matrix.columns import Given, resolved
from tests.matrix.parts import CONFIGURATION, ENDPOINT, Parts
from tests.matrix.spelling import camel_case, spelled
from tests.programs.blocks import later

_KINDS: Mapping[str, str] = {CONFIGURATION: "EndpointConfig", ENDPOINT: "Endpoint"}
_GROUP = "sagemaker.services.k8s.aws/v1alpha1"
PARTS = _KINDS.keys()


class _CustomResource(pulumi.CustomResource):
    spec: pulumi.Output[Any]


def make(parts: Parts, others: Given) -> Given:
    made = dict(others)
    for label, part in parts.items():
        spec = spelled(resolved(part, made), _name)
        if part.type == CONFIGURATION:
            # The definition requires a name, and nobody makes one.
            spec = {"endpointConfigName": later(f"{label}-1a2b3c4"), **spec}
        metadata = {"name": label, "annotations": {"services.k8s.aws/region": part.region or "us-east-1"}}
        properties = {"apiVersion": _GROUP, "kind": _KINDS[part.type], "metadata": metadata, "spec": spec}
        resource = _CustomResource(f"kubernetes:{_GROUP}:{_KINDS[part.type]}", label, properties)
        made[label] = partial(_output, resource)
    return made


def _output(resource: _CustomResource, attribute: str) -> pulumi.Output[Any]:
    return resource.spec.apply(lambda spec: spec[_name(attribute)])


def _name(name: str) -> str:
    """A name of AWS's own as the custom resources spell it."""
    return re.sub("(Id|Arn|Uri)$", lambda found: found[0].upper(), camel_case(name))
