"""What a stack's entries say: which of its resources concern a policy, with their inputs, outputs and providers.

Sources: `ResourceV3` of the package apitype of the Pulumi CLI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from policy_pack.audit.properties import Properties
from policy_pack.audit.unusable import Unusable
from policy_pack.carriers import READERS, SUBJECTS
from policy_pack.stack.model import Provider, Resource
from policy_pack.stack.urn import name_of, provider_urn, stack_and_project
from policy_pack.values import NOTHING_KNOWN, Plain


def concerning(entries: list[Any]) -> list[dict[str, Any]]:
    """The entries that a carrier reads, none if none is judged. Raises `Unusable` if an entry is not a resource."""
    found = []
    judged = False
    known: dict[str, bool] = {}  # whether a type is read; a stack has many resources but few types
    # All skipped resources of a type share one object.
    for index, entry in {id(entry): (index, entry) for index, entry in enumerate(entries)}.values():
        if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
            raise Unusable(f"has a resource (number {index + 1}) that is not an object with a type")
        kind = entry["type"]
        if kind not in known:
            known[kind] = kind in READERS
        if known[kind] and entry.get("delete") is not True:
            if not is_urn(entry.get("urn")):
                raise Unusable(f"has a resource (number {index + 1}) without a URN")
            found.append(entry)
            judged = judged or kind in SUBJECTS
    return found if judged else []


def is_urn(urn: Any) -> bool:
    """Whether a value is a URN with the parts that are used."""
    return isinstance(urn, str) and urn.startswith("urn:pulumi:") and urn.count("::") >= 3


def names(entries: Iterable[Any]) -> tuple[str, str]:
    """The names of the project and the stack: those of the root, or of the first resource whose URN has them."""
    for entry in entries:
        urn = entry.get("urn") if isinstance(entry, dict) else None
        if isinstance(urn, str) and is_urn(urn):
            stack, project = stack_and_project(urn)
            return project, stack
    return "", ""


def resources(
    entries: list[Any], found: Iterable[dict[str, Any]], *, before_update: bool
) -> tuple[tuple[Resource, ...], tuple[Resource, ...]]:
    """The resources of those entries of a stack that concern a policy: with their inputs, and with their outputs.

    Only those that policies judge are among the first: a resource policy sees nothing else. Before the update there are
    no outputs, or some, and inputs stand for the others. Later, an output with the name of an input shows that input as
    AWS has it, which a refresh finds out. The inputs of a resource that the stack only reads (`get` in a program) are
    what it was looked up by, and its outputs stand for them.

    Raises `Unusable`.
    """
    providers = _providers(entries) if found else {}
    inputs, outputs = [], []
    for entry in found:
        given, made = (_object(entry, side) for side in ("inputs", "outputs"))
        if made and isinstance(entry.get("id"), str):
            made = {"id": entry["id"], **made}  # which some providers also have among the outputs
        if before_update:
            made = {**given, **made}
        provider = providers.get(provider_urn(str(entry.get("provider"))))
        if entry["type"] in SUBJECTS:
            seen = _inputs(given, made, external=entry.get("external") is True, before_update=before_update)
            inputs.append(_resource(entry, seen, provider, {}))
        outputs.append(_resource(entry, Properties(made) if made else NOTHING_KNOWN, provider, _dependencies(entry)))
    return tuple(inputs), tuple(outputs)


def _inputs(given: dict[str, Any], made: dict[str, Any], *, external: bool, before_update: bool) -> Mapping[str, Plain]:
    if external:
        # Without outputs, the ID to read it by is not known yet.
        return Properties({**given, **made}) if given or made else NOTHING_KNOWN
    return Properties(given if before_update else {name: made.get(name, value) for name, value in given.items()})


def _resource(
    entry: dict[str, Any],
    properties: Mapping[str, Plain],
    provider: Provider | None,
    dependencies: Mapping[str, tuple[str, ...]],
) -> Resource:
    return Resource(
        urn=entry["urn"],
        type=entry["type"],
        name=name_of(entry["urn"]),
        properties=properties,
        provider=provider,
        property_sources=dependencies,
        ignore_changes=_ignored(entry),
        custom=entry.get("custom") is not False,
        external=entry.get("external") is True,
    )


def _ignored(entry: Mapping[str, Any]) -> tuple[str, ...]:
    given = entry.get("ignoreChanges")
    return tuple(path for path in given if isinstance(path, str)) if isinstance(given, list) else ()


def _object(entry: Mapping[str, Any], side: str) -> dict[str, Any]:
    given = entry.get(side)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Unusable(f"has a resource whose {side} are not an object")
    return given


def _dependencies(entry: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    given = entry.get("propertyDependencies")
    if not isinstance(given, dict):
        return {}
    return {
        name: tuple(urn for urn in urns if isinstance(urn, str))
        for name, urns in given.items()
        if isinstance(urns, list)
    }


def _providers(entries: list[Any]) -> dict[str, Provider]:
    """The providers of a stack by URN; a resource refers to its own by that URN, ``::`` and an ID."""
    return {
        each["urn"]: Provider(each["urn"], Properties(_object(each, "inputs")))
        for each in entries
        if each["type"].startswith("pulumi:providers:") and isinstance(each.get("urn"), str)
    }


_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d{1,12})?(?:[Zz]|([+-]\d{2}:\d{2}))", re.ASCII)


def moment(given: str) -> str:
    """A time in UTC; empty if it is invalid, or Go's zero time."""
    match = _MOMENT.fullmatch(given)
    if match is None:
        return ""
    date, time, offset = match.groups()
    try:
        found = datetime.fromisoformat(f"{date}T{time}{offset or '+00:00'}").astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return ""
    return found.strftime("%Y-%m-%dT%H:%M:%SZ") if found.year > 1 else ""
