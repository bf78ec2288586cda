"""`endpoint-follows-replacement`: what an Endpoint runs, and whether it follows a configuration that is replaced."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from policy_pack.audit.evidence import CANNOT_TELL, COMPLIANT, NON_COMPLIANT
from policy_pack.judging.verdict import NotApplicable, Violation
from policy_pack.policies import endpoint_follows_replacement
from policy_pack.values import UNKNOWN
from tests.audit.auditing import audit_document, verdict
from tests.audit.states import write
from tests.carriers.reading import resource as plain
from tests.carriers.reading import verdicts
from tests.conftest import ROOT
from tests.harness import aws_native as native
from tests.harness.answers import Triple
from tests.harness.engine import Engine
from tests.harness.program import DEV, Program, deploy
from tests.matrix import rows
from tests.policies.phases import AUDIT, PHASES, PREVIEW, UPDATE, Judging, changed
from tests.programs.blocks import arn, config, endpoint, pair

ROW = rows.Row(
    {
        "configuration": rows.configuration(EndpointConfigName="serving"),
        "endpoint": rows.endpoint("serving")._replace(alone=True),
    },
    rows.pair(),
    not_of=rows.EXPERIMENTS,
)

POLICY = "endpoint-follows-replacement"
PAIRED, IN_STACK = "paired-with-endpoint", "endpoint-configuration-in-stack"
VARIANT = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CASES = ROOT / "tests" / "cases"

Change = Callable[[dict[str, Any]], None]


def ignoring(*paths: str) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(ignore_changes=list(paths))


def followed(*paths: str) -> Program:
    """A configuration and its Endpoint, which ignores changes of these paths."""
    return lambda: endpoint(config(kms_key_arn=arn()).name, opts=ignoring(*paths)) and None


def native_endpoint(*paths: str) -> Program:
    return lambda: native.Endpoint("endpoint", ignoring(*paths), endpoint_config_name=config(kms_key_arn=arn()).name)


def cloud_control(*paths: str) -> Program:
    def program() -> None:
        state = pulumi.Output.json_dumps({"EndpointConfigName": config(kms_key_arn=arn()).name})
        aws.cloudcontrol.Resource(
            "endpoint", type_name="AWS::SageMaker::Endpoint", desired_state=state, opts=ignoring(*paths)
        )

    return program


def template(*paths: str) -> Program:
    """A template's Endpoint of a configuration outside of it, whose name is one of the template's parameters."""

    def program() -> None:
        made = {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": {"Ref": "Name"}}}
        parameters = {"Name": {"Type": "String"}, "Other": {"Type": "String"}}
        aws.cloudformation.Stack(
            "endpoint",
            template_body=json.dumps({"Parameters": parameters, "Resources": {"Endpoint": made}}),
            parameters={"Name": config(kms_key_arn=arn()).name, "Other": "x"},
            opts=ignoring(*paths),
        )

    return program


def native_template(*paths: str) -> Program:
    """A template given as an object, whose Endpoint has the name of a configuration outside of it."""

    def program() -> None:
        name = config(kms_key_arn=arn()).name
        made = {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}}
        others = {"Bucket": {"Type": "AWS::S3::Bucket"}}
        native.Stack("endpoint", ignoring(*paths), template_body={"Resources": {"Endpoint": made, **others}})

    return program


IN_TEMPLATE = "templateBody.Resources.Endpoint"
IGNORING = {
    "the property": followed("endpointConfigName"),
    "in brackets": followed('["endpointConfigName"]'),
    "everything": followed("*"),
    "among others": followed("tags", "endpointConfigName"),
    "in Python's spelling": followed("endpoint_config_name"),
    "aws-native": native_endpoint("endpointConfigName"),
    "a state": cloud_control("desiredState"),
    "a parameter": template("parameters.Name"),
    "a parameter in brackets": template('parameters["Name"]'),
    "all parameters": template("parameters"),
    "a template": template("templateBody"),
    "a template that is an object": native_template("templateBody"),
    "a resource in it": native_template(IN_TEMPLATE),
    "its properties": native_template(f"{IN_TEMPLATE}.Properties"),
    "a property in it": native_template(f'{IN_TEMPLATE}["Properties"]["EndpointConfigName"]'),
    "any resource in it": native_template("templateBody.Resources[*]"),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("program", IGNORING.values(), ids=IGNORING)
def test_an_endpoint_that_ignores_changes_never_follows(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == [("mandatory", POLICY, "endpoint")]


NOT_IGNORING = {
    "tags": followed("tags"),
    "a path below a property of the same name": followed("deploymentConfig.endpointConfigName"),
    "a longer name": followed("endpointConfigNames"),
    "no path": followed("endpointConfigName[", "[", ""),
    "nothing": followed(),
    "aws-native": native_endpoint("tags", "endpointName"),
    "a state": cloud_control("roleArn"),
    "another parameter": template("parameters.Other"),
    "another resource of a template": native_template("templateBody.Resources.Bucket"),
    "another property in a template": native_template(f"{IN_TEMPLATE}.Properties.Tags"),
    "the metadata of a template's resource": native_template(f"{IN_TEMPLATE}.Metadata"),
    "the outputs of a template": native_template("templateBody.Outputs"),
    "the configuration": lambda: pair(kms_key_arn=arn(), opts=ignoring("tags")) and None,
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("program", NOT_IGNORING.values(), ids=NOT_IGNORING)
def test_an_endpoint_that_ignores_something_else_follows(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == []


def another_name() -> None:
    made = config(kms_key_arn=arn())
    endpoint(made.name.apply(lambda name: f"{name}-v2"))


def neither_of_two() -> None:
    both = pulumi.Output.all(config("blue", kms_key_arn=arn()).name, config("green", kms_key_arn=arn()).name)
    endpoint(both.apply(lambda names: "promoted"))


def a_native_configuration() -> None:
    made: Any = native.EndpointConfig("config", kms_key_id=arn(), production_variants=[{"modelName": "m"}])
    endpoint(made.endpoint_config_name.apply(lambda name: f"promoted-{name}"))


ANOTHER = {"another": another_name, "neither": neither_of_two, "native": a_native_configuration}


@pytest.mark.parametrize("phase", [UPDATE, AUDIT])
@pytest.mark.parametrize("program", ANOTHER.values(), ids=ANOTHER)
def test_an_endpoint_that_runs_another_than_it_is_computed_from(program: Program, phase: str, judging: Judging) -> None:
    """One cause is said once: neither the configuration nor where the other one is from is said beside it."""
    assert judging.said(program, phase) == [("mandatory", POLICY, "endpoint")]


@pytest.mark.parametrize("program", ANOTHER.values(), ids=ANOTHER)
def test_which_it_runs_is_not_known_before_the_update(program: Program, judging: Judging) -> None:
    # The names of configurations are generated by Check, what is computed from them at preview is known too.
    assert judging.said(program, PREVIEW) == [("mandatory", POLICY, "endpoint")]


def one_of_two() -> None:
    both = pulumi.Output.all(config("blue", kms_key_arn=arn()).name, config("green", kms_key_arn=arn()).name)
    endpoint(both.apply(lambda names: str(names[1])))


def by_the_arn() -> None:
    made = config(kms_key_arn=arn())
    endpoint(made.name.apply(lambda name: f"arn:aws:sagemaker:us-east-1:111122223333:endpoint-config/{name.upper()}"))


def with_a_prefix() -> None:
    endpoint(config(kms_key_arn=arn(), name_prefix="serving-").name)


def another_endpoint_runs_it() -> None:
    made = config(kms_key_arn=arn())
    endpoint(made.name)
    endpoint(made.name, "canary")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("program", [one_of_two, by_the_arn, with_a_prefix, another_endpoint_runs_it])
def test_an_endpoint_that_runs_what_it_is_computed_from(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == []


def repointed(name: Any) -> Change:
    """What a refresh makes of an Endpoint that runs `name` now."""

    def change(entry: dict[str, Any]) -> None:
        if entry["type"] == ENDPOINT:
            entry["outputs"]["endpointConfigName"] = name
        elif entry["type"] == "aws:cloudcontrol/resource:Resource" and name is not None:
            entry["outputs"]["properties"] = json.dumps({"EndpointConfigName": name})

    return change


def test_a_state_whose_endpoint_was_repointed(judging: Judging) -> None:
    for program in (followed(), one_of_two, with_a_prefix, cloud_control()):
        assert judging.audited(changed(program, repointed("promoted"))) == [("mandatory", POLICY, "endpoint")]


@pytest.mark.parametrize("name", ["config-1a2b3c4", None, {"4dabf18193072939515e22adb298388d": "x"}], ids=str)
def test_a_state_whose_endpoint_runs_its_configuration_or_does_not_say(name: Any, judging: Judging) -> None:
    assert judging.audited(changed(followed(), repointed(name))) == []
    if isinstance(name, str):
        assert judging.audited(changed(cloud_control(), repointed(name))) == []


ELSEWHERE = [{"externalConfigurations": ["promoted-*"]}, {"externalConfigurations": ["config-*"]}]


def promoted_by_a_pipeline() -> None:
    endpoint(config(kms_key_arn=arn()).name.apply(lambda _: "promoted-7"), opts=ignoring("endpointConfigName"))


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("settings", ELSEWHERE, ids=["the promoted", "the stack's"])
def test_what_is_promoted_on_purpose(settings: dict[str, list[str]], phase: str, judging: Judging) -> None:
    assert judging.said(promoted_by_a_pipeline, phase, {POLICY: settings}) == []
    assert judging.said(promoted_by_a_pipeline, phase) == [("mandatory", POLICY, "endpoint")]


@pytest.mark.parametrize("program", [followed("*"), promoted_by_a_pipeline, another_name])
def test_the_message_names_the_setting(program: Program, judging: Judging) -> None:
    (said,) = judging.messages(program, POLICY, UPDATE)
    assert "externalConfigurations" in said
    assert '"config"' in said
    assert said.startswith(("ignoreChanges covers endpointConfigName", "endpointConfigName is computed from"))


def test_a_message_is_in_the_words_of_its_carrier(judging: Judging) -> None:
    (said,) = judging.messages(cloud_control("desiredState"), POLICY)
    assert said.startswith("ignoreChanges covers EndpointConfigName")
    (said,) = judging.messages(names_by_hand_in_two_templates, POLICY)
    assert "Set EndpointConfigName to the configuration's EndpointConfigName, by Fn::GetAtt" in said
    assert "attrEndpointConfigName" in said


@pytest.mark.parametrize("case", ["endpoint_of_another_configuration", "endpoint_repointed_outside"])
def test_a_configuration_that_was_left_is_not_compliant(case: str, tmp_path: Any) -> None:
    report = audit_document(tmp_path, json.loads((CASES / f"{case}.json").read_text(encoding="utf-8")))
    (evidence,) = report.configurations
    assert evidence.status == NON_COMPLIANT
    assert verdict(evidence, POLICY).status == NON_COMPLIANT
    assert [each.policy.rpartition(POLICY)[1] for each in report.findings] == [POLICY]


# ---- templates: CloudFormation refuses to replace what has a name of its own ----


def resources(name: str | None, named: Any) -> dict[str, Any]:
    properties = {"KmsKeyId": arn(), "ProductionVariants": [VARIANT]}
    own = {"EndpointConfigName": name} if name else {}
    return {
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {**properties, **own}},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": named}},
    }


def in_one_template(name: str | None, named: Any, **sections: Any) -> Program:
    body = json.dumps({**sections, "Resources": resources(name, named)})
    return lambda: aws.cloudformation.Stack("stack", template_body=body)


NAME = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
ADVICE: Triple = ("advisory", "replacement-safe", "stack")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    ("program", "said"),
    [
        (in_one_template("serving", "serving"), [ADVICE]),
        (in_one_template("serving", NAME), [ADVICE]),
        (in_one_template(None, NAME), []),
        (in_one_template({"Ref": "N"}, {"Ref": "N"}, Parameters={"N": {"Type": "String", "Default": "n"}}), [ADVICE]),  # type: ignore[arg-type]
    ],
)
def test_a_pair_within_one_template(program: Program, said: list[Triple], phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == said


def names_by_hand_in_two_templates() -> None:
    both = resources("serving", "serving")
    aws.cloudformation.Stack("stack", template_body=json.dumps({"Resources": {"Config": both["Config"]}}))
    aws.cloudformation.Stack("other", template_body=json.dumps({"Resources": {"Endpoint": both["Endpoint"]}}))


def an_endpoint_outside_of_the_template() -> None:
    both = resources("serving", "serving")
    aws.cloudformation.Stack("stack", template_body=json.dumps({"Resources": {"Config": both["Config"]}}))
    endpoint("serving", "other")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("program", [names_by_hand_in_two_templates, an_endpoint_outside_of_the_template])
def test_a_name_by_hand_across_templates(program: Program, phase: str, judging: Judging) -> None:
    assert judging.said(program, phase) == [ADVICE, ("mandatory", POLICY, "other")]


def by_hand_through_cloud_control() -> None:
    state = json.dumps({"EndpointConfigName": "serving", "KmsKeyId": arn(), "ProductionVariants": [VARIANT]})
    aws.cloudcontrol.Resource("config", type_name="AWS::SageMaker::EndpointConfig", desired_state=state)
    endpoint("serving")


@pytest.mark.parametrize("phase", PHASES)
def test_a_name_by_hand_through_cloud_control(phase: str, judging: Judging) -> None:
    assert judging.said(by_hand_through_cloud_control, phase) == [
        ("advisory", "replacement-safe", "config"),
        ("mandatory", POLICY, "endpoint"),
    ]
    (said,) = judging.messages(by_hand_through_cloud_control, POLICY)
    assert "A changed key needs a changed name too" in said


# ---- no dependency information ----


def without_dependencies(entry: dict[str, Any]) -> None:
    entry.pop("propertyDependencies", None)


def by_hand(name: str | None) -> Program:
    def program() -> None:
        config(kms_key_arn=arn(), name=name)
        endpoint(name or "config-1a2b3c4")

    return program


def statuses(document: Any, directory: Any) -> set[str]:
    report = audit_document(directory, document)
    return {verdict(each, POLICY).status for each in report.configurations}


def test_a_state_that_says_nothing_of_dependencies(tmp_path: Any) -> None:
    generated = [followed(), by_hand(None), lambda: endpoint(config("other", kms_key_arn=arn()).name)]
    for program in generated:
        assert statuses(changed(program, without_dependencies), tmp_path) == {CANNOT_TELL}
    for name in ("serving", "config-v2", "config-1a2b3c4-1"):
        assert statuses(changed(by_hand(name), without_dependencies), tmp_path) == {NON_COMPLIANT}


def test_an_empty_account_of_dependencies_is_one(tmp_path: Any) -> None:
    def emptied(entry: dict[str, Any]) -> None:
        without_dependencies(entry)
        if entry["type"] == "pulumi:pulumi:Stack":
            entry["propertyDependencies"] = {}

    assert statuses(changed(followed(), emptied), tmp_path) == {NON_COMPLIANT}
    assert statuses(deploy(followed(), phase=UPDATE).export, tmp_path) == {COMPLIANT}


def test_the_case_without_dependencies(tmp_path: Any, judging: Judging) -> None:
    document = json.loads((CASES / "no_dependency_information.json").read_text(encoding="utf-8"))
    assert judging.audited(document) == []
    assert statuses(document, tmp_path) == {CANNOT_TELL}


def scanned(program: Program) -> list[dict[str, Any]]:
    """The resources that a program leaves, as those that an account was scanned for: without stack and dependencies."""
    entries = deploy(program, phase=UPDATE).export["deployment"]["resources"]
    return [
        {"type": each["type"], "urn": each["urn"], "name": each["urn"].split("::")[-1], "properties": each["outputs"]}
        for each in entries
        if each["type"] != "pulumi:pulumi:Stack"
    ]


STACK = {
    "type": "pulumi:pulumi:Stack",
    "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
    "name": "shop-dev",
}


@pytest.mark.parametrize(
    ("program", "root", "said"),
    [
        (followed(), [], []),
        (by_hand(None), [], []),
        (by_hand(None), [STACK], [("mandatory", POLICY, "endpoint")]),
        (by_hand("serving"), [], [("mandatory", POLICY, "endpoint")]),
        (by_hand("serving"), [STACK], [("mandatory", POLICY, "endpoint")]),
    ],
)
@pytest.mark.parametrize("edge", [True, False])
def test_resources_that_an_account_was_scanned_for(
    program: Program, root: list[dict[str, Any]], said: list[Triple], edge: bool, engine: Engine, tmp_path: Any
) -> None:
    engine.configure_stack(DEV)
    if edge:
        answer = engine.analyze_stack([*scanned(program), *root])
    else:
        with Engine(_stock_pack(tmp_path), environment={"PYTHONPATH": str(ROOT)}) as stock:
            answer = stock.analyze_stack([*scanned(program), *root])
    assert [each.triple for each in answer.findings] == said


def _stock_pack(directory: Any) -> Any:
    """The pack as the SDK alone serves it."""
    write(directory / "PulumiPolicy.yaml", {"runtime": "python", "main": "."})
    (directory / "__main__.py").write_text(
        "from policy_pack.engine.serve import serve\nfrom policy_pack.policies import PACK\nserve(PACK, edge=False)\n"
    )
    return directory


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (UNKNOWN, "The configuration's name comes from outside this stack."),
        ("elsewhere", "The Endpoint names no configuration of this stack."),
        (None, "The Endpoint names no configuration of this stack."),
    ],
    ids=str,
)
def test_an_endpoint_of_no_configuration_here(name: Any, why: str) -> None:
    made = plain("aws:sagemaker/endpoint:Endpoint", {"endpointConfigName": name})
    (found,) = verdicts(endpoint_follows_replacement.POLICY, made).values()
    assert found == NotApplicable(why)


@pytest.mark.parametrize(("name", "another"), [("config-1a2b3c4", False), ("other", True)])
def test_an_endpoint_that_ignores_changes_and_runs_another(name: str, another: bool) -> None:
    kind = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
    made = plain(kind, {"name": "config-1a2b3c4"}, "config")
    given = plain(ENDPOINT, {"endpointConfigName": name}, "it", sources={"endpointConfigName": (made.urn,)})
    following = replace(given, ignore_changes=("endpointConfigName",))
    found = verdicts(endpoint_follows_replacement.POLICY, made, following)["it"]
    assert isinstance(found, Violation)
    assert ("The Endpoint already runs a different configuration." in found.why) is another
