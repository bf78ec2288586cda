"""Packs of one's own: selections by each criterion, every mistake, and the example pack through the wire."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pulumi_aws as aws
import pytest
from pulumi_policy import EnforcementLevel

import policy_pack
from policy_pack import PACK, SelectionError, select_policies
from policy_pack.testing.stand_in import ACCOUNT
from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.programs.blocks import arn, config, endpoint, pair, variant

EXAMPLE = ROOT / "examples" / "own-pack"


def names(selected: list[Any]) -> list[str]:
    return [each.name.removeprefix(PACK.prefix) for each in selected]


def of_pack(holds: Any) -> list[str]:
    return [each.name for each in PACK.policies if holds(each)]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (
            {"names": ["key-in-same-region", "encryption-at-rest-enabled"]},
            ["encryption-at-rest-enabled", "key-in-same-region"],
        ),
        ({"names": [PACK.prefix + "replacement-safe"]}, ["replacement-safe"]),
        ({"tags": ["replacement"]}, of_pack(lambda each: "replacement" in each.tags)),
        ({"tags": ["replacement", "region"]}, of_pack(lambda each: {"replacement", "region"} & {*each.tags})),
        ({"severities": ["low"]}, of_pack(lambda each: each.severity == "low")),
        (
            {"tags": ["replacement"], "severities": ["high", "medium"]},
            of_pack(lambda each: "replacement" in each.tags and each.severity in ("high", "medium")),
        ),
        ({}, of_pack(lambda each: each.level != "disabled")),
        ({"names": ["key-verified-in-aws"]}, ["key-verified-in-aws"]),
        ({"severities": ["high"]}, of_pack(lambda each: each.severity == "high" and each.level != "disabled")),
    ],
)
def test_criteria(criteria: dict[str, Any], expected: list[str]) -> None:
    assert expected
    assert names(select_policies(**criteria)) == expected


def test_frameworks() -> None:
    soc = names(select_policies(frameworks=["SOC 2"]))
    assert "key-policy-restricted" in soc
    assert "encryption-at-rest-enabled" in soc
    assert "settings-make-sense" not in soc
    (rotation,) = [each for each in PACK.control.requirements_of("key-rotation-enabled") if each.reference == "SC-12"]
    assert "key-rotation-enabled" in names(select_policies(frameworks=[rotation.label]))


def test_levels() -> None:
    assert {each.enforcement_level for each in select_policies(level="advisory")} == {EnforcementLevel.ADVISORY}
    (kept,) = select_policies(names=["replacement-safe"])
    assert kept.enforcement_level == EnforcementLevel.ADVISORY
    (named,) = select_policies(names=["key-verified-in-aws"])
    assert named.enforcement_level == EnforcementLevel.MANDATORY


def test_settings_are_the_defaults_that_forms_show() -> None:
    (selected,) = select_policies(
        names=["customer-managed-key"], settings={"customer-managed-key": {"allowedAccounts": [ACCOUNT]}}
    )
    assert selected.config_schema is not None
    assert selected.config_schema.properties["allowedAccounts"]["default"] == [ACCOUNT]


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ({"names": ["encryption-at-rest-enabeld"]}, 'Did you mean "encryption-at-rest-enabled"?'),
        ({"names": []}, "No policy meets all of the criteria"),
        ({"names": "replacement-safe"}, "A list of names belongs here"),
        ({"names": ["replacement-safe", "replacement-safe"]}, "replacement-safe is selected twice"),
        ({"names": [5]}, "A name is a text, not int"),
        ({"tags": ["replacment"]}, 'Did you mean "replacement"?'),
        ({"severities": ["hihg"]}, 'Did you mean "high"?'),
        ({"frameworks": ["PCIDSS"]}, 'Did you mean "PCI DSS"?'),
        ({"frameworks": ["ISO 27001 A.8.24"]}, 'There is no framework "ISO 27001 A.8.24".'),
        ({"level": "strict"}, 'There is no level "strict"'),
        ({"tags": ["region"], "severities": ["low"]}, "No policy meets all of the criteria"),
        ({"names": ["replacement-safe"], "settings": {"replacement-saef": {}}}, 'Did you mean "replacement-safe"?'),
        (
            {"names": ["replacement-safe"], "settings": {"customer-managed-key": {}}},
            "customer-managed-key, which is not",
        ),
        ({"names": ["replacement-safe"], "settings": {"replacement-safe": []}}, "are not a mapping"),
        (
            {"names": ["customer-managed-key"], "settings": {"customer-managed-key": {"allowedAccount": []}}},
            'Did you mean "allowedAccounts"?',
        ),
        (
            {"names": ["customer-managed-key"], "settings": {"customer-managed-key": {"allowedAccounts": ["1"]}}},
            "allowedAccounts[0] is not a 12-digit account ID",
        ),
    ],
)
def test_mistakes(criteria: dict[str, Any], said: str) -> None:
    with pytest.raises(SelectionError) as raised:
        select_policies(**criteria)
    assert said in str(raised.value)


def test_a_policy_is_selected_once_for_a_pack() -> None:
    first = select_policies(names=["replacement-safe"])
    with pytest.raises(SelectionError, match="replacement-safe is selected twice"):
        select_policies(tags=["replacement"])
    del first
    assert select_policies(tags=["replacement"])


def test_the_public_names_are_there() -> None:
    assert {*policy_pack.__all__} <= {*dir(policy_pack)}
    for name in policy_pack.__all__:
        assert getattr(policy_pack, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = policy_pack.nonsense


@pytest.fixture(scope="module")
def own_pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    directory = tmp_path_factory.mktemp("own-pack")
    # As in an environment into which this package is installed.
    (directory / "policy_pack").symlink_to(ROOT / "policy_pack")
    (directory / "__main__.py").write_text((EXAMPLE / "__main__.py").read_text(encoding="utf-8"), encoding="utf-8")
    with Engine(directory) as engine:
        yield engine


def unowned() -> None:
    config(production_variants=[variant(variant_name=f"v{index}") for index in range(3)], name="fixed")
    endpoint("fixed")


def owned() -> None:
    tags = {"owner": "ranking"}
    made = config(kms_key_arn=arn(), tags=tags)
    aws.sagemaker.Endpoint("endpoint", endpoint_config_name=made.name, tags=tags)


def test_the_example_pack(own_pack: Engine) -> None:
    own_pack.configure({})
    said = run(own_pack, unowned)
    assert said == [
        ("advisory", "sagemaker-owner", "config"),
        ("advisory", "sagemaker-owner", "endpoint"),
        ("mandatory", "acme-few-variants", "config"),
        ("mandatory", "encryption-at-rest-enabled", "config"),
        ("mandatory", "replacement-safe", "config"),
        ("mandatory", "endpoint-follows-replacement", "endpoint"),
    ]
    assert run(own_pack, owned) == []


def test_settings_of_the_author_and_of_the_user(own_pack: Engine) -> None:
    own_pack.configure({})

    def elsewhere() -> None:
        pair(kms_key_arn=arn().replace(ACCOUNT, "444455556666"), tags={"owner": "x"})

    said = run(own_pack, elsewhere)
    assert [finding.policy for finding in said.findings if finding.level == "mandatory"] == ["customer-managed-key"]
    own_pack.configure({"customer-managed-key": {"allowedAccounts": ["444455556666"]}})
    assert not [finding for finding in run(own_pack, elsewhere).findings if finding.level == "mandatory"]


def test_a_foreign_policy_sees_properties_and_every_resource(tmp_path: Path) -> None:
    (tmp_path / "policy_pack").symlink_to(ROOT / "policy_pack")
    source = """
        from pulumi_policy import PolicyPack, StackValidationPolicy
        from policy_pack import select_policies

        def sees(args, report):
            for each in args.resources:
                report(f"{each.resource_type} {sorted(each.props)}", each.urn)

        PolicyPack("acme", [StackValidationPolicy("sees", "Sees.", sees), *select_policies()])
    """
    (tmp_path / "__main__.py").write_text(dedent(source), encoding="utf-8")

    def program() -> None:
        aws.ssm.Parameter("parameter", type="String", value="x")
        config(kms_key_arn=arn())

    with Engine(tmp_path) as engine:
        engine.configure({})
        seen = run(engine, program).messages("sees")
    assert any("aws:ssm/parameter:Parameter" in each and "'value'" in each for each in seen)
    assert any("EndpointConfiguration" in each and "'kmsKeyArn'" in each for each in seen)


def test_serve_selects_too(tmp_path: Path) -> None:
    (tmp_path / "policy_pack").symlink_to(ROOT / "policy_pack")
    source = """
        from policy_pack import serve
        serve("acme-sagemaker", names=["encryption-at-rest-enabled", "paired-with-endpoint"], level="advisory")
    """
    (tmp_path / "__main__.py").write_text(dedent(source), encoding="utf-8")
    with Engine(tmp_path) as engine:
        assert (engine.info().name, engine.info().displayName) == ("acme-sagemaker", "acme-sagemaker")
        engine.configure({})
        assert run(engine, config) == [
            ("advisory", "encryption-at-rest-enabled", "config"),
            ("advisory", "paired-with-endpoint", "config"),
        ]
