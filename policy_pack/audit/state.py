"""Reads exported stacks, checkpoints and saved previews into the resources that policies judge.

`policy_pack.audit.terraform` reads the output of ``terraform show -json``.

The same entries and properties are evaluated as by the engine's own ``pulumi policy analyze``: every entry that is not
marked as deleted, including those that await their replacement, external resources and components; inputs for resource
policies, outputs for stack policies. Unlike there, an input with an output of the same name has the output's value. An
encrypted secret is unknown.

Sources: "pulumi stack export", "pulumi policy analyze" and "pulumi preview" (``--json``) in the Pulumi CLI's
documentation; `UntypedDeployment`, `VersionedCheckpoint` and `ResourceV3` of its package apitype.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from policy_pack.audit.entries import concerning, moment, names, resources
from policy_pack.audit.pending import Operation, operations
from policy_pack.audit.properties import secret_texts
from policy_pack.audit.report import CHECKPOINT, PREVIEW, STACK_EXPORT
from policy_pack.audit.unusable import NoStack, Unusable
from policy_pack.records import dataclass
from policy_pack.stack.model import Resource
from policy_pack.values import unwrap

_OLDEST = 3  # the lowest version of a deployment


@dataclass(frozen=True)
class State:
    """A stack in a document.

    `kind` is one of those of `report.Source`. `organization`, `project` and `stack` are empty if the document does not
    name them. `config` is the stack's configuration, if the document has it. `resources` is the number of resources;
    `outputs` are those that policies need, with their outputs, and `inputs` those that they judge, with their inputs.
    `entries` are the former by URN in the form of the document. `left_out` is the number of unchanged resources that a
    preview omits, and `is_partial` says that a plan covers only part of its program. `pending` are the operations that
    were not finished. `taken` is the time at which the stack was last written (ISO 8601 in UTC, whole seconds), or else
    a resource that policies judge; empty if the document has neither.
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
    pending: tuple[Operation, ...] = ()

    def physical_id(self, urn: str) -> str:
        """The provider's ID of a resource; empty if there is none."""
        found = self.entries[urn].get("id")
        return found if isinstance(found, str) else ""

    def secrets(self, urn: str) -> tuple[str, ...]:
        """The plain texts in the secrets of a resource."""
        return tuple(text for side in ("inputs", "outputs") for text in secret_texts(self.entries[urn].get(side)))


def parse(document: Any) -> State:
    """The stack in a parsed JSON document. Raises `Unusable`, or `NoStack` if it is not a stack at all."""
    if not isinstance(document, dict):
        raise NoStack("is not a stack: it is not a JSON object")
    if "checkpoint" in document:
        return _checkpoint(document)
    if "deployment" in document:
        _check_version(document)
        entries = _entries(document["deployment"], "deployment")
        return _state(STACK_EXPORT, entries, deployment=document["deployment"])
    if isinstance(document.get("steps"), list) or "changeSummary" in document:
        return _preview(document)
    from policy_pack.audit import terraform  # imported only for a document that is not Pulumi's

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
    # A backend without organizations writes this word instead of one.
    organization = "" if organization == "organization" else organization
    entries = _entries(checkpoint.get("latest"), "checkpoint.latest")
    return _state(
        CHECKPOINT,
        entries,
        organization,
        config=_config(checkpoint.get("config")),
        deployment=checkpoint.get("latest"),
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
    # A replaced resource has several steps, and all those with a new state have the same one.
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
    deployment: Any = None,
) -> State:
    project, stack = names(entries)
    found = concerning(entries)
    inputs, outputs = resources(entries, found, before_update=kind == PREVIEW)
    return State(
        kind=kind,
        organization=organization,
        project=project,
        stack=stack,
        resources=len(entries),
        config=config or {},
        inputs=inputs,
        outputs=outputs,
        entries={each["urn"]: each for each in found},
        left_out=left_out,
        # Not needed if nothing is judged.
        tells_dependencies=not found or any("propertyDependencies" in each for each in entries),
        pending=operations(deployment),
        taken=_written(deployment)
        or max(map(moment, {text for each in found if isinstance(text := each.get("modified"), str)}), default=""),
    )


def _written(deployment: Any) -> str:
    manifest = deployment.get("manifest") if isinstance(deployment, dict) else None
    time = manifest.get("time") if isinstance(manifest, dict) else None
    return moment(time) if isinstance(time, str) else ""
