"""What an audit found: the one data structure that every format writes.

Texts are safe to show: they hold no secret, no account or key id unless `Report.shows_arns`, and what comes from a
stack has its characters that do not print escaped (``\\x1b``). They are not escaped for any format: a name can hold
markup, formulas and quotes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from policy_pack.judging.control import Control
from policy_pack.judging.frameworks import Requirement
from policy_pack.judging.policy import DISABLED
from policy_pack.policies import PACK

COMPLIANT = "compliant"
NON_COMPLIANT = "non-compliant"
NOT_APPLICABLE = "not-applicable"
EXEMPTED = "exempted"
CANNOT_TELL = "cannot-tell"
STATUSES = (COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, EXEMPTED, CANNOT_TELL)

# Of several verdicts on what belongs to one configuration, the first of these counts.
WORST_FIRST = (NON_COMPLIANT, CANNOT_TELL, EXEMPTED, COMPLIANT, NOT_APPLICABLE)

STACK_EXPORT, CHECKPOINT, PREVIEW = "stack export", "checkpoint", "preview"
TERRAFORM_PLAN, TERRAFORM_STATE = "terraform plan", "terraform state"
BEFORE_UPDATE = (PREVIEW, TERRAFORM_PLAN)  # what these tell of is not there yet


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
class PolicyVerdict:
    """What a policy says of a configuration: one of `STATUSES`, and why; a compliant one says on what it rests.

    `fix` goes with a violation, exempted or not; `reason`, `expires` (ISO 8601 date) and `ticket` with an exemption; a
    `reason` alone with what a template suppresses.
    `policy` is the full name.
    """

    policy: str
    status: str
    level: str
    severity: str
    why: str = ""
    fix: str = ""
    reason: str = ""
    expires: str = ""
    ticket: str = ""


@dataclass(frozen=True)
class Position:
    """A line of a program: `path` is relative to the project's folder, or to the repository where the audit was told
    where that folder is, with ``/`` between its parts. `line` and `column` count from 1; a `column` of 0 is not known.
    """

    path: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")


@dataclass(frozen=True)
class Origin:
    """Where a resource comes from.

    `program` is the line that makes it, as far as its stack says, and `calls` the lines of the project's own that led
    there, innermost first, beginning with that one. `line` is that of the input at which the resource is described,
    from 1.
    """

    program: Position | None = None
    calls: tuple[Position, ...] = ()
    line: int = 1


@dataclass(frozen=True)
class Command:
    """An AWS CLI command to paste into a POSIX shell, and what it shows."""

    shows: str
    text: str


@dataclass(frozen=True)
class ConfigurationEvidence:
    """An endpoint configuration with what each policy says of it.

    `source` is the name of its input and `stack` that input's label. `id` is its URN, with ``#`` and the logical id
    for one within a template. `name` is the physical name, empty where it is not known; `region` likewise. `key` is
    the text of its key (masked), or what there is instead of one, in brackets. `status` is one of `STATUSES`: what
    the decisive policies come to. `origin` says which line made it. `key_label` is a short name of its key within the
    report, the same for all that use that key; empty where nobody knows which key it is.
    """

    source: str
    stack: str
    urn: str
    id: str
    label: str
    type: str
    name: str
    region: str
    key: str
    status: str
    verdicts: tuple[PolicyVerdict, ...]
    commands: tuple[Command, ...] = ()
    origin: Origin = Origin()
    key_label: str = ""


@dataclass(frozen=True)
class Finding:
    """A violation, of whatever kind of resource, or of the stack as a whole (then `urn` is empty).

    `resource` is the name of the resource and `subject` what the message is about, where that is another one (a
    configuration within a template). `known` says that the baseline has it. `fingerprint` (hexadecimal SHA-256) stays
    the same from audit to audit. `policy` is the full name. `origin` says which line made the resource.
    """

    source: str
    stack: str
    policy: str
    level: str
    severity: str
    urn: str
    resource: str
    type: str
    subject: str
    why: str
    fix: str
    fingerprint: str
    known: bool = False
    origin: Origin = Origin()


@dataclass(frozen=True)
class UnreadEvidence:
    """What may make endpoint configurations and cannot be read: a resource, or a template.

    `id`, `label`, `urn` and `type` are as of a configuration. `status` is `CANNOT_TELL`, or `EXEMPTED` where the
    organization has accepted it. `why` says what it is, in sentences.
    """

    source: str
    stack: str
    urn: str
    id: str
    label: str
    type: str
    status: str
    why: str


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
    requirements: tuple[RequirementEvidence, ...] = field(init=False)

    def __post_init__(self) -> None:
        unread = [each.status for each in self.unread]
        every = tuple(
            RequirementEvidence(
                requirement,
                count([*(status_for(requirement, each, self.control) for each in self.configurations), *unread]),
            )
            for requirement in self.control.requirements
        )
        object.__setattr__(self, "requirements", every)

    @property
    def counts(self) -> dict[str, int]:
        """How many configurations there are of each of `STATUSES`, with what cannot be read."""
        return count([*(each.status for each in self.configurations), *(each.status for each in self.unread)])

    @property
    def new_findings(self) -> tuple[Finding, ...]:
        """The findings that the baseline does not have."""
        return tuple(each for each in self.findings if not each.known)

    @property
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


def count(statuses: Iterable[str]) -> dict[str, int]:
    """How often each of `STATUSES` occurs."""
    found = list(statuses)
    return {status: found.count(status) for status in STATUSES}
