"""Answers that the pack gives the engine without the SDK: nothing is judged, or nothing can be judged.

Sources: "pulumi/proto/pulumi/analyzer.proto"; `newPolicySummary` of the engine's package analyzer, for what counts as
passed: every policy of a kind that neither failed nor was not applicable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pulumi.runtime.proto import analyzer_pb2 as pb

from policy_pack.engine.session import Session
from policy_pack.judging.policy import DISABLED, MANDATORY, REMEDIATE, RESOURCE, Policy
from policy_pack.stack.model import Configuration, Endpoint, Stack, Template, Unread

_KINDS = {
    Configuration: "SageMaker endpoint configuration",
    Endpoint: "SageMaker Endpoint",
    Template: "CloudFormation template or Cloud Control state that this pack reads",
    Unread: "command, workflow or other resource that may make an endpoint configuration",
}
_LEVELS = {"advisory": pb.ADVISORY, "mandatory": pb.MANDATORY}

NO_KEY_TO_FILL_IN = "The resource is not one that the policy can fill a key into."
NOT_DESERIALIZED = "A property of the resource has a form that the SDK cannot read, so no key is filled in."
UNREADABLE = (
    "The properties are nested too deeply for protobuf, or the request is damaged, so no policy can check them.\n"
    "Nest them less deeply."
)


def nothing_to_judge(policy: Policy, kind: str) -> str:
    """Why a policy has no subject in a resource or in a stack (`kind`)."""
    if policy.judges is Stack:
        return "No setting differs from its default."
    what = _KINDS.get(policy.judges, "resource that the policy checks")
    return f"The stack has no {what}." if kind == "stack" else f"The resource is not a {what} and does not contain one."


def not_applicable(
    session: Session, policies: Iterable[Policy], why: Callable[[Policy], str]
) -> Iterator[pb.PolicyNotApplicable]:
    """The message for each policy that it judged nothing, and why."""
    for policy in policies:
        yield pb.PolicyNotApplicable(policy_name=session.pack.full_name(policy), reason=why(policy))


def nobody(session: Session, kind: str) -> pb.AnalyzeResponse:
    """The answer for a resource that no policy judges."""
    found = not_applicable(session, enabled(session, kind), lambda policy: nothing_to_judge(policy, kind))
    return pb.AnalyzeResponse(not_applicable=list(found))


def failed(session: Session, kind: str, why: Callable[[str], str]) -> pb.AnalyzeResponse:
    """The answer if every policy of a kind would fail: a violation of each, at its level.

    `why` returns the message for a policy's full name.
    """
    response = pb.AnalyzeResponse()
    for policy in enabled(session, kind):
        name, level = session.pack.full_name(policy), session.level(policy)
        diagnostic = response.diagnostics.add(
            policyName=name,
            policyPackName=session.pack.name,
            message=f"{policy.description}\n{why(name)}",
            description=policy.description,
            enforcementLevel=_LEVELS[MANDATORY if level == REMEDIATE else level],
        )
        if hasattr(diagnostic, "severity"):
            diagnostic.severity = pb.PolicySeverity.Value(f"POLICY_SEVERITY_{policy.severity.upper()}")
    return response


def not_remediated(session: Session, why: str) -> pb.RemediateResponse:
    """The answer for a resource that no remediation changes."""
    found = not_applicable(session, enabled(session, RESOURCE), lambda each: _no_remediation(session, each) or why)
    return pb.RemediateResponse(not_applicable=list(found))


def with_failures(
    session: Session, response: pb.RemediateResponse, failures: Mapping[str, str]
) -> pb.RemediateResponse:
    """The SDK's answer, with what it leaves out: the remediations that failed, and the policies that have none.

    `failures` are messages by the full names of policies; the engine shows each of them as a warning.
    """
    for name, message in failures.items():
        policy = session.pack.by_full_name[name]
        response.remediations.add(
            policyName=name,
            policyPackName=session.pack.name,
            description=policy.description,
            diagnostic=f"The key could not be filled in. {message}",
        )
    said = {each.policy_name for each in response.not_applicable}
    others = [each for each in enabled(session, RESOURCE) if session.pack.full_name(each) not in said]
    others = [each for each in others if _no_remediation(session, each)]
    response.not_applicable.extend(not_applicable(session, others, lambda each: _no_remediation(session, each) or ""))
    return response


def _no_remediation(session: Session, policy: Policy) -> str | None:
    if policy.remediate is None:
        return "The policy does not remediate."
    return None if session.level(policy) == REMEDIATE else "The policy is not set to remediate."


def enabled(session: Session, kind: str) -> list[Policy]:
    """The enabled policies of a kind."""
    return [each for each in session.pack.policies if each.kind == kind and session.level(each) != DISABLED]
