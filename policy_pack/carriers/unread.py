"""Resources that may make an endpoint configuration that no carrier reads, so that they are reported, never ignored.

Sources: the pages of these resources in the Pulumi Registry; "Dynamic resource providers" in the Pulumi documentation,
whose types begin with ``pulumi-nodejs:dynamic`` or ``pulumi-python:dynamic``; "CreateProject" in the Amazon SageMaker
API Reference, which provisions a product of Service Catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from policy_pack.carriers.calls import (
    as_far_as_known,
    code_calls,
    command_calls,
    flat,
    names_speak,
    steps_call,
    steps_of_pipeline,
    target_calls,
    tasks_of_state_machine,
    texts_speak,
)
from policy_pack.carriers.kinds import Reads
from policy_pack.carriers.place import Surroundings
from policy_pack.stack.model import Place, Resource, Unread
from policy_pack.values import Plain, Unknown, get

Node = Mapping[str, Any]
Properties = Mapping[str, Any]
# Makes the node of a resource from the fields that every node has and from its properties.
Named = Callable[[Node, Properties], Iterable[Unread]]


def _workflow(
    node: Node, kind: str, task: str, definition: Plain, elsewhere: Plain, tasks: Callable[[Plain], list[bool | None]]
) -> Iterator[Unread]:
    """A workflow, if a task of its `definition` makes a configuration or the definition cannot be read."""
    known = as_far_as_known(definition)
    if isinstance(known, Unknown) or (known is None and elsewhere is not None):
        yield Unread(**node, what=kind, certain=False)
        return
    found = tasks(known)
    if found:
        yield Unread(**node, what=f"{kind} with {task}", missing="KmsKeyId" if False in found else None)


def _by_flat_name(properties: Properties) -> dict[str, Any]:
    """The properties of a type that several providers spell differently."""
    return {flat(name): value for name, value in properties.items()}


def _state_machine(node: Node, properties: Properties) -> Iterable[Unread]:
    given = _by_flat_name(properties)
    definition = given["definition"] if given.get("definition") is not None else given.get("definitionstring")
    elsewhere = given.get("definitions3location", given.get("definitionuri"))
    task = "a task of sagemaker:createEndpointConfig"
    return _workflow(node, "a Step Functions state machine", task, definition, elsewhere, tasks_of_state_machine)


def _pipeline(node: Node, properties: Properties) -> Iterable[Unread]:
    given = _by_flat_name(properties)
    definition, elsewhere = given.get("pipelinedefinition"), given.get("pipelinedefinitions3location")
    if isinstance(definition, dict):
        inner = _by_flat_name(definition)
        definition, elsewhere = inner.get("pipelinedefinitionbody"), inner.get("pipelinedefinitions3location")
    return _workflow(node, "a SageMaker pipeline", "a step EndpointConfig", definition, elsewhere, steps_of_pipeline)


def _schedule(node: Node, properties: Properties) -> Iterator[Unread]:
    target = properties.get("target", properties.get("Target"))
    if target_calls(get(target, "arn")) or target_calls(get(target, "Arn")):
        yield Unread(**node, what="a schedule that calls sagemaker:createEndpointConfig")


def _document(node: Node, properties: Properties) -> Iterator[Unread]:
    content = as_far_as_known(_by_flat_name(properties).get("content"))
    if isinstance(content, Unknown):
        yield Unread(**node, what="a Systems Manager document", certain=False)
    elif texts_speak({"content": content}) or steps_call(content):
        yield Unread(**node, what="a Systems Manager document with a step that calls CreateEndpointConfig")


def _build(node: Node, properties: Properties) -> Iterator[Unread]:
    source = _by_flat_name(properties).get("source")
    spec = get(source, "buildspec")
    buildspec = as_far_as_known(get(source, "BuildSpec") if spec is None else spec)
    if isinstance(buildspec, Unknown):
        yield Unread(**node, what="a CodeBuild project", certain=False)
    elif isinstance(buildspec, str) and command_calls(buildspec):
        yield Unread(**node, what="a CodeBuild project with a command that calls create-endpoint-config")


def _product(node: Node, properties: Properties) -> Iterator[Unread]:
    yield Unread(**node, what="a Service Catalog provisioned product", may_be_another=True)


def _project(node: Node, properties: Properties) -> Iterator[Unread]:
    yield Unread(**node, what="a SageMaker project, which provisions a Service Catalog product", may_be_another=True)


def _command(node: Node, properties: Properties) -> Iterator[Unread]:
    given = [properties.get(name) for name in ("create", "update", "stdin")]
    if any(isinstance(each, str) and command_calls(each) for each in given):
        yield Unread(**node, what="a command that calls create-endpoint-config")
    elif any(isinstance(each, Unknown) for each in given):
        yield Unread(**node, what="a command", certain=False)


def _dynamic(node: Node, properties: Properties) -> Iterator[Unread]:
    if names_speak({name: value for name, value in properties.items() if name != "__provider"}):
        yield Unread(**node, what="a dynamic resource whose properties mention an endpoint configuration")
    elif code_calls(properties.get("__provider")):
        yield Unread(**node, what="a dynamic resource whose code calls CreateEndpointConfig")


def _custom_resource(node: Node, properties: Properties) -> Iterator[Unread]:
    if names_speak(properties) or texts_speak(properties):
        yield Unread(**node, what="a custom resource whose properties mention an endpoint configuration")


def _by_its_name(node: Node, properties: Properties) -> Iterator[Unread]:
    yield Unread(**node, what="of a type that this pack does not read")


def _node(resource: Resource) -> dict[str, Any]:
    return {"id": resource.urn, "urn": resource.urn, "label": resource.name, "place": Place(None)}


def _reads(named: Named) -> Reads:
    """Reads a resource of a stack, unless it is a component, whose children are read themselves."""

    def read(resource: Resource, surroundings: Surroundings) -> Iterable[Unread]:
        return named(_node(resource), resource.properties) if resource.custom else ()

    return Reads(Unread, read)


def _given(named: Named) -> Reads:
    """Reads a resource of one of AWS's own types, or a custom resource of a template."""
    return Reads(Unread, lambda given: named(given.node, given.properties))


