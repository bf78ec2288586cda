"""What a policy pack answers, in small records that tests compare and people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pulumi.runtime.proto import analyzer_pb2 as pb

PREFIX = "sagemaker-endpoint-configuration-"

# How the reasons begin by which a policy does not apply to what holds nothing of the kind that it judges.
NOTHING_TO_JUDGE = ("The resource is not a ", "The stack has no ", "No setting differs ")

Triple = tuple[str, str, str]  # level, policy without the prefix, resource


@dataclass(frozen=True)
class Finding:
    """A diagnostic. `policy` is without `PREFIX`, `resource` the name of the resource or "" for the stack."""

    level: str
    policy: str
    resource: str
    message: str
    urn: str
    severity: str

    @property
    def triple(self) -> Triple:
        return self.level, self.policy, self.resource

    def __str__(self) -> str:
        return f"[{self.level}] {self.policy} ({self.severity}) at {self.resource or 'the stack'}\n  {self.message}"


@dataclass(frozen=True)
class Answer:
    """The answer to one Analyze, AnalyzeStack or Remediate request; `response` is the whole of it."""

    findings: tuple[Finding, ...]
    not_applicable: dict[str, str]
    response: pb.AnalyzeResponse | pb.RemediateResponse


class Verdicts:
    """What the pack says of a program or a recording: triples, equal to a list of them in any order.

    The engine's calls have no order, so neither has what they answer.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, subject: str, answers: Iterable[Answer]) -> None:
        self.subject = subject
        self.answers = tuple(answers)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for answer in self.answers for finding in answer.findings)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Verdicts):
            other = [finding.triple for finding in other.findings]
        if not isinstance(other, Sequence):
            return NotImplemented
        return sorted(finding.triple for finding in self.findings) == sorted(tuple(triple) for triple in other)

    def __repr__(self) -> str:
        return repr(sorted(finding.triple for finding in self.findings))

    def messages(self, policy: str) -> list[str]:
        """The messages of one policy."""
        return [finding.message for finding in self.findings if finding.policy == policy]

    def not_applicable(self, policy: str) -> list[str]:
        """The reasons that one policy gives for not applying to something that it judges, one for each request."""
        reasons = [answer.not_applicable[policy] for answer in self.answers if policy in answer.not_applicable]
        return [reason for reason in reasons if not reason.startswith(NOTHING_TO_JUDGE)]

    def explain(self, expected: Sequence[Triple]) -> list[str]:
        """Lines that show the subject, what was expected and what the pack says, for a failing comparison."""
        said = [finding.triple for finding in self.findings]
        wanted = [tuple(triple) for triple in expected]
        return [
            "the pack says something else of this:",
            *self.subject.splitlines(),
            *(f"not said: {triple}" for triple in wanted if triple not in said),
            *(f"not expected: {triple}" for triple in said if triple not in wanted),
            "the pack says:" if said else "the pack says nothing",
            *(line for finding in self.findings for line in str(finding).splitlines()),
        ]


def short(policy: str) -> str:
    """The name of a policy without the prefix that all of them carry."""
    return policy.removeprefix(PREFIX)


def read(response: pb.AnalyzeResponse, urn: str) -> Answer:
    """The answer of Analyze (`urn` is the resource's) or AnalyzeStack (`urn` is empty)."""
    findings = tuple(
        Finding(
            level=pb.EnforcementLevel.Name(diagnostic.enforcementLevel).lower(),
            policy=short(diagnostic.policyName),
            resource=(diagnostic.urn or urn).split("::", 3)[-1],
            message=diagnostic.message,
            urn=diagnostic.urn or urn,
            severity=pb.PolicySeverity.Name(diagnostic.severity).removeprefix("POLICY_SEVERITY_").lower(),
        )
        for diagnostic in response.diagnostics
    )
    return Answer(findings, _not_applicable(response), response)


def read_remediation(response: pb.RemediateResponse) -> Answer:
    """The answer of Remediate; the remediations are in its `response`."""
    return Answer((), _not_applicable(response), response)


def _not_applicable(response: pb.AnalyzeResponse | pb.RemediateResponse) -> dict[str, str]:
    return {short(each.policy_name): each.reason for each in response.not_applicable}
