"""The harness itself, with tiny packs: it starts them as the engine does and hears what they say."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.harness.engine import Engine, PackError, Stack
from tests.harness.settings import RefusedSettings

RESOURCE = {"urn": "urn:pulumi:dev::shop::a:b:C::it", "type": "a:b:C", "name": "it", "properties": {"size": 5}}

TINY = """
    import os, sys
    import pulumi
    from pulumi_policy import *

    def too_big(args, report):
        limit = args.get_config().get("limit", 3)
        if "::other" in args.urn:
            args.not_applicable("it is the other")
        if args.props["size"] > limit:
            report(f"over {limit} in {os.getcwd()}; region {pulumi.Config('aws').get('region')}")

    def stack(args, report):
        report(f"{len(args.resources)} resources", args.resources[0].urn if args.resources else None)

    def shrink(args):
        return {"size": 1}

    limit = {"type": "number", "default": 4}
    PolicyPack("tiny", [
        ResourceValidationPolicy("size", "Size.", too_big, config_schema=PolicyConfigSchema({"limit": limit}),
                                 remediate=shrink),
        StackValidationPolicy("stack", "Stack.", stack, EnforcementLevel.MANDATORY, severity=Severity.HIGH),
    ])
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    (tmp_path / "__main__.py").write_text(dedent(TINY), encoding="utf-8")
    return tmp_path


def test_a_pack_runs_in_its_directory_with_the_stacks_configuration(tiny: Path) -> None:
    with Engine(tiny, stack=Stack(config={"aws:region": "eu-west-1"})) as engine:
        (finding,) = engine.analyze(RESOURCE).findings
    assert finding.triple == ("advisory", "size", "it")
    assert finding.message == f"Size.\nover 3 in {tiny}; region eu-west-1"


def test_answers(tiny: Path) -> None:
    with Engine(tiny) as engine:
        engine.configure({})
        assert [policy.name for policy in engine.info().policies] == ["size", "stack"]
        assert "over 4" in engine.analyze(RESOURCE).findings[0].message
        other = {**RESOURCE, "urn": "urn:pulumi:dev::shop::a:b:C::other"}
        assert engine.analyze(other).not_applicable == {"size": "it is the other"}
        (finding,) = engine.analyze_stack([RESOURCE]).findings
        assert (finding.triple, finding.severity) == (("mandatory", "stack", "it"), "high")
        assert engine.analyze_stack([]).findings[0].triple == ("mandatory", "stack", "")


def test_settings_are_sent_as_the_engine_does(tiny: Path) -> None:
    with Engine(tiny) as engine:
        engine.configure({"size": {"enforcementLevel": "mandatory", "limit": 4.5}})
        assert engine.analyze(RESOURCE).findings[0].level == "mandatory"
        assert "over 4.5" in engine.analyze(RESOURCE).findings[0].message
        engine.configure({"size": {"limit": 5}})
        assert engine.analyze(RESOURCE).findings == ()
        engine.configure({"all": "disabled", "stack": "advisory"})
        assert engine.analyze(RESOURCE).findings == ()
        assert engine.analyze_stack([RESOURCE]).findings[0].level == "advisory"
        engine.configure({"size": "remediate"})
        (remediation,) = engine.remediate(RESOURCE).response.remediations  # type: ignore[union-attr]
        assert dict(remediation.properties) == {"size": 1}
        with pytest.raises(RefusedSettings, match="size: .*limit"):
            engine.configure({"size": {"limit": "much"}})
        engine.configure({"size": {"limit": "much"}}, unchecked=True)
        with pytest.raises(PackError, match="Analyze failed: UNKNOWN.*not supported between"):
            engine.analyze(RESOURCE)


def test_a_pack_that_prints_is_found_out(tiny: Path) -> None:
    main = tiny / "__main__.py"
    main.write_text(main.read_text(encoding="utf-8").replace("args.not_applicable", "print"), encoding="utf-8")
    with pytest.raises(PackError, match="printed more than its port: 'it is the other"):  # noqa: SIM117
        with Engine(tiny) as engine:
            engine.analyze({**RESOURCE, "urn": "urn:pulumi:dev::shop::a:b:C::other"})


def test_a_pack_that_does_not_start_says_why(tiny: Path) -> None:
    (tiny / "__main__.py").write_text("import sys; sys.exit('no such module')", encoding="utf-8")
    with pytest.raises(PackError, match="where its port belongs\nno such module"), Engine(tiny):
        pass
