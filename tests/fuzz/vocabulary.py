"""What the fuzzer starts from, taken from the pack itself: a policy, a setting or a carrier that is new is fuzzed.

The stacks are those of the matrix, in which every policy has a row and every carrier a column, and the names and values
of settings come from their schemas.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from google.protobuf import json_format

from policy_pack import carriers
from policy_pack.carriers.place import Surroundings
from policy_pack.engine import messages
from policy_pack.judging.pack import Pack
from policy_pack.judging.policy import ADVISORY, MANDATORY
from policy_pack.judging.settings import schemas
from policy_pack.policies import PACK
from policy_pack.values import Unknown
from tests.fuzz.garbage import HOSTILE
from tests.harness.program import DEV, deploy
from tests.matrix import cases as matrix

LEVEL, REFUSE = "enforcementLevel", "refuse"


@dataclass(frozen=True)
class Seed:
    """A stack of the matrix: the policy of its row, its carrier, whether it violates the policy, and in which forms."""

    policy: str
    carrier: str
    violated: bool
    stack: list[dict[str, Any]]
    state: dict[str, Any]


@cache
def cases() -> list[matrix.Case]:
    """The cases of the matrix that need no settings, each carrier with keys of its own."""
    return [
        case
        for case in matrix.CASES
        if case.phase == _last_phase(case.carrier)
        and not matrix.settings(case)
        and case.of_key == _first_of(case.carrier).of_key
    ]


@cache
def _last_phase(carrier: str) -> str:
    phases = {each.phase for each in matrix.CASES if each.carrier == carrier}
    return matrix.UPDATE if matrix.UPDATE in phases else matrix.STATE


@cache
def _first_of(carrier: str) -> matrix.Case:
    return next(each for each in matrix.CASES if each.carrier == carrier)


def is_wrong(case: matrix.Case) -> bool:
    """Whether something is wrong with a case whatever the settings: what is mandatory, or what nobody can read."""
    return case.violated and (level(case) == MANDATORY or case.policy in unread())


def is_right(case: matrix.Case) -> bool:
    """Whether nothing is wrong with a case, and all of it can be told after an update."""
    return not case.violated and not any(isinstance(each.key, Unknown) for each in _configurations(case))


def level(case: matrix.Case) -> str:
    """The level of the policy that speaks of a case."""
    return next(each.level for each in PACK.policies if each.name == matrix.speaking(case))


@cache
def seed(case: matrix.Case) -> Seed:
    """The stack of a case after an update, as the engine sends and exports it."""
    made = deploy(matrix.program(case), phase=matrix.UPDATE, stack=DEV)
    stack = json_format.MessageToDict(made.requests[-1]).get("resources", [])
    return Seed(case.policy, case.carrier, case.violated, stack, made.export)


def some(random: Random, *, wrong: bool | None = None) -> Seed:
    """A copy of a stack of the matrix."""
    of_interest = [each for each in cases() if wrong is None or is_wrong(each) == wrong]
    return copy.deepcopy(seed(random.choice(of_interest)))


@cache
def unread() -> Collection[str]:
    """The policies that name what cannot be read, which is wrong whatever their level."""
    return tuple(each.name for each in PACK.policies if each.name.endswith("-readable") and each.level == ADVISORY)


@cache
def key_names() -> list[str]:
    """How the carriers spell the property that names a key."""
    found = set()
    for case in cases():
        for name in (each.key_property for each in _configurations(case)):
            found.add(name.rpartition(".")[2])
    return sorted(found)


def _configurations(case: matrix.Case) -> Iterator[Any]:
    made = deploy(matrix.program(case), phase=matrix.UPDATE, stack=DEV).requests[-1]
    resources = map(messages.resource, made.resources)  # type: ignore[attr-defined]
    yield from carriers.read(resources, Surroundings(DEV.config, {})).configurations


def types() -> list[str]:
    """The types of resources that carriers read, in a package of any name where they take any."""
    return sorted({kind.replace("*:", "aws:", 1) for each in carriers.CARRIERS for kind in each.READERS})


def refusing(pack: Pack = PACK) -> dict[str, dict[str, Any]]:
    """The settings with which nothing that cannot be told passes."""
    named = {each.name: schemas(each.settings) for each in pack.policies}
    return {name: {"undecided": REFUSE} for name, given in named.items() if "undecided" in given}


def setting_names(pack: Pack = PACK) -> list[str]:
    """The names of all settings, and of what is within them."""
    found = {LEVEL}
    for policy in pack.policies:
        for name, schema in schemas(policy.settings).items():
            found.add(name)
            found.update(_names_in(schema))
    return sorted(found)


def _names_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (name for name in schema.get("properties", {}) if isinstance(name, str))
        for each in schema.values():
            yield from _names_in(each)


def value(random: Random, schema: Any) -> Any:
    """A value that a schema of a setting allows, or nearly so."""
    if random.random() < 0.1:
        return random.choice((None, 5.5, -1, "", [], {}, True, *HOSTILE))
    if "enum" in schema:
        return random.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "boolean":
        return random.random() < 0.5
    if kind in ("integer", "number"):
        low, high = schema.get("minimum", 0), schema.get("maximum", 400)
        return random.choice((low, high, random.randint(int(low), int(high)), low - 1, high + 1, float(low)))
    if kind == "array":
        return [value(random, schema.get("items", {})) for _ in range(random.randrange(3))]
    if kind == "object":
        names = [*schema.get("properties", {}), *("*", "eu-west-1", "team")]
        chosen = {*schema.get("required", []), *random.sample(names, random.randrange(min(4, len(names))))}
        inner = {**dict.fromkeys(names, schema.get("additionalProperties") or {}), **schema.get("properties", {})}
        return {name: value(random, inner.get(name, {})) for name in sorted(chosen)}
    return random.choice(("*", "eu-west-1", "2999-01-01", "2001-02-30", "111122223333", "config", "a reason", *HOSTILE))


def settings(random: Random, pack: Pack = PACK) -> dict[str, Any]:
    """A configuration of a pack, in which everything is allowed, or nearly so."""
    given: dict[str, Any] = {}
    for policy in random.sample(pack.policies, random.randint(1, min(6, len(pack.policies)))):
        known = schemas(policy.settings)
        chosen = random.sample(sorted(known), random.randrange(min(5, len(known)) + 1))
        entry: Any = {name: value(random, known[name]) for name in chosen}
        if random.random() < 0.3:
            entry[LEVEL] = random.choice(("advisory", "mandatory", "remediate", "disabled", "Mandatory", 5, None))
        prefixed = random.random() < 0.7
        given[pack.full_name(policy) if prefixed else policy.name] = (
            entry if random.random() < 0.9 else entry.get(LEVEL)
        )
    return given
