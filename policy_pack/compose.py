"""Custom packs: a selection of these policies with custom levels and settings, alone or beside other policies.

`select_policies` returns policies for the SDK's `PolicyPack`, which can hold any other policies too. `serve` serves a
selection alone, at this pack's full speed.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from policy_pack.judging.pack import Pack
from policy_pack.judging.policy import ADVISORY, DISABLED, HIGH, LOW, MANDATORY, MEDIUM, REMEDIATE, Policy
from policy_pack.judging.settings import read, schemas
from policy_pack.policies import PACK

if TYPE_CHECKING:
    import pulumi_policy

LEVELS = (ADVISORY, MANDATORY, REMEDIATE, DISABLED)
SEVERITIES = (LOW, MEDIUM, HIGH)


class SelectionError(ValueError):
    """An invalid selection; its text says what is wrong and suggests what may be meant."""


def select_policies(
    *,
    names: Iterable[str] | None = None,
    tags: Iterable[str] | None = None,
    severities: Iterable[str] | None = None,
    frameworks: Iterable[str] | None = None,
    level: str | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[pulumi_policy.Policy]:
    """Policies of this pack for your own `pulumi_policy.PolicyPack`, in this pack's order.

    A policy is selected if it meets every given criterion, and it meets a criterion if any of the values fits: `names`
    with or without the common prefix, `tags`, `severities` ("low", "medium", "high"), `frameworks` ("PCI DSS", or one
    requirement such as "NIST SP 800-53 Rev 5 SC-28"). Without criteria, every policy is selected. A policy that is
    disabled by default is selected only by its name, and is then mandatory. `level` replaces the default levels.
    `settings` are defaults for single settings, by the policies' names; the users of the pack can override them.

    The SDK deserializes every resource for these policies, as it does for any policy, so a stack costs as much as with
    any other pack. `serve` avoids that cost.

    Raises `SelectionError` if nothing is selected, if a policy is selected twice for the same pack, or if a name, tag,
    severity, framework, level or setting is not known.

    Source: "Selecting policies" of Pulumi's compliance-ready policies, for how criteria are combined.
    """
    from policy_pack.engine.serve import sdk_policy, session_for

    pack = _selection(PACK, names, tags, severities, frameworks, level, settings)
    again = [name for name in pack.by_full_name if (known := _selected.get(name)) is not None and known() is not None]
    if again:
        raise SelectionError(f"{again[0]} is selected twice: a pack cannot hold a policy two times.")
    session = session_for(pack)
    made = [sdk_policy(policy, session) for policy in pack.policies]
    _selected.update({name: weakref.ref(policy) for name, policy in zip(pack.by_full_name, made)})
    return made


def serve(
    name: str = PACK.name,
    *,
    title: str | None = None,
    names: Iterable[str] | None = None,
    tags: Iterable[str] | None = None,
    severities: Iterable[str] | None = None,
    frameworks: Iterable[str] | None = None,
    level: str | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Serves a pack called `name` to the engine, with the selected policies alone; does not return.

    Criteria, `level` and `settings` are those of `select_policies`; without criteria, it is the whole pack, including
    policies that are disabled by default. Resources that concern no policy are not deserialized.

    Raises `SelectionError` as `select_policies` does.
    """
    from policy_pack.engine.serve import serve as serve_pack

    criteria = (names, tags, severities, frameworks)
    pack = PACK
    if any(each is not None for each in criteria) or level is not None or settings is not None:
        pack = _selection(PACK, *criteria, level, settings)
    shown = title if title is not None else PACK.title if name == PACK.name else name
    serve_pack(replace(pack, name=name, title=shown))


def sdk_policies(policies: Iterable[Policy], *, prefix: str = "") -> list[pulumi_policy.Policy]:
    """Your own policies on this pack's model (`Policy`), for a `pulumi_policy.PolicyPack`; `prefix` begins their full
    names.

    Raises `SelectionError` if two policies have the same name.
    """
    from policy_pack.engine.serve import sdk_policy, session_for

    own = tuple(policies)
    twice = next((each.name for index, each in enumerate(own) if each.name in {one.name for one in own[:index]}), None)
    if twice is not None:
        raise SelectionError(f"Two policies are called {twice}.")
    session = session_for(replace(PACK, prefix=prefix, policies=own))
    return [sdk_policy(policy, session) for policy in own]


# The selected policies that are still in use: a caller's list keeps its policies alive; one that is gone is ignored.
_selected: dict[str, weakref.ref[Any]] = {}


