"""Wraps the policies for the SDK: their verdicts become its violations and not-applicable answers."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Union

import pulumi.runtime
import pulumi_policy as sdk

from policy_pack import carriers, quoting
from policy_pack.engine import answers, sdk_arguments
from policy_pack.engine import edge as edges
from policy_pack.engine.session import Session
from policy_pack.judging.judge import Judgement, judge
from policy_pack.judging.pack import Pack
from policy_pack.judging.policy import RESOURCE, Context, Policy
from policy_pack.judging.settings import schemas
from policy_pack.judging.spelling import RUNTIME_TAG, spelled
from policy_pack.judging.verdict import CannotTell, NotApplicable, Violation
from policy_pack.stack.model import Configuration, Stack

_MOST = quoting.MOST - 500  # characters; the SDK puts the policy's description before the message
_STACK_SIZE = 128 << 20  # bytes; a thread uses only as much as it needs

Args = Union[sdk.ResourceValidationArgs, sdk.StackValidationArgs]


def serve(pack: Pack, *, edge: bool = True) -> None:
    """Serves a pack to the engine until the engine ends it; without `edge`, with the SDK alone."""
    session = session_for(pack)
    # The threads that are started below parse requests. protobuf limits their nesting, but without enough stack for
    # that limit the process would crash.
    threading.stack_size(_STACK_SIZE)
    if edge:
        edges.install(session)
    gc.freeze()  # what is loaded stays, so no collection has to look through it
    gc.enable()  # where __main__.py has turned it off while everything was loaded
    sdk.PolicyPack(
        pack.name,
        [sdk_policy(policy, session) for policy in pack.policies],
        display_name=pack.title,
        readme=_readme(),
        provider="aws",
        tags=["aws", "sagemaker", "kms", "encryption"],
    )


def session_for(pack: Pack) -> Session:
    """A session of a pack, for a stack with the configuration that this process got at its start."""
    dry_run = os.environ.get("PULUMI_DRY_RUN") == "true"
    return Session(_stack_configuration(pack), pack, dry_run=dry_run)


def _stack_configuration(pack: Pack) -> dict[str, str]:
    """The stack's configuration from the environment, by full key. Ends the process with one line if it is invalid."""
    try:
        given = pulumi.runtime.get_config_env()
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        # Without it, the Region of default providers is not known, so regions would not be compared.
        sys.exit(
            f"The environment variable PULUMI_CONFIG is not a JSON object, so {pack.name} does not know the stack's "
            "configuration and does not start. Pulumi sets this variable: unset it, and start the pack through Pulumi."
        )
    # Pulumi writes texts only. Another value counts as a text that is not the name of a Region.
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}


def _readme() -> str | None:
    """The README that Pulumi Cloud shows for the pack. The engine reads its version and description itself.

    An installed pack has the file inside the package; a checkout has it beside PulumiPolicy.yaml. A file elsewhere may
    belong to another project.
    """
    package = Path(__file__).parents[1]
    path = package.parent / "README.md" if (package.parent / "PulumiPolicy.yaml").is_file() else package / "README.md"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def message(judgement: Judgement, runtime: str, pack: Pack) -> str:
    """The text of a violation below the policy's description: what is wrong and why, then how to fix it.

    `runtime` is the program's Pulumi runtime, such as "python", or "" if it is not known.
    """
    violation = judgement.verdict
    assert isinstance(violation, Violation)
    subject = judgement.subject
    # For a resource in a template, the URN names only the template.
    inside = f"{quoting.name(subject.label)}: " if subject is not None and subject.id != subject.urn else ""
    fix = spelled(violation.fix, runtime, pack.setting_names)
    return quoting.violation(violation.why, fix, before=inside, most=_MOST)


