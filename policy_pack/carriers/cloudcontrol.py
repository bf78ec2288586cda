"""Cloud Control: any of AWS's own resource types, with its state as JSON (`aws`) or as an object (`aws-native`).

The engine knows the sources only of the whole state, so they count for every property in it.

Sources: the pages of cloudcontrol.Resource in the Pulumi Registry, package AWS, and of ExtensionResource, package AWS
Cloud Control.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from policy_pack.carriers import cloudformation, experiments, resource_types, shapes, unread
from policy_pack.carriers.given import capitalised, given_by, in_camel_case
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.place import Surroundings, place
from policy_pack.stack.model import DELETED_FIRST, MADE_FIRST, AnyNode, Place, Resource, Template
from policy_pack.values import NOTHING_KNOWN, Plain, Unknown, get, text

TITLE = "Cloud Control"

_TYPES: Mapping[str, Reads] = {
    **resource_types.READERS,
    **experiments.TYPES,
    **cloudformation.TEMPLATES,
    **unread.IN_CLOUD_CONTROL,
}


# Its output is recomputed with each change; the other provider's output before an update is not specified.
_CLASSIC = "aws:cloudcontrol/resource:Resource"


def _resource(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
    properties = resource.properties
    where = place(resource, surroundings, properties.get("region"))
    kind, state = properties.get("typeName"), properties.get("desiredState")
    if state is None and resource.external:
        state = properties.get("properties")  # all that is known of a resource that the stack only reads
    return _nodes(resource, where, "desiredState", kind, state, "properties")


def _extension(resource: Resource, surroundings: Surroundings) -> Iterable[AnyNode]:
    properties = resource.properties
    kind, state = properties.get("type"), properties.get("properties")
    if kind is None:
        # After an update, the provider keeps its inputs separately.
        kind, state = (get(properties.get("__inputs"), name) for name in ("type", "properties"))
    return _nodes(resource, place(resource, surroundings), "properties", kind, state, "outputs")


def _nodes(
    resource: Resource, where: Place, state_property: str, kind: Plain, state: Plain, outputs: str
) -> Iterable[AnyNode]:
    """The nodes of a resource of a type: `state` is its given state, the property `outputs` the state that AWS made."""
    type_name = text(kind)
    if isinstance(type_name, str) and type_name not in _TYPES:
        return []
    if not isinstance(type_name, str):
        return [_unreadable(resource, where, "The type of the resource is not known before the update.")]
    properties = _object(state)
    if properties is None:
        return [
            _unreadable(resource, where, f"The value of {state_property} is not a JSON object, or has a duplicate key.")
        ]

    def sources(name: str) -> tuple[str, ...]:
        return shapes.sources(resource, state_property) if properties.get(name) is not None else ()

    made = _object(resource.properties.get(outputs)) or {}
    given = given_by(
        resource,
        where,
        properties,
        sources,
        outputs=made,
        refreshed=made if resource.type == _CLASSIC else {},
        spelling=capitalised,
        # Only the first is a property of the schema; below it may be the user's own names.
        ignores=lambda name, *path, part=False: shapes.ignores(
            resource, state_property, capitalised(name), *path, part=part
        ),
        replacement=DELETED_FIRST if resource.delete_before_replace else MADE_FIRST,
        deleted_first=bool(resource.delete_before_replace),
        output=f"EndpointConfigName, in its {outputs} output",
    )
    return _TYPES[type_name].read(given)


def _object(state: Plain) -> Mapping[str, Any] | None:
    """The properties of a state in camel case; `None` if it is not a state."""
    from policy_pack.template import Document, Refused  # imported only for a state

    if isinstance(state, Unknown):
        return NOTHING_KNOWN
    if not isinstance(state, (str, dict)):
        return None
    try:
        document = Document(state, json_only=True)
    except Refused:
        return None
    properties: Mapping[str, Any] = in_camel_case(document.root)
    return None if document.repeats_a_key else properties


def _unreadable(resource: Resource, where: Place, why: str) -> Template:
    return Template(
        id=resource.urn,
        urn=resource.urn,
        label=f"{resource.name} (Cloud Control)",
        place=where,
        unreadable=(why,),
        outputs=(),
        inputs=tuple(each for found in resource.property_sources.values() for each in found),
    )


def _key_property(type_name: object) -> str:
    return capitalised(experiments.KEY) if type_name == experiments.TYPE else "KmsKeyId"


def _write_in_text(properties: Any, arn: str) -> None:
    state = json.loads(properties["desiredState"])
    # A number that is too large to be read would be written as invalid JSON.
    key = _key_property(properties["typeName"])
    properties["desiredState"] = json.dumps({**state, key: arn}, allow_nan=False)


def _write_in_object(properties: Any, arn: str) -> None:
    properties["properties"][_key_property(properties["type"])] = arn


READERS = {
    _CLASSIC: Reads(Template, _resource),
    "aws-native:index:ExtensionResource": Reads(Template, _extension),
}
KEY_WRITERS = {
    _CLASSIC: _write_in_text,
    "aws-native:index:ExtensionResource": _write_in_object,
}
