"""A resource of one of AWS's own types, from any carrier, before it becomes part of the model.

Sources: the pages of these types in the AWS CloudFormation Template Reference, for how their properties are spelled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Union

from policy_pack.carriers import shapes
from policy_pack.records import dataclass
from policy_pack.stack.model import DELETED_FIRST, Place, Resource
from policy_pack.values import Plain, Text, Unknown, text

# Spells a property for messages, from its path in camel case ("dataCaptureConfig.kmsKeyId").
Spelling = Callable[[str], str]

# The keys in these values are the user's own, not the schema's.
_VERBATIM = frozenset(
    {"assumeRolePolicyDocument", "definition", "keyPolicy", "parameters", "policyDocument", "templateBody"}
)


def capitalised(path: str) -> str:
    """A path as the schema spells it ("DataCaptureConfig.KmsKeyId")."""
    return re.sub(r"(?:^|\.)[a-z]", lambda match: match[0].upper(), path)


def camel_case(name: str) -> str:
    """A name of the schema in camel case ("kmsKeyId")."""
    return name[:1].lower() + name[1:]


def in_camel_case(value: Plain) -> Any:
    """A value with the schema's names in camel case, at any depth. A name that is already in camel case is not in the
    schema, so it is left out: AWS knows no such property.
    """
    if isinstance(value, list):
        return [in_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = {camel_case(name): item for name, item in value.items() if camel_case(name) != name}
    return {name: item if name in _VERBATIM else in_camel_case(item) for name, item in named.items()}


# Whether a physical name is generated.
IsGenerated = Callable[[Plain], Union[bool, Unknown]]


@dataclass(frozen=True)
class Given:
    """A resource of one of AWS's own types, from any carrier, with the fields that every node of the model has.

    `properties` are its inputs and `outputs` are its known outputs, both in camel case; `refreshed` are the outputs
    that are never older than the inputs. `sources` returns the sources of a property, and `ignores` says whether the
    option ignoreChanges covers its path (`shapes.ignores`). `replacement`, `deleted_first` and `output` are those of
    `policy_pack.stack.model.Configuration`. `is_generated` recognizes a physical name that the carrier generates;
    `None` if AWS generates the names. `ids` are the IDs that its provider may use for it.
    """

    id: str
    urn: str
    label: str
    place: Place
    properties: Mapping[str, Any]
    sources: Callable[[str], tuple[str, ...]]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    is_generated: IsGenerated | None = None
    spelling: Spelling = str
    refreshed: Mapping[str, Any] = field(default_factory=dict)
    ignores: Callable[..., bool] = lambda *_, **__: False
    replacement: str = DELETED_FIRST
    ids: tuple[str, ...] = ()
    deleted_first: bool | None = None
    output: str = "endpointConfigName output"

    @property
    def node(self) -> dict[str, Any]:
        """The fields that every node has."""
        return {"id": self.id, "urn": self.urn, "label": self.label, "place": self.place}

    def made(self, name: str) -> Text:
        """A text from the inputs, or from the outputs."""
        given = text(self.properties.get(name))
        return text(self.outputs.get(name)) if given is None else given

    def now(self, name: str) -> Text:
        """A text as of the last refresh; from the inputs if the outputs do not have it."""
        made = text(self.refreshed.get(name))
        return made if isinstance(made, str) else text(self.properties.get(name))


def given_by(
    resource: Resource,
    where: Place,
    properties: Mapping[str, Any] | None = None,
    sources: Callable[[str], tuple[str, ...]] | None = None,
    ignores: Callable[..., bool] | None = None,
    **more: Any,
) -> Given:
    """A resource of a stack: its own properties, their sources and paths, unless others are given."""
    return Given(
        id=resource.urn,
        urn=resource.urn,
        label=resource.name,
        place=where,
        properties=resource.properties if properties is None else properties,
        sources=sources or (lambda name: shapes.sources(resource, name)),
        ignores=ignores or (lambda *path, part=False: shapes.ignores(resource, *path, part=part)),
        # Policies do not get the provider's ID, which a program may pass instead of a name.
        ids=(resource.name,),
        **more,
    )
