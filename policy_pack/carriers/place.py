"""Where a resource lives: its own region, else its provider's, else the stack's, else the environment's.

Sources: "AWS Classic provider: Installation & Configuration" and "Enhanced region support" of the Pulumi Registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from policy_pack.records import dataclass
from policy_pack.stack.model import Place, Resource
from policy_pack.values import Plain, Text, Unknown, text


@dataclass(frozen=True)
class Surroundings:
    """What is known around a stack's resources: its configuration (``{"aws:region": "us-east-1"}``), environment."""

    config: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def region(self, package: str) -> Text:
        """The region of a package's default provider, where the provider does not say it."""
        found = (
            self.config.get(f"{package}:region"),
            self.environment.get("AWS_REGION"),
            self.environment.get("AWS_DEFAULT_REGION"),
        )
        return next((region.strip() for region in found if region and region.strip()), None)


def place(resource: Resource, surroundings: Surroundings, own_region: Plain = None) -> Place:
    """Where `resource` lives; `own_region` is its property that says so, if its provider has one."""
    own = text(own_region)
    given = resource.provider.properties if resource.provider is not None else {}
    profile = text(given.get("profile"))
    if isinstance(own, (str, Unknown)):
        return Place(own, profile=profile)
    region = text(given.get("region"))
    if not isinstance(region, (str, Unknown)):
        region = surroundings.region(resource.type.partition(":")[0])
    decided_by = resource.provider.urn if resource.provider is not None else None
    return Place(region, decided_by, profile)
