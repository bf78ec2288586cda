"""SageMaker resources of AWS Controllers for Kubernetes (ACK), as the provider `kubernetes` registers them.

They are AWS's own resource types in `spec`, with acronyms in capitals (``kmsKeyID``). The engine knows the sources only
of the whole spec, so they count for every property in it.

Sources: the custom resource definitions endpointconfigs, endpoints and models of sagemaker.services.k8s.aws/v1alpha1 in
ACK's published chart; "Manage Resources in Multiple Regions" in ACK's documentation, for the annotation of a region;
"CustomResource" in the Pulumi Registry, package Kubernetes, for types (``kubernetes:GROUP/VERSION:KIND``). A changed
spec of an endpoint configuration gets the condition ACK.Terminal, "not implemented", from its controller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from policy_pack.carriers import resource_types, shapes
from policy_pack.carriers.given import Given, given_by
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.naming import ends_like_a_hash, is_generated
from policy_pack.carriers.place import Surroundings
from policy_pack.expressions import expression
from policy_pack.stack.model import NOT_CHANGED, AnyNode, Place, Resource
from policy_pack.values import NOTHING_KNOWN, UNKNOWN, Plain, Text, Unknown, WrongType, text

TITLE = "ACK"

_GROUP = "kubernetes:sagemaker.services.k8s.aws/v1alpha1"
_REGION = "services.k8s.aws/region"
_ACRONYM, _NO_NAME = expression("(ID|ARN|URI)$"), expression("(Id|Arn|Uri)$")


def _camel_case(value: Plain) -> Any:
    """A value with the names of AWS's own types in camel case, at any depth.

    A name that already has an acronym in camel case is not in the definition, and Kubernetes drops it.
    """
    if isinstance(value, list):
        return [_camel_case(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        _ACRONYM.sub(lambda found: found[0].capitalize(), name): _camel_case(each)
        for name, each in value.items()
        if not _NO_NAME.search(name)
    }


def _spelling(path: str) -> str:
    """A path in camel case ("dataCaptureConfig.kmsKeyId") as the custom resource spells it."""
    return "spec." + _NO_NAME.sub(lambda found: found[0].upper(), path)


def _reads(read: Callable[[Given], Iterable[AnyNode]], resource: Resource, surroundings: Surroundings) -> Any:
    given = resource.properties.get("spec")
    properties: Mapping[str, Any] = _camel_case(given) if isinstance(given, dict) else {}
    if isinstance(given, Unknown):
        properties = NOTHING_KNOWN
    elif given is not None and not isinstance(given, dict):
        properties = {"endpointConfigName": given}  # an Endpoint without any would run nothing, and be fine
    # The environment of this machine does not matter: the controller runs in a cluster.
    return read(
        given_by(
            resource,
            Place(_region(resource.properties.get("metadata"))),
            properties,
            lambda name: shapes.sources(resource, "spec") if properties.get(name) is not None else (),
            ignores=lambda *path, part=False: shapes.ignores(resource, "spec", *path, part=part),
            is_generated=lambda name: _is_generated(name, resource, surroundings),
            replacement=NOT_CHANGED,
            output="spec.endpointConfigName output",
            spelling=_spelling,
        )
    )


def _region(metadata: Plain) -> Text:
    """The region that an annotation sets. One that may be in what is of no type that belongs there is unknown."""
    for name in ("annotations", _REGION):
        if isinstance(metadata, Unknown) or metadata is None:
            return metadata
        if not isinstance(metadata, dict):
            return UNKNOWN
        metadata = metadata.get(name)
    found = text(metadata)
    return UNKNOWN if isinstance(found, WrongType) else found


def _is_generated(name: Plain, resource: Resource, surroundings: Surroundings) -> bool | Unknown:
    # Names are not generated, so programs add a hash of the content.
    if isinstance(name, str) and ends_like_a_hash(name):
        return True
    return is_generated(name, resource, surroundings.config)


def _write_key(properties: Any, arn: str) -> None:
    properties["spec"]["kmsKeyID"] = arn


_KINDS = {
    "EndpointConfig": resource_types.ENDPOINT_CONFIGURATION,
    "Endpoint": resource_types.ENDPOINT,
    "Model": "AWS::SageMaker::Model",
}
READERS = {
    f"{_GROUP}:{kind}": Reads(resource_types.READERS[each].makes, partial(_reads, resource_types.READERS[each].read))
    for kind, each in _KINDS.items()
}
KEY_WRITERS = {f"{_GROUP}:EndpointConfig": _write_key}
