"""Of `carrier-readable`: what may make an endpoint configuration without being one, and what looks like that."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import dynamic

from tests.programs.blocks import later, says, says_nothing
from tests.programs.carriers import stack, state

CREATE = "arn:aws:states:::sagemaker:createEndpointConfig"
VARIANTS = [{"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large"}]
CALL = "aws sagemaker create-endpoint-config --endpoint-config-name serving --production-variants file://v.json"


def named(label: str) -> str:
    return f"advisory carrier-readable {label}"


def definition(resource: str = CREATE, parameters: Any = None, **state_: Any) -> str:
    """A definition with one task."""
    given = parameters if parameters is not None else {"EndpointConfigName": "serving", "ProductionVariants": VARIANTS}
    task = {"Type": "Task", "Resource": resource, "Parameters": given, "End": True, **state_}
    return json.dumps({"StartAt": "Deploy", "States": {"Deploy": task}})


def machine(text: Any, label: str = "machine") -> aws.sfn.StateMachine:
    return aws.sfn.StateMachine(label, definition=text, role_arn="arn:aws:iam::111122223333:role/workflows")


def resource(kind: str, label: str, **properties: Any) -> None:
    """A custom resource of a package that these tests do not have."""
    pulumi.CustomResource(kind, label, properties)


def command(text: Any, *, where: str = "local", **properties: Any) -> None:
    resource(f"command:{where}:Command", "command", create=text, **properties)


class Making(dynamic.ResourceProvider):
    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        return dynamic.CreateResult("made", props)


class Silent(dynamic.Resource):
    """A resource of a provider whose code is about nothing."""

    def __init__(self, label: str, properties: dict[str, Any]) -> None:
        super().__init__(Making(), label, properties)


class Serving(dynamic.Resource, module="ml", name="Serving"):
    """A dynamic resource with a type of its own."""

    def __init__(self, label: str, properties: dict[str, Any]) -> None:
        super().__init__(Making(), label, properties)


@says(named("machine"))
def state_machine_that_makes_a_configuration() -> None:
    machine(definition())


@says(named("machine"))
def state_machine_that_names_a_key_and_calls_the_sdk() -> None:
    machine(definition("arn:aws:states:::aws-sdk:sagemaker:createEndpointConfig", {"KmsKeyId.$": "$.key"}))


@says(named("machine"))
def state_machine_with_a_task_within_a_map_of_a_branch() -> None:
    inner = json.loads(definition())
    outer = {"Type": "Map", "ItemProcessor": inner, "End": True}
    branches = [{"StartAt": "Each", "States": {"Each": outer}}]
    text = {"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches, "End": True}}}
    machine(json.dumps(text))


@says(update=(named("machine"),))
def state_machine_that_is_known_later() -> None:
    machine(later(definition()))


@says(named("machine"))
def native_state_machine() -> None:
    resource("aws-native:stepfunctions:StateMachine", "machine", definition=json.loads(definition()))


@says(named("machine"))
def bridged_state_machine() -> None:
    kind = "awscc:index/stepfunctionsStateMachine:StepfunctionsStateMachine"
    resource(kind, "machine", definitionString=definition())


@says(named("stack"))
def state_machine_in_a_template() -> None:
    properties = {"DefinitionString": definition(), "RoleArn": "arn:aws:iam::111122223333:role/workflows"}
    stack(Resources={"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}})


@says(named("stack"))
def state_machine_in_a_template_that_may_be_deployed() -> None:
    there = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "444455556666"]}
    properties = {"Definition": json.loads(definition())}
    made = {"Type": "AWS::StepFunctions::StateMachine", "Condition": "There", "Properties": properties}
    stack(Conditions={"There": there}, Resources={"Machine": made})


def of_partition(resource: str) -> dict[str, Any]:
    """A definition as the AWS CDK writes it."""
    before, after = definition(resource).split("arn:aws:", 1)
    return {"Fn::Join": ["", [before, "arn:", {"Ref": "AWS::Partition"}, ":", after]]}


@says(named("stack"))
def state_machine_in_a_template_of_any_partition() -> None:
    properties = {"DefinitionString": of_partition(CREATE)}
    template = {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
    aws.cloudformation.StackSet("stack", template_body=json.dumps({"Resources": template}))


@says_nothing()
def state_machine_in_a_template_that_calls_a_function() -> None:
    text = definition("${Function.Arn}", {})
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": "role", "Code": {"ZipFile": "pass"}}}
    properties = {"DefinitionString": {"Fn::Sub": text}}
    stack(
        Resources={
            "Function": function,
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties},
        }
    )


@says(named("state"))
def state_machine_of_cloud_control() -> None:
    state("AWS::StepFunctions::StateMachine", DefinitionString=definition())


@says_nothing()
def state_machine_that_starts_a_training_job() -> None:
    machine(definition("arn:aws:states:::sagemaker:createTrainingJob.sync", {"TrainingJobName.$": "$.name"}))


@says_nothing()
def state_machine_that_creates_an_endpoint_of_a_configuration_that_is_there() -> None:
    machine(definition("arn:aws:states:::sagemaker:updateEndpoint", {"EndpointConfigName.$": "$.name"}))


@says_nothing()
def state_machine_that_speaks_of_it() -> None:
    text = json.loads(definition("arn:aws:states:::lambda:invoke", {"FunctionName": "f"}))
    machine(json.dumps({**text, "Comment": f"It was {CREATE} before."}))


@says_nothing()
def state_machine_whose_function_is_known_later() -> None:
    function = later("arn:aws:lambda:us-east-1:111122223333:function:f")
    machine(function.apply(definition))


@says(named("command"))
def command_that_makes_a_configuration() -> None:
    command(CALL)


@says(named("command"))
def remote_command_that_makes_a_configuration_when_it_is_updated() -> None:
    command("true", where="remote", update=f"set -e\nexport AWS_REGION=us-east-1\n{CALL}")


@says(named("command"))
def command_over_several_lines() -> None:
    command("aws --region us-east-1 \\\n  sagemaker \\\n  create-endpoint-config \\\n  --cli-input-json file://c.json")


@says(named("command"))
def command_that_prints_what_it_calls() -> None:
    command(f'echo "made $({CALL} --query EndpointConfigArn)"')


@says(named("command"))
def command_of_another_interpreter() -> None:
    code = "import boto3\nboto3.client('sagemaker').create_endpoint_config(EndpointConfigName='serving')"
    command(code, interpreter=["python3", "-c"])


@says(update=(named("command"),))
def command_that_is_known_later() -> None:
    command(later("us-east-1").apply(lambda region: f"aws --region {region} sagemaker create-endpoint-config"))


@says_nothing()
def command_that_does_something_else() -> None:
    command("aws sagemaker describe-endpoint-config --endpoint-config-name serving", delete="rm -f serving.json")


@says_nothing()
def command_that_only_deletes_one() -> None:
    command("true", delete="aws sagemaker delete-endpoint-config --endpoint-config-name serving")


@says_nothing()
def command_that_looks_for_it() -> None:
    command("grep -rn 'aws sagemaker create-endpoint-config' scripts/\n# aws sagemaker create-endpoint-config")


@says(named("dynamic"))
def dynamic_resource_of_a_configuration() -> None:
    Silent("dynamic", {"endpoint_config_name": "serving"})


@says(named("dynamic"))
def dynamic_resource_of_a_type_of_its_own() -> None:
    Serving("dynamic", {"deployment": [{"EndpointConfigName": "serving", "ProductionVariants": VARIANTS}]})


@says(named("dynamic"))
def dynamic_resource_of_javascript() -> None:
    code = "exports.handler = () => client.send(new CreateEndpointConfigCommand({}))"
    resource("pulumi-nodejs:dynamic:Resource", "dynamic", __provider=code, serving="blue")


@says_nothing()
def dynamic_resource_about_something_else() -> None:
    Silent("dynamic", {"endpoint_url": "https://example.com", "config": {"replicas": 2}})


@says_nothing()
def dynamic_resource_of_an_api() -> None:
    Silent("dynamic", {"name": "api", "endpointConfiguration": {"types": ["REGIONAL"]}})


@says_nothing()
def dynamic_resource_of_javascript_about_something_else() -> None:
    code = "exports.handler = () => client.send(new DescribeEndpointConfigCommand({}))"
    resource("pulumi-nodejs:dynamic:Resource", "dynamic", __provider=code, name="blue")


@says(named("product"))
def provisioned_product() -> None:
    aws.servicecatalog.ProvisionedProduct("product", product_name="Endpoint", provisioning_artifact_name="v1")


@says(named("product"))
def native_provisioned_product() -> None:
    resource("aws-native:servicecatalog:CloudFormationProvisionedProduct", "product", productName="Endpoint")


@says(named("product"))
def provisioned_product_of_cloud_control() -> None:
    state("AWS::ServiceCatalog::CloudFormationProvisionedProduct", "product", ProductName="Endpoint")


ACCEPTED = {"carrier-readable": {"exemptions": [{"resource": "product", "reason": "A VPC.", "expires": "2999-01-01"}]}}


@says_nothing(settings=ACCEPTED)
def provisioned_product_that_the_organization_accepts() -> None:
    aws.servicecatalog.ProvisionedProduct("product", product_name="Network", provisioning_artifact_name="v1")


@says_nothing()
def product_of_a_catalog() -> None:
    artifact: Any = {"template_url": "https://bucket.s3.amazonaws.com/product.json"}
    kind = "CLOUD_FORMATION_TEMPLATE"
    aws.servicecatalog.Product("product", owner="platform", type=kind, provisioning_artifact_parameters=artifact)


@says(named("other"))
def type_that_says_what_it_is() -> None:
    resource("kubernetes:sagemaker.aws.upbound.io/v1beta1:EndpointConfiguration", "other", spec={})


@says_nothing()
def component_that_says_what_it_is() -> None:
    pulumi.ComponentResource("acme:ml:SageMakerEndpointConfig", "other")


@says_nothing()
def types_of_other_services() -> None:
    resource("aws-native:apigateway:EndpointConfiguration", "api")
    resource("kubernetes:sagemaker.aws.upbound.io/v1beta1:NotebookInstance", "notebook", spec={})


@says(named("stack"))
def custom_resource_of_a_template() -> None:
    call = {"service": "SageMaker", "action": "createEndpointConfig", "parameters": {}}
    stack(Resources={"Call": {"Type": "Custom::AWS", "Properties": {"Create": json.dumps(call)}}})


@says(named("stack"))
def custom_resource_of_a_template_with_a_part_that_is_not_known() -> None:
    call = '{"service": "SageMaker", "action": "createEndpointConfig", "parameters": {"KmsKeyId": "'
    text = {"Fn::Join": ["", [call, {"Ref": "AWS::AccountId"}, '"}}']]}
    stack(Resources={"Call": {"Type": "Custom::AWS", "Properties": {"Create": text}}})


@says_nothing()
def custom_resource_of_a_template_about_something_else() -> None:
    call = {"service": "S3", "action": "putObject", "parameters": {"Key": "endpoint-config.json"}}
    stack(Resources={"Call": {"Type": "Custom::AWS", "Properties": {"Create": json.dumps(call)}}})


# ---- documents of Systems Manager and projects of CodeBuild ----


def api_step(api: str = "CreateEndpointConfig", service: str = "sagemaker") -> dict[str, Any]:
    step = {"name": "make", "action": "aws:executeAwsApi", "inputs": {"Service": service, "Api": api}}
    return {"schemaVersion": "0.3", "mainSteps": [step]}


def shell_step(*lines: str) -> dict[str, Any]:
    step = {"name": "run", "action": "aws:runShellScript", "inputs": {"runCommand": list(lines)}}
    return {"schemaVersion": "2.2", "mainSteps": [step]}


def document(content: Any, **more: Any) -> None:
    aws.ssm.Document("document", document_type="Automation", content=content, **more)


def build(*commands: str) -> None:
    spec = "version: 0.2\nphases:\n  build:\n    commands:\n" + "".join(f"      - {each}\n" for each in commands)
    resource("aws:codebuild/project:Project", "project", source={"type": "NO_SOURCE", "buildspec": spec})


@says(named("document"))
def document_with_a_call_of_the_api() -> None:
    document(json.dumps(api_step()))


@says(named("document"))
def document_in_yaml_with_a_command() -> None:
    document(
        f"schemaVersion: '2.2'\nmainSteps:\n  - inputs:\n      runCommand:\n        - {CALL}\n", document_format="YAML"
    )


@says(named("document"))
def document_of_another_provider_as_an_object() -> None:
    resource("aws-native:ssm:Document", "document", content=shell_step("set -e", CALL))


@says(named("stack"))
def document_in_a_template() -> None:
    stack(Resources={"Document": {"Type": "AWS::SSM::Document", "Properties": {"Content": api_step()}}})


@says(named("project"))
def build_with_a_command() -> None:
    build("pip install awscli", CALL)


@says(named("stack"))
def build_in_a_template() -> None:
    source = {"Type": "NO_SOURCE", "BuildSpec": f"phases: {{build: {{commands: ['{CALL}']}}}}"}
    stack(Resources={"Project": {"Type": "AWS::CodeBuild::Project", "Properties": {"Source": source}}})


@says_nothing()
def document_with_another_call() -> None:
    document(json.dumps(api_step("DescribeEndpointConfig")))


@says_nothing()
def document_as_an_object_with_a_call_of_another_service() -> None:
    resource("aws-native:ssm:Document", "document", content=api_step(service="apigateway"))


@says_nothing()
def document_with_another_command() -> None:
    document(json.dumps(shell_step("aws sagemaker describe-endpoint-config --endpoint-config-name a")))


@says_nothing()
def build_with_another_command() -> None:
    build("aws sagemaker create-training-job --training-job-name a", "make deploy")


@says_nothing()
def build_from_a_file_of_its_source() -> None:
    resource("aws:codebuild/project:Project", "project", source={"type": "CODEPIPELINE", "buildspec": "buildspec.yml"})
