"""Wraps the policies for the SDK: what they say becomes its violations and not-applicable answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Union

import pulumi.runtime
import pulumi_policy as sdk

from policy_pack import carriers
from policy_pack.engine import edge as edges
from policy_pack.engine import sdk_arguments
from policy_pack.engine.session import Session
from policy_pack.judging.judge import Judgement, judge, without_repeats
from policy_pack.judging.pack import Pack
from policy_pack.judging.policy import RESOURCE, Context, Policy
from policy_pack.judging.settings import schemas
from policy_pack.judging.verdict import NotApplicable, Violation
from policy_pack.stack.model import Configuration

Args = Union[sdk.ResourceValidationArgs, sdk.StackValidationArgs]


def serve(pack: Pack, *, edge: bool = True) -> None:
    """Serves a pack to the engine, until the engine ends it; without `edge` the SDK's stock way."""
    dry_run = os.environ.get("PULUMI_DRY_RUN") == "true"
    session = Session(pulumi.runtime.get_config_env(), pack, dry_run=dry_run)
    if edge:
        edges.install(session)
    sdk.PolicyPack(
        pack.name,
        [sdk_policy(policy, session) for policy in pack.policies],
        display_name=pack.title,
        readme=_readme(),
        provider="aws",
        tags=["aws", "sagemaker", "kms", "encryption"],
    )


def _readme() -> str | None:
    """What an organization reads of the pack; its version and description the engine takes from PulumiPolicy.yaml."""
    path = Path(__file__).parents[2] / "README.md"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def message(judgement: Judgement) -> str:
    """What a reader sees of a violation, below the policy's description: what is wrong and why, then how to fix it."""
    violation = judgement.verdict
    assert isinstance(violation, Violation)
    subject = judgement.subject
    # Of what stands in a template, the URN names the template only.
    inside = f"{subject.label}: " if subject is not None and subject.id != subject.urn else ""
    return f"{inside}{violation.why}\n{violation.fix}"


def sdk_policy(policy: Policy, session: Session) -> sdk.Policy:
    """A policy as the SDK knows one."""
    pack = session.pack
    is_resource = policy.kind == RESOURCE

    def validate(args: Any, report: Callable[..., None]) -> None:
        try:
            settings = session.settings(policy, args.get_config())
            stack = session.stack(lambda: _resources(args), tells_dependencies=_tells_dependencies(args))
            everyone = {} if is_resource else session.all_settings()
            judged = judge(
                policy,
                stack,
                settings,
                tags=args.stack_tags,
                all_settings=everyone,
                policies=pack.by_full_name,
                phase=session.phase,
            )
            judgements = list(without_repeats(judged))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong must be an answer, at the policy's own level
            report(
                f"An error in the policy pack ({type(error).__name__}) keeps it from judging this; please report it."
            )
            return
        for judgement in judgements:
            if isinstance(judgement.verdict, Violation):
                report(message(judgement), None if is_resource else judgement.urn)
        reasons = [each.verdict.why for each in judgements if isinstance(each.verdict, NotApplicable)]
        if reasons and len(reasons) == len(judgements):
            args.not_applicable(reasons[0])

    def remediate(args: sdk.ResourceValidationArgs) -> Any:
        writer = carriers.KEY_WRITERS.get(args.resource_type)
        if writer is None or policy.remediate is None:
            return None
        try:
            settings = session.settings(policy, args.get_config())
            stack = session.stack(lambda: _resources(args))
            for judgement in judge(policy, stack, settings, tags=args.stack_tags, phase=session.phase):
                subject = judgement.subject
                if not isinstance(subject, Configuration) or subject.id != subject.urn:
                    continue  # what stands in a template is not the resource's own to change
                if isinstance(judgement.verdict, Violation):
                    arn = policy.remediate(subject, Context(stack, settings.values))
                    if arn is not None:
                        writer(args.props, arn)
                        return args.props
        except Exception:  # noqa: BLE001 - what cannot be mended is left as it is, for `validate` to judge
            return None
        return None

    kind: Any = sdk.ResourceValidationPolicy if is_resource else sdk.StackValidationPolicy
    extra = {"remediate": remediate} if policy.remediate is not None else {}
    made: sdk.Policy = kind(
        name=pack.full_name(policy),
        description=policy.description,
        validate=validate,
        enforcement_level=sdk.EnforcementLevel(policy.level),
        config_schema=sdk.PolicyConfigSchema(schemas(policy.settings)),
        display_name=policy.title,
        severity=sdk.Severity(policy.severity),
        framework=_framework(pack),
        tags=["sagemaker", *policy.tags],
        remediation_steps=policy.remediation,
        url=policy.url,
        **extra,
    )
    return made


def _resources(args: Args) -> list[Any]:
    found = args.resources if isinstance(args, sdk.StackValidationArgs) else [args]
    return carriers.concerning(
        [sdk_arguments.resource(each) for each in found if each.resource_type in carriers.READERS]
    )


def _tells_dependencies(args: Args) -> bool:
    return not isinstance(args, sdk.StackValidationArgs) or sdk_arguments.tells_dependencies(args.resources)


def _framework(pack: Pack) -> sdk.PolicyComplianceFramework:
    # The SDK takes one framework a policy; the other requirements are in the documentation and the reports.
    first = next(each for each in pack.control.requirements if each.framework == "NIST SP 800-53")
    return sdk.PolicyComplianceFramework(
        name=first.framework, version=first.version, reference=first.reference, specification=first.how
    )
