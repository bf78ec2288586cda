"""The results of an audit: evidence for endpoint configurations, and violations of other resources.

Texts are safe to show: they contain no secret, and no account or key ID unless `report.Report.shows_arns`. Unprintable
characters from a stack are escaped (``\\x1b``). Texts are not escaped for any format: a name can contain markup,
formulas and quotes.
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

# If there are several verdicts on parts of one configuration, the first of these statuses counts.
WORST_FIRST = (NON_COMPLIANT, CANNOT_TELL, EXEMPTED, COMPLIANT, NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """A policy's verdict on a configuration: one of `STATUSES`, and why; for a compliant one, the evidence.

    `policy` is the full name. A violation, exempted or not, has a `fix`. An exemption has a `reason`, a date `expires`
    (ISO 8601) and a `ticket`; a suppression in a template has only a `reason`.
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
    """A line of a program. `path` is relative to the project's folder, or to the repository if the audit knows where
    that folder is, with ``/`` as separator. `line` and `column` count from 1; a `column` of 0 is not known.
    """

    path: str
    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" + (f":{self.column}" if self.column else "")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a resource comes from.

    `program` is the line that makes it, if the stack has it, and `calls` are the project's own lines that led there,
    innermost first, beginning with that line. `line` is the line of the input that describes the resource, from 1.
    """

    program: Position | None = None
    calls: tuple[Position, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class Command:
    """An AWS CLI command for a POSIX shell, and what it shows."""

    shows: str
    text: str


@dataclass(frozen=True, slots=True)
class ConfigurationEvidence:
    """An endpoint configuration with each policy's verdict.

    `source` is the name of its input and `stack` that input's label. `id` is its URN; in a template, with ``#`` and the
    logical ID. `name` is the physical name and `region` the Region, each empty if it is not known. `key` is the masked
    text of its key, or a note in brackets if there is none. `status` is one of `STATUSES`: the result of the decisive
    policies. `origin` is the line that makes it. `key_label` is a short name of its key in the report, the same for all
    configurations with that key; empty if the key is not known.
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
    """A violation of any resource, or of the stack as a whole (with an empty `urn`).

    `resource` is the name of the resource, and `subject` the subject of the message if it is another one (a
    configuration in a template). `known` says that the baseline has it. `fingerprint` (hexadecimal SHA-256) is the same
    in every audit. `policy` is the full name. `origin` is the line that makes the resource.
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
    """A resource or a template that may make endpoint configurations and cannot be read.

    `id`, `label`, `urn` and `type` are like those of a configuration. `status` is `CANNOT_TELL`, or `EXEMPTED` if the
    organization has accepted it. `why` says in sentences what it is.
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
    """The number of occurrences of each of `STATUSES`."""
    found = list(statuses)
    return {status: found.count(status) for status in STATUSES}