COMMAND = "command:local:Command"
_TYPES = {
    COMMAND: _reads(_command),
    "command:remote:Command": _reads(_command),
    "aws-native:cloudformation:CustomResourceEmulator": _reads(_custom_resource),
}
_DYNAMIC = _reads(_dynamic)
_UNREAD_TYPE = _reads(_by_its_name)
# By part of the type's name, in a package of any name.
_PARTS = (
    ("sfnstatemachine", _reads(_state_machine)),
    ("stepfunctionsstatemachine", _reads(_state_machine)),
    ("sagemakerpipeline", _reads(_pipeline)),
    ("schedulerschedule", _reads(_schedule)),
    ("ssmdocument", _reads(_document)),
    ("codebuildproject", _reads(_build)),
    ("servicecatalogprovisionedproduct", _reads(_product)),
    ("servicecatalogcloudformationprovisionedproduct", _reads(_product)),
    ("sagemakerproject", _reads(_project)),
)

# CloudFormation types. The template that a provisioned product deploys is stored elsewhere, which is reported.
_IN_BOTH = {
    "AWS::StepFunctions::StateMachine": _given(_state_machine),
    "AWS::SageMaker::Pipeline": _given(_pipeline),
    "AWS::SageMaker::Project": _given(_project),
    "AWS::Scheduler::Schedule": _given(_schedule),
    "AWS::SSM::Document": _given(_document),
    "AWS::CodeBuild::Project": _given(_build),
}
IN_CLOUD_CONTROL = {**_IN_BOTH, "AWS::ServiceCatalog::CloudFormationProvisionedProduct": _given(_product)}
_CUSTOM = _given(_custom_resource)
_IN_TEMPLATES = {
    **_IN_BOTH,
    "AWS::Serverless::StateMachine": _given(_state_machine),
    "AWS::CloudFormation::CustomResource": _CUSTOM,
}


def in_template(kind: str) -> Reads | None:
    """How a type in a template is read, if it may make an endpoint configuration but is not one."""
    return _CUSTOM if kind.startswith("Custom::") else _IN_TEMPLATES.get(kind)


@lru_cache(4096)
def reads(kind: str) -> Reads | None:
    """How a type that no other carrier knows is read, if it may make an endpoint configuration."""
    if kind in _TYPES:
        return _TYPES[kind]
    if kind.startswith(("pulumi-nodejs:dynamic", "pulumi-python:dynamic")):
        return _DYNAMIC
    name = flat(kind)
    if "sagemaker" in name and any(each in name for each in ("endpointconfig", "inferenceexperiment", "hostingdeploy")):
        return _UNREAD_TYPE
    return next((each for part, each in _PARTS if part in name), None)
