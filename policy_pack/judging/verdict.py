"""The four answers of a policy about one subject, and what an exemption makes of a violation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

from policy_pack.records import dataclass
from policy_pack.stack.model import Suppression


@dataclass(frozen=True)
class Compliant:
    """The subject is as the policy wants it.

    `rests_on` is the evidence, in a sentence or two for a report: which key, where, in what state. It holds no ARN, no
    account and no value of a property other than regions, partitions, instance types, numbers and resource names.
    """

    rests_on: str = ""


@dataclass(frozen=True)
class Violation:
    """The subject is not as the policy wants it.

    `why` says what is wrong and why that matters, `fix` what to type. `at` is the URN of the resource to change where
    that is another than the subject (a key that a configuration uses). Neither text holds an ARN, an account or any
    value of a property other than regions, partitions, instance types and resource names. `suppression` is what the
    author of a template says there about it.
    """

    why: str
    fix: str
    at: str | None = None
    suppression: Suppression | None = None


@dataclass(frozen=True)
class NotApplicable:
    """The policy has nothing to say of the subject, and `why`."""

    why: str


@dataclass(frozen=True)
class CannotTell:
    """The policy cannot decide from what is known now, and `why`; it claims nothing.

    `to_decide` says what would decide it, where that is something else than the value that is not known.
    """

    why: str
    to_decide: str = ""


@dataclass(frozen=True)
class Exempted:
    """A violation that the organization has accepted until `expires` (ISO 8601 date), for `reason`.

    One that a template suppresses or a tag exempts, where the organization honors that, does not expire: `expires` is
    empty.
    """

    violation: Violation
    reason: str
    expires: str
    ticket: str | None = None


Decision = Union[Compliant, Violation, NotApplicable, CannotTell]
Verdict = Union[Decision, Exempted]

COMPLIANT = Compliant()


def of_alternatives(decisions: Sequence[Decision]) -> Decision:
    """What decisions on all that a subject may be come to: a violation only where it is one in any case."""
    violations = [each for each in decisions if isinstance(each, Violation)]
    if violations and len(violations) < len(decisions):
        return CannotTell("The answer depends on a condition of the template that is not known before the update.")
    for kind in (Violation, CannotTell, Compliant):
        found = [each for each in decisions if isinstance(each, kind)]
        if found:
            return found[0]
    return decisions[0]
