"""The AWS CLI commands with which an auditor checks an endpoint configuration in AWS.

They take the key from AWS's own description of the configuration, so they contain no ARN and show the current state.

Sources: "configservice", "sagemaker", "cloudtrail" and "kms" in the AWS CLI Command Reference; "JMESPath
Specification", for literals.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from policy_pack import quoting
from policy_pack.audit.evidence import Command
from policy_pack.judging.control import CONTROL

_RULES = tuple(each.id for each in CONTROL.identifiers if each.tool == "AWS Config")


class Commands(Sequence[Command]):
    """The commands for a configuration, composed only when they are written, since they are long."""

    __slots__ = ("_about",)

    def __init__(self, name: str, region: str | None, *, has_key: bool) -> None:
        self._about = name, region, has_key

    def __iter__(self) -> Iterator[Command]:
        name, region, has_key = self._about
        return commands(name, region, has_key=has_key)

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


def commands(name: str, region: str | None, *, has_key: bool) -> Iterator[Command]:
    """The commands for the configuration with this physical name; without a Region if `region` is not known.

    Yields nothing if the name has a character that a terminal could obey when it is pasted, or if it is an ARN or a
    document; no AWS resource has such a name. Nor if `region` is not a Region's name, so that no other value leaks.
    """
    if region is not None and quoting.region(region) != region:
        return
    flat = name.replace("\n", "").replace("\t", "")
    if not name or quoting.label(flat) != flat:
        return
    at = f" --region {shlex.quote(region)}" if region is not None else ""
    yield Command(
        "its result in AWS Config",
        f"for rule in $(aws configservice describe-config-rules{at} --output text --query "
        f"{shlex.quote(f'ConfigRules[?{_is_a_rule()}].ConfigRuleName')}); do "
        f'aws configservice get-compliance-details-by-config-rule{at} --config-rule-name "$rule" --query '
        f"{shlex.quote(f'EvaluationResults[?{_names(name)}]')}; done",
    )
    yield Command("its description, with its KmsKeyId", _describe(name, at))
    event = f"Events[?contains(CloudTrailEvent, `{_literal(json.dumps(name, ensure_ascii=False))}`)]"
    yield Command(
        "who created it, in CloudTrail (of the last 90 days)",
        f"aws cloudtrail lookup-events{at} --lookup-attributes "
        f"AttributeKey=EventName,AttributeValue=CreateEndpointConfig --query {shlex.quote(event)}",
    )
    if has_key:
        # Not in double quotes, in which an interactive shell would still interpret a "!" in the name.
        key_id = f"$({_describe(name, at)} --query KmsKeyId --output text)"
        arn = f"$(aws kms describe-key{at} --key-id {key_id} --query KeyMetadata.Arn --output text)"
        yield Command("its key", f"aws kms describe-key{at} --key-id {key_id}")
        yield Command(
            "its key's policy", f"aws kms get-key-policy{at} --key-id {arn} --policy-name default --output text"
        )
        yield Command("its key's rotation", f"aws kms get-key-rotation-status{at} --key-id {arn}")


def _describe(name: str, at: str) -> str:
    # One word together with the name, which could begin with a dash.
    return f"aws sagemaker describe-endpoint-config{at} {shlex.quote(f'--endpoint-config-name={name}')}"


def _is_a_rule() -> str:
    # The two rules differ in when AWS Config evaluates them; an account may have either.
    return " || ".join(f"Source.SourceIdentifier==`{_literal(each)}`" for each in _RULES)


def _names(name: str) -> str:
    # AWS Config may identify a resource by its ARN, in which SageMaker writes names in lower case.
    resource = "EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId"
    return " || ".join(f"contains({resource}, `{_literal(each)}`)" for each in dict.fromkeys((name, name.lower())))


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("`", "\\`")
