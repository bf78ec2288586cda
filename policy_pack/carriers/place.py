"""Where a resource lives: its own Region, else its provider's, else that of the stack or the environment.

Only default providers read the stack's configuration; explicit providers do not. The environment counts for both,
unless the provider has a profile, which may set a Region. Neither counts for providers that are not AWS's.

Sources: "AWS Classic provider: Installation & Configuration" and "Enhanced region support" of the Pulumi Registry;
"Default and explicit providers" in Pulumi's documentation; "Configuration and credential file settings in the AWS CLI".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from policy_pack.expressions import expression
from policy_pack.records import dataclass
from policy_pack.stack.model import Place, Provider, Resource
from policy_pack.stack.urn import name_of
from policy_pack.values import UNKNOWN, Plain, Text, Unknown, WrongType, from_json, text

_PACKAGES = ("aws", "aws-native")
_BRIDGED = "index/"  # in packages of any name; only AWS packages are read

# The engine names them "default", with the provider's version if there is one.
_DEFAULT = expression(r"default(_[0-9].*)?")


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of a stack's resources: its configuration (``{"aws:region": "us-east-1"}``), the environment.

    `tells_dependencies` is that of `policy_pack.stack.model.Stack`; `region` is the Region if nothing else tells it.
    """

    config: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    tells_dependencies: bool = True
    region: str | None = None


def place(resource: Resource, surroundings: Surroundings, own_region: Plain = None) -> Place:
    """Where `resource` lives; `own_region` is the property that sets its Region, if its provider has one."""
    own = _region(own_region)
    given = resource.provider.properties if resource.provider is not None else {}
    profile = text(given.get("profile"))
    role = _assumed_role(given)
    if isinstance(own, (str, Unknown)):
        return Place(own, profile=profile, assumed_role=role)
    region = _region(given.get("region"))
    if not isinstance(region, (str, Unknown)):
        found = _around(resource.type, resource.provider, profile, surroundings)
        region = next((each.strip() for each in (*found, surroundings.region) if each and each.strip()), None)
    decided_by = resource.provider.urn if resource.provider is not None else None
    return Place(region, decided_by, profile, assumed_role=role)


def node(resource: Resource, surroundings: Surroundings) -> dict[str, Any]:
    """The fields that every node has, for a resource that may set its own Region."""
    where = place(resource, surroundings, resource.properties.get("region"))
    return {"id": resource.urn, "urn": resource.urn, "label": resource.name, "place": where}


def _region(value: Plain) -> str | Unknown | None:
    """A given Region. A value that is not a text counts as unknown, and hides a Region that is set elsewhere."""
    found = text(value)
    return UNKNOWN if isinstance(found, WrongType) else found


def _around(kind: str, provider: Provider | None, profile: Text, surroundings: Surroundings) -> Iterator[str | None]:
    """The sources of the Region of a provider that does not set it, most important first."""
    package, _, rest = kind.partition(":")
    if package not in _PACKAGES and not rest.startswith(_BRIDGED):
        return
    if is_default(provider):
        yield surroundings.config.get(f"{package}:region")
        profile = profile or surroundings.config.get(f"{package}:profile")
    if profile is None:
        yield surroundings.environment.get("AWS_REGION")
        yield surroundings.environment.get("AWS_DEFAULT_REGION")


def is_default(provider: Provider | None) -> bool:
    """Whether a resource's provider is a default one."""
    # Resources that were made without the engine, or discovered by a scan, name no provider.
    return provider is None or _DEFAULT.fullmatch(name_of(provider.urn)) is not None


def _assumed_role(provider: Mapping[str, Any]) -> Text:
    """The ARN of the role that a provider assumes; the last one of a chain of roles."""
    for name in ("assumeRoles", "assumeRole"):
        # The engine passes values that are not texts in a provider's configuration as JSON.
        roles = parsed(provider.get(name))
        last = roles[-1] if isinstance(roles, list) and roles else roles
        if isinstance(last, dict):
            return text(last.get("roleArn", last.get("role_arn")))  # as Pulumi's Python SDK writes it
    return None


def parsed(value: Plain) -> Any:
    """A value that the engine passes as JSON in a provider's configuration; `None` if it is invalid."""
    if not isinstance(value, str):
        return value
    try:
        return from_json(json.loads(value))
    except (ValueError, RecursionError):
        return None
