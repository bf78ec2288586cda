"""What tells that something may make an endpoint configuration: the words of a command, of code, of a definition."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from policy_pack.carriers import CARRIERS, READERS, SUBJECTS, read
from policy_pack.carriers.calls import command_calls
from policy_pack.carriers.place import Surroundings
from policy_pack.gaps import ACCOUNT, GAP, PARTITION
from policy_pack.stack.model import Resource, Unread
from policy_pack.values import UNKNOWN
from tests.carriers.reading import state, template
from tests.programs.unread import CREATE, definition
from tests.template.reading import partly

MACHINE = "aws:sfn/stateMachine:StateMachine"
DYNAMIC = "pulumi-python:dynamic:Resource"


STEP = {"Name": "Configuration", "Type": "EndpointConfig", "Arguments": {"ProductionVariants": []}}
PIPELINES = ["aws:sagemaker/pipeline:Pipeline", "aws-native:sagemaker:Pipeline"]
CALL = "arn:aws:scheduler:::aws-sdk:sagemaker:createEndpointConfig"


def pipeline(*steps: Any) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": steps})


def found(kind: str, *, custom: bool = True, **properties: Any) -> Unread | None:
    """What is found in a resource of a type with these properties."""
    resource = Resource(f"urn:pulumi:dev::shop::{kind}::it", kind, "it", properties, custom=custom)
    nodes = read([resource], Surroundings()).of(Unread)
    return nodes[0] if nodes else None


@pytest.mark.parametrize(
    "text",
    [
        "aws sagemaker create-endpoint-config --cli-input-json file://c.json",
        "/usr/local/bin/aws --profile ml sagemaker create-endpoint-config",
        "set -e; aws sagemaker create-endpoint-config",
        "test -f done || aws sagemaker \\\r\n create-endpoint-config",
        "jq . c.json | aws sagemaker create-endpoint-config --cli-input-json file:///dev/stdin",
        "echo $(aws sagemaker create-endpoint-config)",
        "echo `aws sagemaker create-endpoint-config`",
        "bash -c 'aws sagemaker create-endpoint-config'",
        "docker run amazon/aws-cli sagemaker create-endpoint-config",
        "aws cloudcontrol create-resource --type-name AWS::SageMaker::EndpointConfig --desired-state file://c.json",
        "sm.create_endpoint_config(EndpointConfigName='a')",
        "await client.send(new CreateEndpointConfigCommand({}))",
        "client.createEndpointConfig (request)",
    ],
)
def test_it_calls(text: str) -> None:
    assert command_calls(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "aws sagemaker create-endpoint --endpoint-config-name a",
        "aws sagemaker describe-endpoint-config --endpoint-config-name a",
        "aws sagemaker create-endpoint-config-that-is-no-command",
        "# aws sagemaker create-endpoint-config",
        "echo 'run aws sagemaker create-endpoint-config'",
        "grep 'aws sagemaker create-endpoint-config' *.sh",
        "cat create-endpoint-config.md",
        "vim describe_endpoint_config(1)",
        "kubectl apply -f endpoint-config.yaml",
    ],
)
def test_it_calls_nothing(text: str) -> None:
    assert not command_calls(text)


def test_a_long_command_is_read_in_time() -> None:
    assert not command_calls("aws " * 250_000)
    assert not command_calls("create_endpoint_config " * 50_000)
    assert not command_calls("aws ; " * 1_000_000)


PADDING = " " * 2_000_001


@pytest.mark.parametrize(
    ("kind", "name", "calling", "harmless"),
    [
        ("command:local:Command", "create", "aws sagemaker create-endpoint-config", "aws sagemaker create-endpoint"),
        ("command:remote:Command", "stdin", "client.createEndpointConfig()", "client.createEndpoint()"),
        (DYNAMIC, "__provider", "() => client.createEndpointConfig({})", "() => client.createEndpoint({})"),
        (
            "aws-native:cloudformation:CustomResourceEmulator",
            "code",
            "sagemaker.create_endpoint_config()",
            "sagemaker.create_endpoint()",
        ),
        (MACHINE, "definition", definition(), definition("arn:aws:states:::sagemaker:createEndpoint")),
        (PIPELINES[0], "pipelineDefinition", pipeline(STEP), pipeline({"Name": "Train", "Type": "Training"})),
    ],
)
def test_a_call_is_found_wherever_it_is_in_a_long_text(kind: str, name: str, calling: str, harmless: str) -> None:
    for text, named in ((calling, True), (harmless, False)):
        for given in (PADDING + text, text + PADDING, text):
            assert (found(kind, custom=True, **{name: given}) is not None) is named


@pytest.mark.parametrize("letters", ["E", "createE", ":::", "Type"])
def test_a_call_with_escape_sequences_is_found(letters: str) -> None:
    """As JSON may have them, and as Step Functions and SageMaker read them."""
    escaped = "".join(f"\\u{ord(each):04x}" for each in letters)
    for kind, name, calling, harmless in (
        (MACHINE, "definition", definition(), TRAINING),
        (PIPELINES[0], "pipelineDefinition", pipeline(STEP), pipeline(TRAIN)),
    ):
        assert found(kind, custom=True, **{name: calling.replace(letters, escaped)}) is not None
        assert found(kind, custom=True, **{name: harmless.replace(letters, escaped)}) is None


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (definition(), "KmsKeyId"),
        (definition(parameters={"KmsKeyId": "alias/serving"}), None),
        (definition(parameters={"KmsKeyId.$": "$.key"}), None),
        (definition(Arguments={"KmsKeyId": "{% $key %}"}), None),
        (definition(Arguments={"EndpointConfigName": "a"}), "KmsKeyId"),
        (definition(Arguments="{% $given %}"), None),
        (definition("arn:aws-cn:states:::sagemaker:createEndpointConfig"), "KmsKeyId"),
        (definition(f"{CREATE}.waitForTaskToken"), "KmsKeyId"),
    ],
)
def test_whether_a_state_machine_names_a_key(text: str, missing: str | None) -> None:
    node = found(MACHINE, definition=text)
    assert node is not None
    assert node.missing == missing


@pytest.mark.parametrize("text", ["", "{", "[]", 7, None, [], f"{CREATE} [", "{" * 5000, '{"States": ' * 200])
def test_any_definition(text: Any) -> None:
    node = found(MACHINE, definition=text)
    # What names the task and is no JSON is named, whatever it is.
    assert (node is not None) == (text == f"{CREATE} [")


@pytest.mark.parametrize(
    "properties",
    [
        {"endpointConfigName": "a"},
        {"endpoint_configuration": {"variants": []}},
        {"EndpointConfig": {"types": ["REGIONAL"], "variants": []}},
        {"deployments": [{"spec": {"ENDPOINT_CONFIG_NAME": "a"}}]},
        {"endpoint-config": UNKNOWN},
        {"__provider": base64.b64encode(b"\x80\x04\x95...\x8c\x16create_endpoint_config\x94.").decode()},
        {"__provider": "() => sagemaker.createEndpointConfig({})"},
    ],
)
def test_dynamic_resource_of_a_configuration(properties: dict[str, Any]) -> None:
    assert found(DYNAMIC, **properties) is not None
    assert found("pulumi-nodejs:dynamic/ml:Serving", **properties) is not None


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"endpoint": "https://example.com", "config": {}},
        {"endpointConfiguration": {"types": ["EDGE"], "vpcEndpointIds": []}},
        {"endpoint_configuration": [{"ip_address_type": "ipv4"}]},
        {"description": "makes no endpointConfigName"},
        {"__provider": base64.b64encode(b"describe_endpoint_config").decode()},
        {"__provider": "() => apigateway.createEndpointConfiguration({})"},
        {"__provider": UNKNOWN},
    ],
)
def test_dynamic_resource_about_something_else(properties: dict[str, Any]) -> None:
    assert found(DYNAMIC, **properties) is None


@pytest.mark.parametrize(
    "kind",
    [
        "kubernetes:sagemaker.aws.upbound.io/v1beta2:EndpointConfiguration",
        "awscc:index/sagemakerInferenceExperiments:SagemakerInferenceExperiments",
        "acme:ml/sagemakerEndpointConfig:SagemakerEndpointConfig",
    ],
)
def test_type_that_nothing_knows_and_that_says_what_it_is(kind: str) -> None:
    assert found(kind) is not None
    assert found(kind, custom=False) is None


@pytest.mark.parametrize(
    "kind",
    [
        "aws:sagemaker/notebookInstance:NotebookInstance",
        "aws:apigateway/restApi:RestApi",
        "aws:sfn/activity:Activity",
        "aws:servicecatalog/product:Product",
        "command:local:Other",
        "pulumi:pulumi:Stack",
        "pulumi:providers:pulumi-python",
        "random:index/randomId:RandomId",
    ],
)
def test_types_of_other_things_are_not_looked_at(kind: str) -> None:
    assert kind not in READERS
    assert kind not in SUBJECTS


def test_what_a_carrier_reads_is_read_by_it() -> None:
    for carrier in CARRIERS:
        for kind, reads in carrier.READERS.items():
            assert READERS[kind.replace("*:", "any:")] is reads


@pytest.mark.parametrize(
    ("definition", "missing"),
    [
        (pipeline(STEP), "KmsKeyId"),
        ({"pipelineDefinitionBody": pipeline(STEP)}, "KmsKeyId"),
        (pipeline({**STEP, "Arguments": {"KmsKeyId": "alias/serving"}}), None),
        (pipeline({"Name": "Choice", "Type": "Condition", "Arguments": {"IfSteps": [STEP]}}), "KmsKeyId"),
    ],
)
def test_pipeline_with_a_step(definition: Any, missing: str | None) -> None:
    for kind in PIPELINES:
        node = found(kind, pipelineDefinition=definition)
        assert node is not None
        assert (node.what, node.missing) == ("a SageMaker pipeline with a step EndpointConfig", missing)


@pytest.mark.parametrize(
    "definition", [pipeline({"Name": "Train", "Type": "Training"}), pipeline(), "", None, {}, "[", {"Type": "Training"}]
)
def test_pipeline_without_one(definition: Any) -> None:
    assert all(found(kind, pipelineDefinition=definition) is None for kind in PIPELINES)


def test_pipeline_that_is_defined_elsewhere() -> None:
    where = {"bucket": "definitions", "objectKey": "a.json"}
    for node in (
        found(PIPELINES[0], pipelineDefinitionS3Location=where),
        found(PIPELINES[1], pipelineDefinition={"pipelineDefinitionS3Location": where}),
    ):
        assert node is not None
        assert not node.certain


@pytest.mark.parametrize("kind", ["aws:scheduler/schedule:Schedule", "aws-native:scheduler:Schedule"])
def test_schedule(kind: str) -> None:
    assert found(kind, target={"arn": CALL}) is not None
    for arn in (CALL.replace("createEndpointConfig", "startPipelineExecution"), UNKNOWN, None, 7, f"x{CALL}"):
        assert found(kind, target={"arn": arn}) is None
    assert found(kind) is None


def test_project_of_sagemaker() -> None:
    for kind in ("aws:sagemaker/project:Project", "aws-native:sagemaker:Project"):
        node = found(kind)
        assert node is not None
        assert node.may_be_another


OWN_TYPES: dict[str, dict[str, Any]] = {
    "AWS::StepFunctions::StateMachine": {"DefinitionString": definition()},
    "AWS::SageMaker::Pipeline": {"PipelineDefinition": {"PipelineDefinitionBody": pipeline(STEP)}},
    "AWS::SageMaker::Project": {},
    "AWS::Scheduler::Schedule": {"Target": {"Arn": CALL}},
}
ONLY_IN_TEMPLATES: dict[str, dict[str, Any]] = {
    "AWS::Serverless::StateMachine": {"Definition": json.loads(definition())},
    "AWS::CloudFormation::CustomResource": {"EndpointConfigName": "serving"},
    "Custom::EndpointConfig": {"EndpointConfigName": "serving"},
}
PRODUCT = "AWS::ServiceCatalog::CloudFormationProvisionedProduct"


@pytest.mark.parametrize(("kind", "properties"), [*OWN_TYPES.items(), *ONLY_IN_TEMPLATES.items()])
def test_awss_own_types_in_a_template(kind: str, properties: dict[str, Any]) -> None:
    made = template({"Resources": {"It": {"Type": kind, "Properties": properties}}})
    assert len(read([made], Surroundings()).of(Unread)) == 1
    other = template(
        {"Resources": {"It": {"Type": f"{kind}s".replace("Custom::", "Other::"), "Properties": properties}}}
    )
    assert not read([other], Surroundings()).of(Unread)


@pytest.mark.parametrize(("kind", "properties"), [*OWN_TYPES.items(), (PRODUCT, {})])
def test_awss_own_types_in_cloud_control(kind: str, properties: dict[str, Any]) -> None:
    assert len(read([state(kind, properties)], Surroundings()).of(Unread)) == 1
    assert not read([state("AWS::S3::Bucket", properties)], Surroundings()).of(Unread)


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("acme:sfn/stateMachine:StateMachine", {"definition": definition()}),
        ("acme:index/stepfunctionsStateMachine:StepfunctionsStateMachine", {"definition": definition()}),
        ("acme:index/sagemakerPipeline:SagemakerPipeline", {"pipelineDefinition": pipeline(STEP)}),
        ("acme:index/schedulerSchedule:SchedulerSchedule", {"target": {"arn": CALL}}),
        ("acme:index/servicecatalogProvisionedProduct:ServicecatalogProvisionedProduct", {}),
        ("acme:servicecatalog:CloudFormationProvisionedProduct", {}),
        ("acme:index/sagemakerProject:SagemakerProject", {}),
        ("acme:index/sagemakerInferenceExperiments:SagemakerInferenceExperiments", {}),
        ("acme:index/sagemakerHostingDeployment:SagemakerHostingDeployment", {}),
        ("aws-native:cloudformation:CustomResourceEmulator", {"endpointConfigName": "serving"}),
        ("command:local:Command", {"update": "aws sagemaker create-endpoint-config"}),
        ("command:remote:Command", {"stdin": "aws sagemaker create-endpoint-config"}),
    ],
)
def test_types_of_packages_of_any_name(kind: str, properties: dict[str, Any]) -> None:
    assert found(kind, **properties) is not None


@pytest.mark.parametrize(("given", "certain"), [({"create": UNKNOWN}, False), ({"stdin": UNKNOWN}, False)])
def test_a_command_that_is_not_known(given: dict[str, Any], certain: bool) -> None:
    node = found("command:local:Command", **given)
    assert node is not None
    assert node.certain is certain
    assert found("command:local:Command", delete=UNKNOWN) is None
    known = found("command:local:Command", create="aws sagemaker create-endpoint-config", stdin=UNKNOWN)
    assert known is not None
    assert known.certain


def in_branches(definition_: str, levels: int) -> str:
    """A definition within this many parallel states, each of which adds five levels."""
    made = json.loads(definition_)
    for _ in range(levels):
        made = {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [made], "End": True}}}
    return json.dumps(made)


def in_conditions(step: Any, levels: int) -> str:
    for _ in range(levels):
        step = {"Name": "C", "Type": "Condition", "Arguments": {"IfSteps": [step]}}
    return pipeline(step)


TRAINING = definition("arn:aws:states:::sagemaker:createTrainingJob.sync")
TRAIN = {"Name": "Train", "Type": "Training"}


@pytest.mark.parametrize("levels", [0, 7, 12, 18, 60])
@pytest.mark.parametrize("as_object", [False, True])
def test_a_call_is_found_however_deep_it_is(levels: int, as_object: bool) -> None:
    """Even where the definition is nested too deeply to be read."""
    for text, named in ((definition(), True), (TRAINING, False)):
        given = in_branches(text, levels)
        assert (found(MACHINE, definition=json.loads(given) if as_object else given) is not None) is named
    for step, named in ((STEP, True), (TRAIN, False)):
        given = in_conditions(step, levels)
        assert (found(PIPELINES[0], pipelineDefinition=given) is not None) is named


def test_an_object_that_is_too_deep_for_python() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert found(MACHINE, definition=deep) is not None


@pytest.mark.parametrize("levels", [1, 39, 45, 90])
def test_properties_of_dynamic_resources_speak_at_any_depth(levels: int) -> None:
    for name, named in (("endpointConfigName", True), ("endpointName", False)):
        given: Any = {name: "serving"}
        for _ in range(levels):
            given = {"deployment": given}
        assert (found(DYNAMIC, **given) is not None) is named


@pytest.mark.parametrize(
    ("parameters", "missing"),
    [({"EndpointConfigName": f"serving-{ACCOUNT}"}, "KmsKeyId"), ({"KmsKeyId": f"alias/{GAP}"}, None)],
)
def test_a_definition_that_is_known_in_part_is_read(parameters: dict[str, str], missing: str | None) -> None:
    text = definition(parameters=parameters).encode().decode("unicode_escape")
    node = found(MACHINE, definition=partly(text))
    assert node is not None
    assert node.certain
    assert node.missing == missing
    task = partly(
        definition(f"arn:{PARTITION}:states:::sagemaker:createEndpointConfig").encode().decode("unicode_escape")
    )
    assert found(MACHINE, definition=task) is not None
