"""The report of an audit: the data structure that every format writes, with its sources and limits.

Its texts are safe in the same way as those of `policy_pack.audit.evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    NOT_APPLICABLE,
    WORST_FIRST,
    ConfigurationEvidence,
    Finding,
    UnreadEvidence,
    count,
)
from policy_pack.judging.control import Control
from policy_pack.judging.frameworks import Requirement
from policy_pack.judging.policy import DISABLED
from policy_pack.policies import PACK
from policy_pack.records import dataclass

STACK_EXPORT, CHECKPOINT, PREVIEW = "stack export", "checkpoint", "preview"
TERRAFORM_PLAN, TERRAFORM_STATE = "terraform plan", "terraform state"
BEFORE_UPDATE = (PREVIEW, TERRAFORM_PLAN)  # their resources do not exist yet


@dataclass(frozen=True, slots=True)
class Source:
    """An input that was read: its given name, its digest and `size` in bytes, and its stack.

    `organization`, `project` and `stack` are empty if the input does not name them. `kind` is one of `STACK_EXPORT`,
    `CHECKPOINT`, `PREVIEW`, `TERRAFORM_PLAN` and `TERRAFORM_STATE`. `resources` is the number of its resources.
    `taken` is the time in the input at which it was written (ISO 8601 in UTC, whole seconds); empty if it has none.
    """

    name: str
    sha256: str
    size: int
    kind: str
    organization: str
    project: str
    stack: str
    resources: int
    taken: str = ""

    @property
    def label(self) -> str:
        """The stack, such as "shop/dev"; the input's name if it does not name its stack."""
        parts = [part for part in (self.organization, self.project, self.stack) if part]
        return "/".join(parts) or self.name


@dataclass(frozen=True, slots=True)
class Problem:
    """A fact about an input, in one line that follows its name: "state.json", "is not JSON"."""

    source: str
    text: str


@dataclass(frozen=True)
class PolicyInEffect:
    """A policy and its level in this audit (advisory, mandatory, remediate or disabled).

    `name` is the full name, and `risk` says why it matters. `decisive` says that a configuration that violates it does
    not meet the control.
    """

    name: str
    title: str
    description: str
    risk: str
    remediation: str
    url: str
    level: str
    severity: str
    tags: tuple[str, ...]
    decisive: bool


def judged(counts: Mapping[str, int]) -> int:
    """The number of those that were judged, given the number for each of `STATUSES`."""
    return sum(counts.values()) - counts[NOT_APPLICABLE]


def share(counts: Mapping[str, int]) -> float | None:
    """The compliant share of those that were judged, 0 to 1; `None` if there are none."""
    return counts[COMPLIANT] / judged(counts) if judged(counts) else None


@dataclass(frozen=True)
class RequirementEvidence:
    """A framework's requirement, and the number of configurations for each of `STATUSES`.

    Unreadable resources that may make configurations are included, as ones for which the policies cannot tell.
    """

    requirement: Requirement
    counts: dict[str, int]

    @property
    def judged(self) -> int:
        """The number of configurations that the requirement applies to."""
        return judged(self.counts)

    @property
    def share(self) -> float | None:
        """The compliant share of those, 0 to 1; `None` if there are none. An exempted one is not compliant."""
        return share(self.counts)


@dataclass(frozen=True)
class Past:
    """The result of an audit: the number of configurations for each of `STATUSES`, and of new violations."""

    when: datetime
    counts: dict[str, int]
    mandatory: int
    advisory: int

    @property
    def share(self) -> float | None:
        """The share of the judged configurations that were compliant, 0 to 1; `None` if there were none."""
        return share(self.counts)


@dataclass(frozen=True)
class Report:
    """An audit. `when` is in UTC, whole seconds.

    `problems` are inputs that could not be audited, and `notes` are other limits of the evidence. `ignored` are JSON
    files in directories that are not stacks. `unread` are resources and templates that may make more configurations.
    `fixed` are findings of the baseline that are gone. `history` are the earlier audits and this one in chronological
    order, if there are earlier ones.
    """

    pack: str
    version: str
    when: datetime
    control: Control
    policies: tuple[PolicyInEffect, ...]
    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    configurations: tuple[ConfigurationEvidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[UnreadEvidence, ...] = ()
    fixed: tuple[Finding, ...] = ()
    history: tuple[Past, ...] = ()
    shows_arns: bool = False

    @cached_property
    def requirements(self) -> tuple[RequirementEvidence, ...]:
        """The requirements of the control's frameworks, with the number of configurations that meet them."""
        unread = [each.status for each in self.unread]
        return tuple(
            RequirementEvidence(
                requirement,
                count([*(status_for(requirement, each, self.control) for each in self.configurations), *unread]),
            )
            for requirement in self.control.requirements
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        """The number of configurations for each of `STATUSES`, including unreadable resources."""
        return count([*(each.status for each in self.configurations), *(each.status for each in self.unread)])

    @cached_property
    def new_findings(self) -> tuple[Finding, ...]:
        """The findings that are not in the baseline."""
        return tuple(each for each in self.findings if not each.known)

    @cached_property
    def known_findings(self) -> tuple[Finding, ...]:
        """The findings that are in the baseline."""
        return tuple(each for each in self.findings if each.known)


def status_for(requirement: Requirement, configuration: ConfigurationEvidence, control: Control) -> str:
    """The combined result of the policies of a requirement for one configuration: one of `STATUSES`.

    A configuration that does not meet the control meets none of its requirements. Policies of the requirement beyond
    the control need positive evidence: if one is disabled or has nothing to judge (a key from outside the stack), the
    result is open.
    """
    if configuration.status == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if not requirement.where_enabled and all(name in control.policies for name in requirement.policies):
        return configuration.status  # the usual case, for most requirements and configurations
    found = {each.policy.removeprefix(PACK.prefix): each for each in configuration.verdicts}
    statuses = [configuration.status]
    for name in requirement.policies:
        if name not in control.policies:
            shown = found.get(name)
            open_ = shown is None or shown.level == DISABLED or shown.status == NOT_APPLICABLE
            statuses.append(CANNOT_TELL if shown is None or open_ else shown.status)
    statuses += [found[name].status for name in requirement.where_enabled if name in found]
    return min(statuses, key=WORST_FIRST.index)
