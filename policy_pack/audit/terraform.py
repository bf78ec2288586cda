"""Reads plans and states from ``terraform show -json``, and from OpenTofu, which has the same format.

Resources have the same type as in a Terraform state in Pulumi Cloud, and a URN with their address. In a plan, the
planned values count; values that are known only after the apply are unknown. Sensitive values are secrets.

Sources: "JSON Output Format" of the Terraform documentation; `StateResource`, `ResourceChange` and `ConfigResource` of
hashicorp/terraform-json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy_pack.audit.properties import Properties
from policy_pack.audit.report import TERRAFORM_PLAN, TERRAFORM_STATE
from policy_pack.audit.terraform_references import Module, TooMany
from policy_pack.audit.terraform_sources import Instance, Sources
from policy_pack.audit.terraform_values import Unreadable, merged, object_of, objects_of
from policy_pack.carriers import READERS, SUBJECTS
from policy_pack.carriers.calls import command_calls
from policy_pack.carriers.terraform import KEPT_IN_CLOUD
from policy_pack.carriers.unread import COMMAND
from policy_pack.stack.model import Resource

_OF_PLANS = frozenset({"planned_values", "resource_changes", "prior_state"})
_OF_PLANS_AND_STATES = _OF_PLANS | {"terraform_version", "values"}
_DEEPEST = 200  # levels of modules


@dataclass(frozen=True)
class Read:
    """The content of a document: its kind, the number of managed resources, those that policies need, their entries.

    `tells_dependencies` says that it has the sources or dependencies of its resources, and `is_partial` that it is a
    plan for only part of its program.
    """

    kind: str
    count: int
    resources: tuple[Resource, ...]
    entries: Mapping[str, Mapping[str, Any]]
    tells_dependencies: bool
    is_partial: bool


def is_terraform(document: Mapping[str, Any]) -> bool:
    """Whether a document is a Terraform plan or state; other Terraform documents also have a format version."""
    if "format_version" not in document:
        return "terraform_version" in document and "lineage" in document
    return len(document) == 1 or not _OF_PLANS_AND_STATES.isdisjoint(document)


def parse(document: Mapping[str, Any]) -> Read:
    """The content of a Terraform document. Raises `Unreadable`."""
    version = document.get("format_version")
    if version is None:
        raise Unreadable("is Terraform's state itself: save what terraform show -json says of it, and audit that")
    if not isinstance(version, str) or version.partition(".")[0] not in ("0", "1"):
        raise Unreadable("has a version of Terraform's format that is not read; 1 is")
    is_plan = not _OF_PLANS.isdisjoint(document)
    if is_plan and document.get("errored") is True:
        raise Unreadable("is a plan that failed, so what comes after the error is not in it")
    if is_plan and "planned_values" not in document:
        raise Unreadable("is a plan without its planned values")
    if any(_is_subject(object_of(each, "resource_change")) for each in objects_of(document, "deferred_changes")):
        raise Unreadable("is a plan that leaves for later what a policy has to know")
    instances = list(_all(document, is_plan))
    for each in instances:
        each.module.resources.setdefault(each.name, {})[each.key] = each.urn
    concerning = [each for each in instances if each.runs or each.token in READERS]
    if not any(each.runs or _is_subject(each.given) for each in concerning):
        concerning = []
    try:
        return _read(document, is_plan, len(instances), concerning)
    except TooMany as error:
        raise Unreadable("has more references between its resources than are followed") from error


def _is_subject(resource: Mapping[str, Any]) -> bool:
    return f"{KEPT_IN_CLOUD}{resource.get('type')}" in SUBJECTS


def _all(document: Mapping[str, Any], is_plan: bool) -> Iterator[Instance]:
    """The resources of a state, or those after a plan is applied."""
    root = Module(configuration=object_of(object_of(document, "configuration"), "root_module"))
    values = object_of(document, "planned_values" if is_plan else "values")
    planned = list(_instances(object_of(values, "root_module"), root, "", 0, is_planned=is_plan))
    changes = objects_of(document, "resource_changes")
    # A plan has resources that it only forgets, but without values.
    forgotten = {str(each.get("address")) for each in changes if object_of(each, "change").get("actions") == ["forget"]}
    yield from (each for each in planned if each.given["address"] not in forgotten)
    # Resources that -refresh-only or -target leaves unchanged are only in the prior state.
    gone = {each.given["address"] for each in planned}
    for each in changes:
        gone.update(each[name] for name in ("address", "previous_address") if isinstance(each.get(name), str))
    before = object_of(object_of(object_of(document, "prior_state"), "values"), "root_module")
    yield from (each for each in _instances(before, root, "", 0) if each.given["address"] not in gone)


def _instances(
    given: Mapping[str, Any], module: Module, address: str, depth: int, *, is_planned: bool = False
) -> Iterator[Instance]:
    if depth > _DEEPEST:
        raise Unreadable("has modules that are nested too deeply")
    for each in objects_of(given, "resources"):
        if not all(isinstance(each.get(name), str) for name in ("address", "type", "name")):
            raise Unreadable("has a resource that has no address, type and name")
        if each.get("mode", "managed") == "managed" and each.get("deposed_key") is None:
            name = f"{each['type']}.{each['name']}"
            configured = module.resource(name) if is_planned else {}
            runs = tuple(_commands(configured)) if "provisioners" in configured else ()
            yield Instance(module, name, each["address"].removeprefix(f"{address}{name}"), each, is_planned, runs)
    for each in objects_of(given, "child_modules"):
        below = each.get("address")
        if not isinstance(below, str):
            raise Unreadable("has a module that has no address")
        name, bracket, key = below.removeprefix(f"{address}module.").partition("[")
        yield from _instances(each, module.child(name, bracket + key), f"{below}.", depth + 1, is_planned=is_planned)


def _commands(configured: Mapping[str, Any]) -> Iterator[str]:
    """The commands of a resource's provisioners that make an endpoint configuration, if they are literal texts."""
    for provisioner in objects_of(configured, "provisioners"):
        for expression in object_of(provisioner, "expressions").values():
            given = expression.get("constant_value") if isinstance(expression, dict) else None
            lines = given if isinstance(given, list) else [given]
            yield from (each for each in lines if isinstance(each, str) and command_calls(each))


