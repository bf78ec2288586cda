"""What ``terraform show -json`` writes of plans and states, audited: of its documented format, and odd ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_pack.audit.evidence import COMPLIANT, NON_COMPLIANT
from policy_pack.audit.report import TERRAFORM_PLAN, TERRAFORM_STATE
from policy_pack.audit.run import audit
from policy_pack.audit.state import parse
from policy_pack.audit.unusable import NoStack, Unusable
from tests.audit.auditing import audit_document, command, options, triples, verdict
from tests.audit.states import write
from tests.harness.answers import Triple
from tests.programs.blocks import PRIVATE
from tests.terraform.cli import read_printed
from tests.terraform.programs import PLAYED

DIRECTORY = Path(__file__).parent / "terraform"
CONFIGURATION = "aws_sagemaker_endpoint_configuration"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"

# What is said, of which addresses.
SAYS: dict[str, list[Triple]] = {
    "plan_with_unknown_key": [],
    "plan_of_a_replacement": [
        ("advisory", "replacement-safe", f"{CONFIGURATION}.serving"),
        ("mandatory", "encryption-at-rest-enabled", f"{CONFIGURATION}.serving"),
    ],
    "state": [
        ("advisory", "key-rotation-enabled", "aws_kms_key.serving"),
        ("advisory", "paired-with-endpoint", f"{CONFIGURATION}.far"),
        ("advisory", "replacement-safe", f"{CONFIGURATION}.far"),
        ("mandatory", "key-in-same-region", f"{CONFIGURATION}.far"),
    ],
    "module_with_for_each": [
        ("advisory", "key-rotation-enabled", 'module.serving["eu-west-1"].module.key.aws_kms_key.this'),
        ("mandatory", "key-resource-in-same-region", f'module.serving["us-east-1"].{CONFIGURATION}.this'),
    ],
    "opentofu_plan_with_for_each": [("mandatory", "key-resource-usable", 'aws_kms_key.this["b"]')],
}


def document(name: str) -> Any:
    return json.loads((DIRECTORY / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAYS)
def test_what_is_said(name: str, tmp_path: Path) -> None:
    report = audit_document(tmp_path, document(name))
    assert triples(report) == sorted(SAYS[name])
    assert report.configurations
    assert report.sources[0].kind == (TERRAFORM_STATE if name == "state" else TERRAFORM_PLAN)
    for finding in report.findings:
        assert not any(private in finding.why + finding.fix for private in PRIVATE)


def test_every_document_has_its_answers() -> None:
    assert {path.stem for path in DIRECTORY.glob("*.json")} == set(SAYS)


def test_nothing_of_this_machine_or_of_an_option_is_its_region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = document("state")
    for each in given["values"]["root_module"]["resources"]:
        each["values"].pop("region", None)
        each["values"]["arn"] = None
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    report = audit_document(tmp_path, given, region="ap-south-1")
    assert {each.region for each in report.configurations} == {""}
    assert not [each for each in triples(report) if "region" in each[1]]


def test_a_sensitive_key_is_not_shown(tmp_path: Path) -> None:
    report = audit_document(tmp_path, document("state"), shows_arns=True)
    keys = {each.label: each.key for each in report.configurations}
    assert keys[f"{CONFIGURATION}.good"] == "(secret)"
    assert "eu-central-1" in keys[f"{CONFIGURATION}.far"]


def test_a_name_that_is_written_by_hand_is_told_from_a_reference(tmp_path: Path) -> None:
    given = document("plan_of_a_replacement")
    endpoint = given["configuration"]["root_module"]["resources"][1]["expressions"]
    endpoint["endpoint_config_name"] = {"constant_value": "serving"}
    report = audit_document(tmp_path, given)
    assert ("mandatory", "endpoint-follows-replacement", "aws_sagemaker_endpoint.serving") in triples(report)


def test_a_plan_says_whether_it_deletes_first(tmp_path: Path) -> None:
    given = document("plan_of_a_replacement")
    (replaced, _) = given["resource_changes"]
    generated = "terraform-20260102030405060700000001"
    given["planned_values"]["root_module"]["resources"][0]["values"] |= {"name": generated, "kms_key_arn": KEY}
    given["planned_values"]["root_module"]["resources"][1]["values"]["endpoint_config_name"] = generated
    (finding,) = audit_document(tmp_path, given).findings
    assert finding.why.startswith("create_before_destroy is not true, so a changed key deletes the configuration")
    assert finding.fix.startswith("Write lifecycle { create_before_destroy = true }")
    replaced["change"]["actions"].reverse()
    assert audit_document(tmp_path, given).findings == ()


def test_a_local_value_is_followed_by_what_it_names(tmp_path: Path) -> None:
    given = document("plan_of_a_replacement")
    endpoint = given["configuration"]["root_module"]["resources"][1]["expressions"]
    endpoint["endpoint_config_name"] = {"references": ["local.name"]}
    said = triples(audit_document(tmp_path, given))
    assert not [each for each in said if each[1] == "endpoint-follows-replacement"]


def test_a_key_passes_through_variables_and_data_sources(tmp_path: Path) -> None:
    given = document("module_with_for_each")
    root = given["configuration"]["root_module"]
    serving = root["module_calls"]["serving"]
    key = serving["module"]["module_calls"].pop("key")
    # The key is made beside the module, which is given it through a data source and a variable.
    root["module_calls"]["key"] = key
    reading = {"mode": "data", "type": "aws_kms_alias", "name": "it", "address": "data.aws_kms_alias.it"}
    root["resources"] = [{**reading, "expressions": {"name": {"references": ["module.key.arn", "module.key"]}}}]
    serving["expressions"]["key"] = {"references": ["data.aws_kms_alias.it.target_key_arn", "data.aws_kms_alias.it"]}
    serving["module"]["resources"][0]["expressions"]["kms_key_arn"] = {"references": ["var.key"]}
    planned = given["planned_values"]["root_module"]
    made = planned["child_modules"][0].pop("child_modules")[0]
    del planned["child_modules"][1]["child_modules"]
    made["address"] = "module.key"
    made["resources"][0]["address"] = "module.key.aws_kms_key.this"
    planned["child_modules"].append(made)
    report = audit_document(tmp_path, given)
    assert triples(report) == [
        ("advisory", "key-rotation-enabled", "module.key.aws_kms_key.this"),
        ("mandatory", "key-resource-in-same-region", f'module.serving["us-east-1"].{CONFIGURATION}.this'),
    ]


def test_modules_that_refer_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    given = document("module_with_for_each")
    serving = given["configuration"]["root_module"]["module_calls"]["serving"]["module"]
    output = serving["module_calls"]["key"]["module"]["outputs"]["arn"]
    output["expression"] = {"references": ["var.region"]}
    serving["module_calls"]["key"]["expressions"]["region"] = {"references": ["module.key.arn"]}
    evidence = audit_document(tmp_path, given).configurations[0]
    assert verdict(evidence, "encryption-at-rest-enabled").status == COMPLIANT


@pytest.mark.parametrize("kind", ["awscc_sagemaker_endpoint_config", CONFIGURATION])
def test_either_provider_s_configuration_without_a_key(kind: str, tmp_path: Path) -> None:
    entry = {"address": f"{kind}.it", "mode": "managed", "type": kind, "name": "it", "values": {"region": "us-east-1"}}
    report = audit_document(tmp_path, {"format_version": "1.0", "values": {"root_module": {"resources": [entry]}}})
    assert verdict(report.configurations[0], "encryption-at-rest-enabled").status == NON_COMPLIANT


def test_a_deposed_object_is_not_judged(tmp_path: Path) -> None:
    given = document("state")
    resources = given["values"]["root_module"]["resources"]
    left = copy.deepcopy(resources[2]) | {"deposed_key": "abcd1234"}
    left["values"]["kms_key_arn"] = None
    resources.append(left)
    assert triples(audit_document(tmp_path, given)) == sorted(SAYS["state"])


def _resource(**given: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "planned_values": {"root_module": {"resources": [given]}}}


_CONFIGURATION = {"address": f"{CONFIGURATION}.it", "mode": "managed", "type": CONFIGURATION, "name": "it"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"version": 4, "terraform_version": "1.9.8", "lineage": "x", "resources": []}, "is Terraform's state itself"),
        ({"format_version": "2.0", "values": {}}, "a version of Terraform's format"),
        ({"format_version": 1, "values": {}}, "a version of Terraform's format"),
        ({"format_version": "1.2", "planned_values": {}, "errored": True}, "is a plan that failed"),
        ({"format_version": "1.2", "resource_changes": []}, "a plan without its planned values"),
        (
            {
                "format_version": "1.2",
                "planned_values": {},
                "deferred_changes": [{"reason": "unknown", "resource_change": {"type": CONFIGURATION}}],
            },
            "leaves for later",
        ),
        ({"format_version": "1.0", "values": []}, "values that is not an object"),
        ({"format_version": "1.0", "values": {"root_module": {"resources": {}}}}, "resources that is not a list"),
        ({"format_version": "1.0", "values": {"root_module": {"resources": [3]}}}, "resources that is not a list"),
        ({"format_version": "1.0", "values": {"root_module": {"child_modules": [{}]}}}, "a module that has no address"),
        (_resource(mode="managed"), "no address, type and name"),
        (_resource(address=3, type=CONFIGURATION, name="it"), "no address, type and name"),
        (_resource(**_CONFIGURATION), "without values"),
        (_resource(**_CONFIGURATION, values={}), "without values"),
        (_resource(**_CONFIGURATION, values=[1]), "values that is not an object"),
        (
            {**_resource(**_CONFIGURATION, values={"name": "a"}), "resource_changes": "x"},
            "resource_changes that is not",
        ),
        ({**_resource(**_CONFIGURATION, values={"name": "a"}), "configuration": 3}, "configuration that is not"),
    ],
)
def test_what_cannot_be_audited(given: dict[str, Any], why: str) -> None:
    with pytest.raises(Unusable, match=why):
        parse(given)


@pytest.mark.parametrize(
    "given",
    [
        {"format_version": "1.0", "provider_schemas": {}},
        {"format_version": "1.0", "valid": True, "diagnostics": []},
        {"format_version": "1.0", "function_signatures": {}},
        {"terraform_version": "1.9.8", "platform": "linux_amd64"},
    ],
)
def test_other_documents_of_terraform_are_no_stack(given: dict[str, Any]) -> None:
    with pytest.raises(NoStack):
        parse(given)


@pytest.mark.parametrize(
    "given",
    [
        {"format_version": "1.0"},
        {"format_version": "1.0", "terraform_version": "1.9.8", "values": {"root_module": {}}},
        {"format_version": "1.2", "planned_values": {"root_module": {}}, "resource_changes": []},
        {
            "format_version": "1.2",
            "planned_values": {},
            "deferred_changes": [{"resource_change": {"type": "aws_s3_bucket"}}],
        },
    ],
)
def test_plans_and_states_without_resources(given: dict[str, Any]) -> None:
    assert parse(given).resources == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given.update(resource_changes=[{"address": []}]),
        lambda given: given["resource_changes"][1]["change"].update(after_unknown=[True]),
        lambda given: given["resource_changes"][1]["change"].update(after_unknown=True),
        lambda given: given["resource_changes"][1]["change"].update(after_sensitive=[[], 3]),
        lambda given: given["configuration"].update(provider_config={"aws": {"expressions": {"region": {}}}}),
        lambda given: given["configuration"]["root_module"].update(resources=[3, {"address": 5}], module_calls=[]),
        lambda given: given["configuration"]["root_module"]["resources"][1].update(provider_config_key=[1]),
        lambda given: given["configuration"]["root_module"]["resources"][1]["expressions"].update(
            kms_key_arn={"references": ["", ".", "var.", "module.", "[", "x" * 100_000, 3, "a.b[", "data.x"]}
        ),
        lambda given: given["configuration"]["root_module"]["resources"][1]["expressions"].update(kms_key_arn=[[{}]]),
    ],
)
def test_odd_plans_are_judged_as_far_as_they_go(change: Callable[[Any], None], tmp_path: Path) -> None:
    given = document("plan_with_unknown_key")
    change(given)
    report = audit_document(tmp_path, given)
    assert len(report.configurations) == 1


def test_names_of_addresses_do_not_reach_a_terminal_as_they_are(tmp_path: Path) -> None:
    entry = {
        **_CONFIGURATION,
        "address": f'{CONFIGURATION}.it["\x1b[2J::\u202e"]',
        "index": "x",
        "values": {"name": "a"},
    }
    report = audit_document(tmp_path, _resource(**entry))
    (evidence,) = report.configurations
    for text in (evidence.urn, evidence.id, evidence.label, *(each.resource for each in report.findings)):
        assert text.isprintable()


_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["", "aws_kms_key.serving", "a.b", "1.2"]))
_ODD = st.recursive(_LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(), inner)))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in entries:
        yield from _paths(each, (*path, name))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_anywhere_it_is_judged_or_there_is_a_reason(data: st.DataObject) -> None:
    documents = [*((document, each) for each in SAYS), *((read_printed, each) for each in PLAYED)]
    read, name = data.draw(st.sampled_from(documents))
    document_ = read(name)
    *above, last = data.draw(st.sampled_from([each for each in _paths(document_) if each]))
    place = document_
    for step in above:
        place = place[step]
    place[last] = data.draw(_ODD)
    with TemporaryDirectory() as directory:
        report = audit([write(Path(directory) / "it.json", document_)], options())
    assert not any("please report" in each.text for each in report.problems)
    assert len(report.sources) + len(report.problems) == 1


def test_many_references_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policy_pack.audit.terraform_references._MOST", 3)
    with pytest.raises(Unusable, match="more references"):
        parse(document("module_with_for_each"))


def test_command(tmp_path: Path) -> None:
    path = write(tmp_path / "plan.json", document("plan_of_a_replacement"))
    ran = command(path)
    assert ran.returncode == 1
    assert f"{CONFIGURATION}.serving" in ran.stdout
    assert "kms_key_arn" in ran.stdout
