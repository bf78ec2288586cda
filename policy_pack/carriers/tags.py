"""The tags that a resource has in AWS: its own, and those that its provider gives to every resource.

Tags that a provider or a resource ignores are others' to change, so that nothing is known of them.

Sources: "Resource Tagging" in the documentation of the Terraform AWS provider (defaultTags, ignoreTags, tagsAll, and
the variables of the environment); the page of Provider in the Pulumi Registry, package AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from policy_pack.carriers.place import Surroundings, is_default, parsed
from policy_pack.carriers.shapes import ignores, written_tags
from policy_pack.stack.model import Resource, Tags
from policy_pack.values import Plain, Unknown, get

_DEFAULTS, _IGNORED = "TF_AWS_DEFAULT_TAGS_", "TF_AWS_IGNORE_TAGS_"

NOTHING_KNOWN = Tags({})


def tags_of(resource: Resource, surroundings: Surroundings) -> Tags:
    """The tags of a resource of the classic provider."""
    return _Later(resource, surroundings)


class _Later(Tags):
    """Tags that are read when a policy asks for them: it asks about few of a stack's roles."""

    def __init__(self, resource: Resource, surroundings: Surroundings) -> None:
        self.__dict__["_of"] = (resource, surroundings)

    @cached_property
    def _found(self) -> Tags:
        return _read(*self.__dict__["_of"])

    @property
    def known(self) -> Mapping[str, str | Unknown]:
        return self._found.known

    @property
    def complete(self) -> bool:
        return self._found.complete


def _read(resource: Resource, surroundings: Surroundings) -> Tags:
    if _ignores(resource, surroundings):
        return NOTHING_KNOWN
    own = written_tags(resource.properties.get("tags"))
    merged = resource.properties.get("tagsAll")
    rest = written_tags(merged) if isinstance(merged, dict) else _by_default(resource, surroundings)
    return Tags({**rest.known, **own.known}, own.complete and rest.complete)


def _by_default(resource: Resource, surroundings: Surroundings) -> Tags:
    """The tags that the provider gives to every resource."""
    if resource.provider is None:
        return NOTHING_KNOWN
    given = parsed(_of_provider(resource, surroundings, "defaultTags"))
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    found = written_tags(get(given, "tags")) if isinstance(given, dict) else Tags({}, complete=given is None)
    return Tags(found.known, found.complete and not _names(surroundings.environment, _DEFAULTS))


def _ignores(resource: Resource, surroundings: Surroundings) -> bool:
    if any(ignores(resource, name, part=True) for name in ("tags", "tagsAll")):
        return True
    ignored = _of_provider(resource, surroundings, "ignoreTags")
    return ignored is not None or _names(surroundings.environment, _IGNORED)


def _of_provider(resource: Resource, surroundings: Surroundings, name: str) -> Plain:
    """A property of the provider; a default one has it of the stack's configuration."""
    given = resource.provider.properties.get(name) if resource.provider is not None else None
    if given is None and is_default(resource.provider):
        return surroundings.config.get(f"{resource.type.partition(':')[0]}:{name}")
    return given


def _names(environment: Mapping[str, str], prefix: str) -> bool:
    return any(each.startswith(prefix) for each in environment)