def _read(document: Mapping[str, Any], is_plan: bool, count: int, concerning: list[Instance]) -> Read:
    changes = {
        each["address"]: each
        for each in objects_of(document, "resource_changes")
        if isinstance(each.get("address"), str) and not each.get("deposed")
    }
    entries: dict[str, Mapping[str, Any]] = {}
    deleted_first: dict[str, bool] = {}
    for each in concerning:
        change = object_of(changes.get(each.given["address"]), "change")
        sensitive = [each.given.get("sensitive_values"), change.get("after_sensitive")]
        if change.get("actions") in (["delete", "create"], ["create", "delete"]):
            deleted_first[each.urn] = change["actions"] == ["delete", "create"]
        made = merged(object_of(each.given, "values"), change.get("after_unknown"), sensitive)
        if each.urn in entries:
            raise Unreadable("has two resources of one address")
        if not made and not each.runs:
            raise Unreadable("has a resource without values where a policy has to know them")
        entries[each.urn] = {"id": object_of(each.given, "values").get("id"), "outputs": made}
    known = Sources(document, concerning, entries)
    resources = tuple(
        Resource(
            urn=each.urn,
            type=COMMAND if each.runs else each.token,
            name=each.given["address"],
            properties={"create": each.runs[0]} if each.runs else Properties(entries[each.urn]["outputs"]),
            provider=known.provider(each),
            property_sources=known.sources(each),
            ignore_changes=known.ignored(each),
            given=known.given(each),
            delete_before_replace=deleted_first.get(each.urn),
        )
        for each in concerning
    )
    tells = "configuration" in document or any("depends_on" in each.given for each in concerning)
    kind = TERRAFORM_PLAN if is_plan else TERRAFORM_STATE
    return Read(kind, count, resources, entries, tells, is_partial=is_plan and document.get("complete") is False)
