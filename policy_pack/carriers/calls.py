"""Recognizes calls that make an endpoint configuration in commands, programs and workflow definitions.

Commands and code are only searched, never run or loaded.

Sources: "create-endpoint-config" in the AWS CLI Command Reference; "Create and manage Amazon SageMaker AI jobs with
Step Functions" and "Learning to use AWS service SDK integrations in Step Functions" in the AWS Step Functions Developer
Guide; `PipelineExecutionStepMetadata` in the Amazon SageMaker API Reference, for the steps of pipelines; "Using
universal targets in EventBridge Scheduler" in the EventBridge Scheduler User Guide; "aws:executeAwsApi" and
"aws:runShellScript" in the AWS Systems Manager User Guide; "Build specification reference" in the AWS CodeBuild User
Guide.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policy_pack.expressions import expression
from policy_pack.gaps import MARKS
from policy_pack.values import PartlyKnown, Plain

_LONGEST = 1_000_000  # the characters of a command that is taken apart; a longer one that mentions the call makes it
_DEEPEST = 100  # the searched levels of a property's value, as many as a definition may have to be read

# The call in a program with boto3, with the SDKs for JavaScript, or with those for Java and Go.
_API_CALL = expression(r"create_?endpoint_?config(command|request|input|async)?\s*\(", re.IGNORECASE)
_API_NAME = expression(r"(?i:create_?endpoint_?config)(?![a-z])")
# A command of the AWS CLI after the name of the program, and its beginning in a statement.
_CLI = expression(r"\baws")
_CLI_CALL = expression(r"\bcreate-endpoint-config\b(?!-)|\bAWS::SageMaker::EndpointConfig\b")
_STATEMENTS = expression(r"[;\n|&`]|\$\(")
# Commands that only print or search for the following words.
_HARMLESS = expression(r"[\s\"'({]*(#|(echo|printf|grep|egrep|rg|man)\b)")

_TASK = expression(r"arn:[^:]*:states:::(aws-sdk:)?sagemaker:createEndpointConfig(\.|$)", re.IGNORECASE)
_TASK_ANYWHERE = expression(r":states:::(aws-sdk:)?sagemaker:createEndpointConfig\b", re.IGNORECASE)
_STEP_ANYWHERE = expression(r"\"Type\"\s*:\s*\"EndpointConfig\"")
_TARGET = expression(r"arn:[^:]*:scheduler:::aws-sdk:sagemaker:createEndpointConfig$", re.IGNORECASE)

_ESCAPED = expression(r"\\u(00[2-7][0-9a-f])", re.IGNORECASE)
_NOT_ALPHANUMERIC = expression("[^a-z0-9]")
# Resources of API Gateway with a similar name.
_OF_API_GATEWAY = frozenset({"types", "ipaddresstype", "vpcendpointids"})


def flat(name: str) -> str:
    """A name in lower case and without separators."""
    return _NOT_ALPHANUMERIC.sub("", name.lower())


def as_far_as_known(value: Plain) -> Plain:
    """A value, with a placeholder character for each gap of a partly known text."""
    if not isinstance(value, PartlyKnown):
        return value
    return "".join("?" if each in MARKS else each for each in value.text)


def command_calls(command: str) -> bool:
    """Whether a shell command, or a program that is passed to an interpreter, makes an endpoint configuration."""
    text = command.replace("\\\n", " ").replace("\\\r\n", " ")
    if _API_CALL.search(text) is not None:
        return True
    if _CLI_CALL.search(text) is None:
        return False
    return len(text) > _LONGEST or any(map(_is_call, _STATEMENTS.split(text)))


def _is_call(statement: str) -> bool:
    if _HARMLESS.match(statement):
        return False
    call = _CLI_CALL.search(statement)
    before = statement[: call.start()] if call is not None else ""
    by_type = call is not None and call[0].startswith("AWS::")
    return _CLI.search(before) is not None and (not by_type or "create-resource" in before)


def code_calls(code: Plain) -> bool:
    """Whether the code of a dynamic resource's provider does: JavaScript source, or Python code in Base64."""
    if not isinstance(code, str):
        return False
    if _API_NAME.search(code):
        return True
    try:
        decoded = base64.b64decode(code[: len(code) // 4 * 4], validate=True)
    except ValueError:
        return False
    return _API_NAME.search(decoded.decode("latin-1")) is not None


def names_speak(properties: Mapping[str, Plain]) -> bool:
    """Whether the name of a property, at any depth, mentions an endpoint configuration."""
    return any(
        "endpointconfig" in flat(name) and not _is_of_api_gateway(value)
        for each in _objects(dict(properties))
        for name, value in each.items()
    )


def texts_speak(properties: Mapping[str, Plain]) -> bool:
    """Whether a text, at any depth, mentions SageMaker and the call."""
    values = (each for found in _objects(dict(properties)) for each in map(as_far_as_known, found.values()))
    texts = (each for each in values if isinstance(each, str))
    return any(_API_NAME.search(each) and "sagemaker" in each.lower() for each in texts)


def steps_call(content: Plain) -> bool:
    """Whether the content of a Systems Manager document does: a call of the API in an object, or a shell command."""
    if isinstance(content, str):
        return command_calls(content)
    if isinstance(content, dict) and flat(str(content.get("Api"))) == "createendpointconfig":
        return content.get("Service") == "sagemaker"
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return any(steps_call(as_far_as_known(each)) for each in parts)


def tasks_of_state_machine(definition: Plain) -> list[bool | None]:
    """Whether each task that makes an endpoint configuration names a key; `None` if that is not known."""

    def given(state: dict[str, Any]) -> Plain:
        resource = state.get("Resource")
        is_task = isinstance(resource, str) and _TASK.match(resource)
        # Without either, the task gets the input of the state.
        return state.get("Arguments", state.get("Parameters", "")) if is_task else None

    return list(_tasks(definition, _TASK_ANYWHERE, given))


def steps_of_pipeline(definition: Plain) -> list[bool | None]:
    """The same for the steps of a SageMaker pipeline."""

    def given(step: dict[str, Any]) -> Plain:
        return step.get("Arguments", {}) if step.get("Type") == "EndpointConfig" else None

    return list(_tasks(definition, _STEP_ANYWHERE, given))


def target_calls(arn: Plain) -> bool:
    """Whether the target of an EventBridge Scheduler schedule makes an endpoint configuration."""
    known = as_far_as_known(arn)
    return isinstance(known, str) and _TARGET.match(known) is not None


def _tasks(
    definition: Plain, anywhere: re.Pattern[str], given: Callable[[dict[str, Any]], Plain]
) -> Iterator[bool | None]:
    from policy_pack.template import Document, Refused  # imported only for a definition

    if not isinstance(definition, (str, dict)):
        return
    if isinstance(definition, str) and anywhere.search(_without_escapes(definition)) is None:
        return
    try:
        root = Document(definition, json_only=True).root
    except Refused:
        # A text mentions the call, and an object that is nested too deeply may make it all the same.
        if isinstance(definition, str) or _mentions(definition, anywhere):
            yield None
        return
    for each in _objects(root):
        arguments = given(each)
        if isinstance(arguments, dict):
            yield any(name in arguments for name in ("KmsKeyId", "KmsKeyId.$"))
        elif arguments is not None:
            yield None


def _without_escapes(text: str) -> str:
    """A JSON text with the letters for which it has escape sequences."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\\u00" in text else text


def _mentions(definition: dict[str, Any], anywhere: re.Pattern[str]) -> bool:
    try:
        return anywhere.search(json.dumps(definition, default=str)) is not None
    except RecursionError:
        return True  # nobody can tell


def _objects(value: Plain, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects at any depth of a value."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(each, depth + 1)


def _is_of_api_gateway(value: Plain) -> bool:
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    return isinstance(value, dict) and bool(value) and {flat(name) for name in value} <= _OF_API_GATEWAY