def _selection(
    pack: Pack,
    names: Iterable[str] | None,
    tags: Iterable[str] | None,
    severities: Iterable[str] | None,
    frameworks: Iterable[str] | None,
    level: str | None,
    settings: Mapping[str, Mapping[str, Any]] | None,
) -> Pack:
    """A pack of the policies that meet the criteria, with the given levels and settings."""
    if level is not None:
        _known("level", [level], LEVELS)
    named = _names(pack, names)
    criteria: list[tuple[set[str] | None, Callable[[Policy], Collection[str]]]] = [
        (_known("tag", tags, {tag for each in pack.policies for tag in each.tags}), lambda policy: policy.tags),
        (_known("severity", severities, SEVERITIES), lambda policy: (policy.severity,)),
        (_known("framework", frameworks, _frameworks(pack)), lambda policy: _frameworks_of(policy, pack)),
    ]
    found = [
        policy
        for policy in pack.policies
        if (policy.name in named if named is not None else policy.level != DISABLED)
        and all(given is None or not given.isdisjoint(of(policy)) for given, of in criteria)
    ]
    if not found:
        raise SelectionError("No policy meets all of the criteria. Leave one out, or name the policies.")
    given = _settings(pack, found, settings or {})
    made = tuple(_made(policy, level, given.get(policy.name, {})) for policy in found)
    return replace(pack, policies=made)


def _made(policy: Policy, level: str | None, given: Mapping[str, Any]) -> Policy:
    # Naming a policy that is disabled by default enables it, at the level that its severity calls for.
    default = MANDATORY if policy.level == DISABLED else policy.level
    return replace(policy, level=level or default, given=given)


def _names(pack: Pack, names: Iterable[str] | None) -> set[str] | None:
    if names is None:
        return None
    given = [_text("name", name).removeprefix(pack.prefix) for name in _values("name", names)]
    known_names(pack, given)
    twice = next((name for index, name in enumerate(given) if name in given[:index]), None)
    if twice is not None:
        raise SelectionError(f"{twice} is selected twice: a pack cannot hold a policy two times.")
    return set(given)


def known_names(pack: Pack, names: Iterable[str]) -> None:
    """Raises `SelectionError` if a short name is not the name of a policy of the pack."""
    _known("policy", names, pack.by_name)


def _frameworks(pack: Pack) -> set[str]:
    return {name for policy in pack.policies for name in _frameworks_of(policy, pack)}


def _frameworks_of(policy: Policy, pack: Pack) -> set[str]:
    """The frameworks and the single requirements that ask for a policy."""
    asking = pack.control.requirements_of(policy.name)
    return {each.framework for each in asking} | {each.label for each in asking}


def _settings(
    pack: Pack, selected: Collection[Policy], settings: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """The settings by the policies' short names. Raises if a policy is not selected or a setting is not valid."""
    given = {_text("name", name).removeprefix(pack.prefix): each for name, each in settings.items()}
    known_names(pack, given)
    by_name = {policy.name: policy for policy in selected}
    for name, each in given.items():
        if name not in by_name:
            raise SelectionError(f"There are settings for {name}, which is not selected.")
        if not isinstance(each, Mapping):
            raise SelectionError(f"The settings for {name} are not a mapping from the names of settings to values.")
        _known(f"setting of {name}", each, schemas(by_name[name].settings))
        problems = read(by_name[name].settings, each).problems
        if problems:
            raise SelectionError(f"A setting for {name} cannot be used: {problems[0]}.")
    return given


def _known(what: str, given: Iterable[str] | None, known: Collection[str]) -> set[str] | None:
    """The given values, each of which must be known."""
    if given is None:
        return None
    values = [_text(what, each) for each in _values(what, given)]
    for each in values:
        if each not in known:
            from difflib import get_close_matches  # imported only after a mistake

            near = get_close_matches(each, sorted(known), n=1)
            meant = f' Did you mean "{near[0]}"?' if near else f" Known: {', '.join(sorted(known))}."
            raise SelectionError(f'There is no {what} "{each}".{meant}')
    return set(values)


def _values(what: str, given: Iterable[str]) -> list[str]:
    if isinstance(given, str):
        raise SelectionError(f'A list of {what}s belongs here, not the one text "{given}".')
    return list(given)


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise SelectionError(f"A {what} is a text, not {type(value).__name__}.")
    return value
