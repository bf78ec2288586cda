"""Where a resource lives: its own region, else its provider's, else what the stack and the environment say.

The stack's configuration is that of default providers: an explicit one does not read it. The environment counts for
both, unless the provider has a profile, which may bring a region of its own. Neither says anything of providers that
are not AWS's.

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
_BRIDGED = "index/"  # in packages of any name; only those of AWS are read

# As the engine names them: "default", or that and the provider's version.
_DEFAULT = expression(r"default(_[0-9].*)?")


@dataclass(frozen=True)
class Surroundings:
    """What is known around a stack's resources: its configuration (``{"aws:region": "us-east-1"}``), environment.

    `tells_dependencies` is that of `policy_pack.stack.model.Stack`; `region` is that of what nothing else tells.
    """

    config: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    tells_dependencies: bool = True
    region: str | None = None


def place(resource: Resource, surroundings: Surroundings, own_region: Plain = None) -> Place:
    """Where `resource` lives; `own_region` is its property that says so, if its provider has one."""
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
    """What every node has, of a resource that may name its own region."""
    where = place(resource, surroundings, resource.properties.get("region"))
    return {"id": resource.urn, "urn": resource.urn, "label": resource.name, "place": where}


def _region(value: Plain) -> str | Unknown | None:
    """What is written as a region; what is no text is not passed over for what says it elsewhere."""
    found = text(value)
    return UNKNOWN if isinstance(found, WrongType) else found


def _around(kind: str, provider: Provider | None, profile: Text, surroundings: Surroundings) -> Iterator[str | None]:
    """What says the region of a provider that does not say it itself, most important first."""
    package, _, rest = kind.partition(":")
    if package not in _PACKAGES and not rest.startswith(_BRIDGED):
        return
    if _is_default(provider):
        yield surroundings.config.get(f"{package}:region")
        profile = profile or surroundings.config.get(f"{package}:profile")
    if profile is None:
        yield surroundings.environment.get("AWS_REGION")
        yield surroundings.environment.get("AWS_DEFAULT_REGION")


def _is_default(provider: Provider | None) -> bool:
    # What was made without the engine, or scanned for, names no provider.
    return provider is None or _DEFAULT.fullmatch(name_of(provider.urn)) is not None


def _assumed_role(provider: Mapping[str, Any]) -> Text:
    """The ARN of the role that a provider assumes: of several one after the other, the last."""
    for name in ("assumeRoles", "assumeRole"):
        # The engine hands over what is no text in a provider's configuration as JSON.
        roles = _parsed(provider.get(name))
        last = roles[-1] if isinstance(roles, list) and roles else roles
        if isinstance(last, dict):
            return text(last.get("roleArn", last.get("role_arn")))  # as Python's SDK writes what a program gives
    return None


def _parsed(value: Plain) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return from_json(json.loads(value))
    except (ValueError, RecursionError):
        return None
