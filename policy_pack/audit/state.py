"""Reads exported stacks, checkpoints and saved previews into the resources that policies judge.

What ``terraform show -json`` wrote is read by `policy_pack.audit.terraform`.

What is evaluated, and with which properties, is what the engine's own ``pulumi policy analyze`` does: every entry that
is not marked as deleted, those that await their replacement, external ones and components included; inputs for
policies of a resource, outputs for policies of a stack. A secret that is encrypted is unknown.

Sources: "pulumi stack export", "pulumi policy analyze" and "pulumi preview" (``--json``) in the Pulumi CLI's
documentation; `UntypedDeployment`, `VersionedCheckpoint` and `ResourceV3` of its package apitype.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime, timezone
from typing import Any

from policy_pack.audit.properties import Properties, secret_texts
from policy_pack.audit.report import CHECKPOINT, PREVIEW, STACK_EXPORT
from policy_pack.carriers import READERS, SUBJECTS
from policy_pack.records import dataclass
from policy_pack.stack.model import Provider, Resource
from policy_pack.stack.urn import name_of, provider_urn, stack_and_project
from policy_pack.values import NOTHING_KNOWN, Plain, unwrap

_OLDEST = 3  # the version of a deployment


class Unusable(Exception):
    """A document that cannot be audited; its text says why, after "it"."""


class NoStack(Unusable):
    """A JSON document that is something else than a stack."""


@dataclass(frozen=True)
class State:
    """A stack as a document describes it.

    `kind` is one of those of `evidence.Source`. `organization`, `project` and `stack` are empty where it does not say.
    `config` is the stack's configuration as far as it is there. `resources` is how many the document holds, `inputs`
    and `outputs` those of them that concern a policy, with their inputs or outputs. `entries` are the same by URN, as
    the document has them. `left_out` is how many unchanged resources a preview omits, and `is_partial` says that a
    plan is of a part of its program. `taken` is when the stack was last written (ISO 8601 in UTC, whole seconds), or
    else when a resource that policies judge was; empty where neither is said.
    """

    kind: str
    organization: str
    project: str
    stack: str
    resources: int
    config: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Resource, ...] = ()
    outputs: tuple[Resource, ...] = ()
    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    left_out: int = 0
    is_partial: bool = False
    tells_dependencies: bool = True
    taken: str = ""

    def physical_id(self, urn: str) -> str:
        """What the provider calls a resource; empty where it does not say."""
        found = self.entries[urn].get("id")
        return found if isinstance(found, str) else ""

    def secrets(self, urn: str) -> tuple[str, ...]:
        """The texts within those secrets of a resource that are in plain text."""
        return tuple(text for side in ("inputs", "outputs") for text in secret_texts(self.entries[urn].get(side)))


def parse(document: Any) -> State:
    """The stack of a parsed JSON document; raises `Unusable`, or `NoStack` where it is no stack at all."""
    if not isinstance(document, dict):
        raise NoStack("is not a stack: it is not a JSON object")
    if "checkpoint" in document:
        return _checkpoint(document)
    if "deployment" in document:
        _check_version(document)
        entries = _entries(document["deployment"], "deployment")
        return _state(STACK_EXPORT, entries, taken=_written(document["deployment"]))
    if isinstance(document.get("steps"), list) or "changeSummary" in document:
        return _preview(document)
    from policy_pack.audit import terraform  # no sooner than there is a document that is not of Pulumi

    if terraform.is_terraform(document):
        return _of_terraform(document)
    raise NoStack(
        "is not a stack: it is neither an exported stack, nor a checkpoint, nor a preview saved as JSON, nor a plan or "
        "state that terraform show -json wrote"
    )


def _of_terraform(document: dict[str, Any]) -> State:
    from policy_pack.audit import terraform
    from policy_pack.audit.terraform_values import Unreadable

    try:
        read = terraform.parse(document)
    except Unreadable as error:
        raise Unusable(str(error)) from error
    return State(
        kind=read.kind,
        organization="",
        project="",
        stack="",
        resources=read.count,
        inputs=read.resources,
        outputs=read.resources,
        entries=read.entries,
        is_partial=read.is_partial,
        tells_dependencies=read.tells_dependencies,
    )


def _checkpoint(document: dict[str, Any]) -> State:
    _check_version(document)
    checkpoint = document["checkpoint"]
    if not isinstance(checkpoint, dict):
        raise Unusable("has a checkpoint that is not an object")
    name = checkpoint.get("stack")
    organization = name.split("/")[0] if isinstance(name, str) and name.count("/") == 2 else ""
    # A backend without organizations writes this word in the place of one.
    organization = "" if organization == "organization" else organization
    entries = _entries(checkpoint.get("latest"), "checkpoint.latest")
    return _state(
        CHECKPOINT,
        entries,
        organization,
        config=_config(checkpoint.get("config")),
        taken=_written(checkpoint.get("latest")),
    )


def _check_version(document: dict[str, Any]) -> None:
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Unusable("does not say which version of the format of a stack it has")
    if version < _OLDEST:
        raise Unusable(f"has version {version} of a stack's format; {_OLDEST} and later are read: export it again")


def _preview(document: dict[str, Any]) -> State:
    steps = document.get("steps") or []
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise Unusable("has steps that are not a list of objects")
    summary = document.get("changeSummary")
    same = summary.get("same") if isinstance(summary, dict) else None
    shown = sum(step.get("op") == "same" for step in steps)
    # Of a resource that is replaced there are several steps, and all that have a new state have the same one.
    states = {
        step["urn"] if isinstance(step.get("urn"), str) else index: step["newState"]
        for index, step in enumerate(steps)
        if step.get("newState") is not None
    }
    return _state(
        PREVIEW,
        list(states.values()),
        config=_config(document.get("config")),
        left_out=max(0, same - shown) if isinstance(same, int) else 0,
    )


def _entries(deployment: Any, where: str) -> list[Any]:
    if deployment is None:
        return []  # a stack that was never updated
    if not isinstance(deployment, dict):
        raise Unusable(f"has a {where} that is not an object")
    entries = deployment.get("resources")
    if entries is None:
        return []
    if not isinstance(entries, list):
        raise Unusable("has resources that are not a list")
    return entries


def _config(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        return {}
    return {key: value for key, value in given.items() if isinstance(value, str) and unwrap(value) == value}


def _state(
    kind: str,
    entries: list[Any],
    organization: str = "",
    *,
    config: Mapping[str, str] | None = None,
    left_out: int = 0,
    taken: str = "",
) -> State:
    project, stack = _names(entries)
    concerning = _concerning(entries)
    inputs: list[Resource] = []
    outputs: list[Resource] = []
    providers = _providers(entries) if concerning else {}
    for entry in concerning:
        given, made = (_object(entry, side) for side in ("inputs", "outputs"))
        if made and isinstance(entry.get("id"), str):
            made = {"id": entry["id"], **made}  # which some providers have among the outputs as well
        if kind == PREVIEW:
            made = {**given, **made}  # before the update there are no outputs, or some
        provider = providers.get(provider_urn(str(entry.get("provider"))))
        inputs.append(_resource(entry, Properties(given), provider, {}))
        outputs.append(_resource(entry, Properties(made) if made else NOTHING_KNOWN, provider, _dependencies(entry)))
    return State(
        kind=kind,
        organization=organization,
        project=project,
        stack=stack,
        resources=len(entries),
        config=config or {},
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        entries={each["urn"]: each for each in concerning},
        left_out=left_out,
        # Nobody asks where nothing is judged.
        tells_dependencies=not concerning or any("propertyDependencies" in each for each in entries),
        taken=taken
        or max(
            map(_moment, {text for each in concerning if isinstance(text := each.get("modified"), str)}), default=""
        ),
    )


def _written(deployment: Any) -> str:
    manifest = deployment.get("manifest") if isinstance(deployment, dict) else None
    time = manifest.get("time") if isinstance(manifest, dict) else None
    return _moment(time) if isinstance(time, str) else ""


_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d{1,12})?(?:[Zz]|([+-]\d{2}:\d{2}))", re.ASCII)


def _moment(given: str) -> str:
    """A time in UTC; empty where it is none, or is Go's word for none."""
    match = _MOMENT.fullmatch(given)
    if match is None:
        return ""
    date, time, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}{offset or '+00:00'}").astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > 1 else ""


def _concerning(entries: list[Any]) -> list[dict[str, Any]]:
    found = []
    judged = False
    known: dict[str, bool] = {}  # whether somebody reads a type; a stack has many resources of few types
    # What nobody reads is one object for all resources of a type.
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
    """Whether a value is a URN, as far as its parts are read."""
    return isinstance(urn, str) and urn.startswith("urn:pulumi:") and urn.count("::") >= 3


def _names(entries: Iterable[Any]) -> tuple[str, str]:
    """The names of the project and the stack: the root's, of the first resource whose URN says them."""
    for entry in entries:
        urn = entry.get("urn") if isinstance(entry, dict) else None
        if isinstance(urn, str) and is_urn(urn):
            stack, project = stack_and_project(urn)
            return project, stack
    return "", ""


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
    """The providers of a stack by URN; a resource names its own by that URN, ``::`` and an id."""
    return {
        each["urn"]: Provider(each["urn"], Properties(_object(each, "inputs")))
        for each in entries
        if each["type"].startswith("pulumi:providers:") and isinstance(each.get("urn"), str)
    }