def sdk_policy(policy: Policy, session: Session) -> sdk.Policy:
    """A policy as an object of the SDK."""
    pack = session.pack
    is_resource = policy.kind == RESOURCE

    def validate(args: Any, report: Callable[..., None]) -> None:
        try:
            stack = session.stack(lambda: _resources(args), tells_dependencies=_tells_dependencies(args))
            judgements = session.judgements(policy, stack, args.get_config(), args.stack_tags)
        except BaseException as error:  # noqa: BLE001 - whatever goes wrong must be an answer, at the policy's own level
            report(session.faults.tell(pack.full_name(policy), args.urn if is_resource else "the stack", error))
            return
        for judgement in judgements:
            if isinstance(judgement.verdict, Violation):
                report(
                    message(judgement, args.stack_tags.get(RUNTIME_TAG, ""), pack),
                    None if is_resource else judgement.urn,
                )
        if policy.judges is Stack and (faults := session.faults.summary()):
            report(faults)
            return
        undecided = [each.verdict.why for each in judgements if isinstance(each.verdict, (NotApplicable, CannotTell))]
        if policy.judges is Stack and session.only_defaults:
            undecided, judgements = [], []
        if len(undecided) == len(judgements):
            # A policy that judged nothing must not count as passed.
            why = next(iter(undecided), answers.nothing_to_judge(policy, policy.kind))
            args.not_applicable(quoting.message(why))

    def remediate(args: sdk.ResourceValidationArgs) -> Any:
        writer = carriers.KEY_WRITERS.get(args.resource_type)
        if writer is None or policy.remediate is None:
            args.not_applicable(answers.NO_KEY_TO_FILL_IN)
            return None
        try:
            settings = session.settings(policy, args.get_config())
            stack = session.stack(lambda: _resources(args))
            for judgement in judge(policy, stack, settings, tags=args.stack_tags, phase=session.phase):
                subject = judgement.subject
                if not isinstance(subject, Configuration) or subject.id != subject.urn:
                    continue  # resources in a template cannot be changed through the stack's properties
                if isinstance(judgement.verdict, Violation):
                    arn = policy.remediate(subject, Context(stack, settings.values))
                    if arn is not None:
                        return _written(writer, args.props, arn)
        except BaseException as error:  # noqa: BLE001 - what cannot be mended is left as it is, for `validate` to judge
            session.remediation_failed(policy, args.urn, error)
        return None

    kind: Any = sdk.ResourceValidationPolicy if is_resource else sdk.StackValidationPolicy
    extra = {"remediate": remediate} if policy.remediate is not None else {}
    made: sdk.Policy = kind(
        name=pack.full_name(policy),
        description=policy.description,
        validate=validate,
        enforcement_level=sdk.EnforcementLevel(policy.level),
        config_schema=sdk.PolicyConfigSchema(_schemas(policy)),
        display_name=policy.title,
        severity=sdk.Severity(policy.severity),
        framework=_framework(policy, pack),
        tags=["sagemaker", *policy.tags],
        remediation_steps=policy.remediation,
        url=pack.url(policy),
        **extra,
    )
    return made


def _written(writer: carriers.KeyWriter, properties: Any, arn: str) -> Any:
    try:
        writer(properties, arn)
    except (KeyError, TypeError, ValueError):
        return None  # the key's property has a value of another type: `validate` reports it
    return properties


def _resources(args: Args) -> list[Any]:
    found = args.resources if isinstance(args, sdk.StackValidationArgs) else [args]
    return carriers.concerning(
        [sdk_arguments.resource(each) for each in found if each.resource_type in carriers.READERS]
    )


def _tells_dependencies(args: Args) -> bool:
    return not isinstance(args, sdk.StackValidationArgs) or sdk_arguments.tells_dependencies(args.resources)


def _schemas(policy: Policy) -> dict[str, dict[str, Any]]:
    """The schemas of a policy's settings, with the values from the author of the pack as their defaults."""
    found = schemas(policy.settings)
    return {
        name: {**each, "default": policy.given[name]} if name in policy.given else each for name, each in found.items()
    }


def _framework(policy: Policy, pack: Pack) -> sdk.PolicyComplianceFramework | None:
    # The SDK has one framework per policy; the other requirements are in the documentation and the reports.
    asking = pack.control.requirements_of(policy.name)
    first = next((each for each in asking if each.framework == "NIST SP 800-53"), next(iter(asking), None))
    if first is None:
        return None
    return sdk.PolicyComplianceFramework(
        name=first.framework, version=first.version, reference=first.reference, specification=first.how
    )
