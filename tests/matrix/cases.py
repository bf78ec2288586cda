"""The matrix of policies and carriers: for each of both, a stack that violates the policy and one that does not.

`ROWS` has the parts of those stacks (`tests.matrix.rows`), `columns` what makes them with each carrier, `program` puts
both together, `tests/test_matrix.py` runs that in each phase, and `markdown` makes the table of the README. What a
carrier cannot make of a stack is left to the classic provider, if it is a key, and else the policy says nothing of that
carrier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from policy_pack.policies import PACK
from tests.harness.program import Program
from tests.matrix.carriers import COLUMNS
from tests.matrix.parts import KEY
from tests.matrix.rows import KEY_IN_AWS as KEY_IN_AWS
from tests.matrix.rows import Row


class Case(NamedTuple):
    """A policy and a carrier, the carrier of keys and the phase, and whether the policy is violated."""

    policy: str
    carrier: str
    of_key: str
    phase: str
    violated: bool

    def __str__(self) -> str:
        carrier = self.carrier if self.of_key == self.carrier else f"{self.carrier} with a key of {self.of_key}"
        return f"{self.policy}-{carrier}-{self.phase}-{'violated' if self.violated else 'passed'}"


def _rows() -> Iterator[tuple[str, Row]]:
    for policy in PACK.policies:
        name = f"tests.policies.test_{policy.name.replace('-', '_')}"
        row = getattr(import_module(name), "ROW", None) if find_spec(name) is not None else None
        if row is not None:
            yield policy.name, row


ROWS: Mapping[str, Row] = dict(_rows())

PREVIEW, UPDATE, STATE = PHASES = ("preview", "update", "state")


def _cases() -> Iterator[Case]:
    making_keys = [title for title, column in COLUMNS.items() if KEY in column.PARTS]
    for policy, row in ROWS.items():
        for carrier in row.carriers:
            own = [carrier] if carrier in making_keys else making_keys[:1]
            for phase in _phases(carrier):
                yield from (Case(policy, carrier, own[0], phase, violated) for violated in (True, False))
            if KEY not in row.types:
                continue
            # Each other carrier's key for one policy; for the others that of the next carrier.
            following = making_keys[(making_keys.index(own[0]) + 1) % len(making_keys)]
            for of_key in making_keys if policy == "key-resource-usable" else [following]:
                phase = _phases(carrier)[0]
                if of_key not in own and phase in _phases(of_key):
                    yield from (Case(policy, carrier, of_key, phase, violated) for violated in (True, False))


def _phases(carrier: str) -> Sequence[str]:
    phases: Sequence[str] = getattr(COLUMNS[carrier], "PHASES", PHASES)
    return phases


CASES = list(_cases())


def program(case: Case, key_in_aws: str = KEY_IN_AWS) -> Program:
    """The program of a case; `key_in_aws` is the ARN of a key that AWS knows."""
    row = ROWS[case.policy]
    parts = {
        label: part._replace(properties={name: _known(each, key_in_aws) for name, each in part.properties.items()})
        for label, part in (row.violating if case.violated else row.passing).items()
    }
    keys = {label: part for label, part in parts.items() if part.type == KEY}
    others = {label: part for label, part in parts.items() if label not in keys}
    if case.of_key == case.carrier:
        return lambda: COLUMNS[case.carrier].make(parts, {})
    return lambda: COLUMNS[case.carrier].make(others, COLUMNS[case.of_key].make(keys, {}))


def speaking(case: Case) -> str:
    """The policy that speaks of a case."""
    instead = ROWS[case.policy].of_known_keys
    return case.policy if case.phase == PREVIEW or instead is None else instead


def settings(case: Case) -> Mapping[str, Any]:
    """The settings of a case."""
    row = ROWS[case.policy]
    return row.settings_violating if case.violated else row.settings_passing


def markdown() -> str:
    """The table of the README: the pack's policies in their order, and the carriers on which each is tried."""
    lines = [f"| Policy | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for policy in PACK.policies:
        judged = ROWS[policy.name].carriers if policy.name in ROWS else ()
        lines.append(f"| `{policy.name}` | {' | '.join('✓' if each in judged else '' for each in COLUMNS)} |")
    tried = (
        "tried with a stack that violates the policy and with one that does not, at preview, at update, from a state."
    )
    return "\n".join([*lines, "", f"✓: {tried}"])


def _known(value: Any, key_in_aws: str) -> Any:
    return key_in_aws if value == KEY_IN_AWS else value
