"""A policy's four verdicts on a subject, and the verdict that an exemption makes of a violation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

from policy_pack.records import dataclass
from policy_pack.stack.model import Suppression


@dataclass(frozen=True)
class Compliant:
    """The subject meets the policy.

    `rests_on` is the evidence for a report, in a sentence or two: which key, where, in what state. It contains no ARN,
    no account and no property values other than Regions, partitions, instance types, numbers and resource names.
    """

    rests_on: str = ""


@dataclass(frozen=True)
class Violation:
    """The subject violates the policy.

    `why` says what is wrong and why that matters, and `fix` says what to type. `at` is the URN of the resource to
    change if that is not the subject (a key that a configuration uses). Neither text contains an ARN, an account or
    property values other than Regions, partitions, instance types and resource names. `suppression` is the template
    author's suppression of the same check, if there is one.
    """

    why: str
    fix: str
    at: str | None = None
    suppression: Suppression | None = None


@dataclass(frozen=True)
class NotApplicable:
    """The policy does not apply to the subject, and `why`."""

    why: str


@dataclass(frozen=True)
class CannotTell:
    """The policy cannot decide from the values that are known now, and `why`.

    `to_decide` says how to make it decidable, if that takes more than a known value. `said_by` names a policy, without
    the pack's prefix, that cannot tell for the same reason of the same subject, and whose question comes first.
    """

    why: str
    to_decide: str = ""
    said_by: str = ""


@dataclass(frozen=True)
class Exempted:
    """A violation that the organization has accepted until `expires` (ISO 8601 date), for `reason`.

    `expires` is empty, and the exemption never ends, if it comes from a suppression in a template or from a tag that
    the organization honors.
    """

    violation: Violation
    reason: str
    expires: str
    ticket: str | None = None


Decision = Union[Compliant, Violation, NotApplicable, CannotTell]
Verdict = Union[Decision, Exempted]

COMPLIANT = Compliant()


def of_alternatives(decisions: Sequence[Decision]) -> Decision:
    """The combined decision on the alternatives of a subject: a violation only if every alternative is one."""
    violations = [each for each in decisions if isinstance(each, Violation)]
    if violations and len(violations) < len(decisions):
        return CannotTell("The answer depends on a condition of the template that is not known before the update.")
    for kind in (Violation, CannotTell, Compliant):
        found = [each for each in decisions if isinstance(each, kind)]
        if found:
            return found[0]
    return decisions[0]
