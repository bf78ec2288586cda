"""What an audit found of endpoint configurations, and of what else violates a policy.

Texts are safe to show: they hold no secret, no account or key id unless `report.Report.shows_arns`, and what comes from
a stack has its characters that do not print escaped (``\\x1b``). They are not escaped for any format: a name can hold
markup, formulas and quotes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policy_pack.records import dataclass

COMPLIANT = "compliant"
NON_COMPLIANT = "non-compliant"
NOT_APPLICABLE = "not-applicable"
EXEMPTED = "exempted"
CANNOT_TELL = "cannot-tell"
STATUSES = (COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, EXEMPTED, CANNOT_TELL)

# Of several verdicts on what belongs to one configuration, the first of these counts.
WORST_FIRST = (NON_COMPLIANT, CANNOT_TELL, EXEMPTED, COMPLIANT, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Position:
    """A line of a program: `path` is relative to the project's folder, or to the repository where the audit was told
    where that folder is, with ``/`` between its parts. `line` and `column` count from 1; a `column` of 0 is not known.
    """

    path: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a resource comes from.

    `program` is the line that makes it, as far as its stack says, and `calls` the lines of the project's own that led
    there, innermost first, beginning with that one. `line` is that of the input at which the resource is described,
    from 1.
    """

    program: Position | None = None
    calls: tuple[Position, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class Command:
    """An AWS CLI command to paste into a POSIX shell, and what it shows."""

    shows: str
    text: str


@dataclass(frozen=True, slots=True)
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
    commands: Sequence[Command] = ()
    origin: Origin = Origin()
    key_label: str = ""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


def count(statuses: Iterable[str]) -> dict[str, int]:
    """How often each of `STATUSES` occurs."""
    found = list(statuses)
    return {status: found.count(status) for status in STATUSES}
