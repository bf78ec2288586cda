"""The report of an audit: the one data structure that every format writes, with its sources and what limits it.

What is said of texts in `policy_pack.audit.evidence` holds for all of it.
"""

from __future__ import annotations

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
BEFORE_UPDATE = (PREVIEW, TERRAFORM_PLAN)  # what these tell of is not there yet


@dataclass(frozen=True, slots=True)
class Source:
    """An input that was read: its name as given, what its bytes are (`size` in bytes), and the stack that it is of.

    `organization`, `project` and `stack` are empty where the input does not say; `kind` is one of `STACK_EXPORT`,
    `CHECKPOINT`, `PREVIEW`, `TERRAFORM_PLAN` and `TERRAFORM_STATE`. `resources` is how many resources it holds.
    `taken` is when the stack was written, as it says itself (ISO 8601 in UTC, whole seconds); empty where it does not.
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
        """The stack, as in "shop/dev"; the input's name where it does not say which."""
        parts = [part for part in (self.organization, self.project, self.stack) if part]
        return "/".join(parts) or self.name


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to know of an input, in one line that reads on from its name: "state.json", "is not JSON"."""

    source: str
    text: str


@dataclass(frozen=True)
class PolicyInEffect:
    """A policy and the level it has in this audit (advisory, mandatory, remediate or disabled).

    `name` is the full name, `risk` why it matters. `decisive` says that a configuration which violates it does not meet
    the control.
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


@dataclass(frozen=True)
class RequirementEvidence:
    """A framework's requirement, and how many configurations there are of each of `STATUSES`.

    What may make configurations and cannot be read is among them, as nobody can tell whether it meets the requirement.
    """

    requirement: Requirement
    counts: dict[str, int]

    @property
    def judged(self) -> int:
        """How many configurations the requirement applies to."""
        return sum(self.counts.values()) - self.counts[NOT_APPLICABLE]

    @property
    def share(self) -> float | None:
        """The share of those that are compliant, 0 to 1; `None` where there are none. An exempted one is not."""
        return self.counts[COMPLIANT] / self.judged if self.judged else None


@dataclass(frozen=True)
class Past:
    """What an audit came to: how many configurations there were of each of `STATUSES`, and how many new violations."""

    when: datetime
    counts: dict[str, int]
    mandatory: int
    advisory: int

    @property
    def share(self) -> float | None:
        """The share of the configurations judged that were compliant, 0 to 1; `None` where there were none."""
        judged = sum(self.counts.values()) - self.counts[NOT_APPLICABLE]
        return self.counts[COMPLIANT] / judged if judged else None


@dataclass(frozen=True)
class Report:
    """An audit. `when` is in UTC, whole seconds.

    `problems` say what could not be audited, `notes` what limits the evidence otherwise. `ignored` are the JSON files
    in directories that hold no stack. `unread` are the resources and templates that may make more configurations.
    `fixed` are the findings of the baseline that are no more, `history` the earlier
    audits and this one in the order of time, where there are any.
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
        """The requirements of the control's frameworks, with how many configurations meet them."""
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
        """How many configurations there are of each of `STATUSES`, with what cannot be read."""
        return count([*(each.status for each in self.configurations), *(each.status for each in self.unread)])

    @cached_property
    def new_findings(self) -> tuple[Finding, ...]:
        """The findings that the baseline does not have."""
        return tuple(each for each in self.findings if not each.known)

    @cached_property
    def known_findings(self) -> tuple[Finding, ...]:
        """The findings that the baseline has."""
        return tuple(each for each in self.findings if each.known)


def status_for(requirement: Requirement, configuration: ConfigurationEvidence, control: Control) -> str:
    """What the policies that a requirement asks for come to, for one configuration: one of `STATUSES`.

    What does not meet the control meets none of its requirements. What a requirement asks for beyond the control has to
    be shown: a policy that is disabled, or that has nothing to judge (a key that is not made in the stack), leaves open
    whether it is met.
    """
    if configuration.status == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if not requirement.where_enabled and all(name in control.policies for name in requirement.policies):
        return configuration.status  # as of most, and of many configurations
    found = {each.policy.removeprefix(PACK.prefix): each for each in configuration.verdicts}
    statuses = [configuration.status]
    for name in requirement.policies:
        if name not in control.policies:
            shown = found.get(name)
            open_ = shown is None or shown.level == DISABLED or shown.status == NOT_APPLICABLE
            statuses.append(CANNOT_TELL if shown is None or open_ else shown.status)
    statuses += [found[name].status for name in requirement.where_enabled if name in found]
    return min(statuses, key=WORST_FIRST.index)
