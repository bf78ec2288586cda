"""`key-in-same-region` by where a configuration lives: what of its provider, the stack and the environment says so."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from policy_pack.gaps import ACCOUNT, GAP, PARTITION, REGION, STACK_NAME
from policy_pack.judging.settings import read
from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.key_in_same_region import POLICY
from policy_pack.testing.monitor import AWS_6, World
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, verdicts
from tests.conftest import ROOT
from tests.harness.answers import Triple
from tests.harness.engine import Engine
from tests.harness.program import Program, deploy, run
from tests.matrix import rows
from tests.policies.phases import AUDIT, PHASES, UPDATE, Judging
from tests.programs.blocks import arn, in_region, pair
from tests.template.reading import partly

ROW = rows.Row(rows.pair(rows.arn("eu-west-1")), rows.pair())

SAID: list[Triple] = [("mandatory", "key-in-same-region", "config")]
HERE, ELSEWHERE = "us-east-1", "eu-west-1"


def explicit(key_region: str, **provider: Any) -> Program:
    """A pair of an explicit provider with a key of a region."""

    def program() -> None:
        made = aws.Provider("serving", **provider)
        pair(kms_key_arn=arn(key_region), opts=pulumi.ResourceOptions(provider=made))

    return program


def default(key_region: str, **arguments: Any) -> Program:
    return lambda: pair(kms_key_arn=arn(key_region), **arguments) and None


def said(program: Program, phase: str, judging: Judging, engine: Engine, world: World) -> list[Triple]:
    """What is said of a program in a stack of `HERE`, of resources that have no region of their own."""
    if phase == AUDIT:
        document = deploy(program, phase=UPDATE, stack=in_region(HERE), world=world).export
        return judging.audited(document, region=None)
    engine.configure({})
    findings = run(engine, program, phase=phase, stack=in_region(HERE), world=world).findings
    return [each.triple for each in findings]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [default(ELSEWHERE), explicit(HERE, region=ELSEWHERE), explicit(ELSEWHERE, region=HERE, profile="serving")],
)
def test_a_key_of_another_region(program: Program, phase: str, judging: Judging, engine: Engine) -> None:
    assert said(program, phase, judging, engine, World(versions=AWS_6)) == SAID


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    "program",
    [
        default(HERE),
        explicit(ELSEWHERE, region=ELSEWHERE),
        explicit(ELSEWHERE),  # it does not read the stack's configuration
        explicit(ELSEWHERE, profile="serving"),
        explicit(HERE, profile="serving"),
    ],
)
def test_a_key_of_the_same_region_or_nobody_knows(
    program: Program, phase: str, judging: Judging, engine: Engine
) -> None:
    assert said(program, phase, judging, engine, World(versions=AWS_6)) == []


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (explicit(HERE, profile="serving"), []),
        (explicit(ELSEWHERE, profile="serving"), []),
        (default(ELSEWHERE), SAID),
        (default(HERE), []),
    ],
)
def test_the_environment_does_not_count_beside_a_profile(program: Program, expected: list[Triple]) -> None:
    """The SDK of the provider would set its region from the environment, so the program is run without it."""
    with Engine(ROOT, environment={"AWS_REGION": ELSEWHERE}) as engine:
        engine.configure({})
        assert run(engine, program, stack=in_region(HERE), world=World(versions=AWS_6)) == expected


def test_the_environment_counts_for_an_explicit_provider() -> None:
    with Engine(ROOT, environment={"AWS_REGION": HERE}) as engine:
        engine.configure({})
        assert run(engine, explicit(ELSEWHERE), stack=in_region(ELSEWHERE), world=World(versions=AWS_6)) == SAID
        assert run(engine, explicit(HERE), stack=in_region(ELSEWHERE), world=World(versions=AWS_6)) == []


CONFIGURATION, NATIVE = (
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws-native:sagemaker:EndpointConfig",
)


def decided(key: Any, *, where: Any = HERE, kind: str = NATIVE, **settings: Any) -> Verdict:
    """What the policy says of a configuration of a region that names this key."""
    given = {"kmsKeyId" if kind == NATIVE else "kmsKeyArn": key}
    (found,) = verdicts(POLICY, resource(kind, given, region=where), **settings).values()
    return found


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (arn(HERE), Compliant),
        (arn(ELSEWHERE), Violation),
        ("alias/serving", Compliant),
        ("12345678-1234-1234-1234-123456789012", Compliant),
        ("alias/aws/s3", NotApplicable),
        (arn(ELSEWHERE, "alias/aws/s3"), NotApplicable),
        ("serving", NotApplicable),
        (None, NotApplicable),
        (5, NotApplicable),
        (UNKNOWN, CannotTell),
        # Known in part: its region and partition decide, not what else is missing.
        (partly(f"arn:aws:kms:{HERE}:{ACCOUNT}:key/{GAP}"), Compliant),
        (partly(f"arn:{PARTITION}:kms:{REGION}:{ACCOUNT}:alias/serving"), Compliant),
        (partly(f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/serving"), Compliant),
        (partly(f"arn:aws:kms:{ELSEWHERE}:{ACCOUNT}:key/{GAP}"), Violation),
        (partly(f"arn:aws-cn:kms:{HERE}:{ACCOUNT}:alias/serving"), Violation),
        (partly(f"arn:aws-cn:kms:{REGION}:{ACCOUNT}:alias/serving"), Violation),
        (partly(f"arn:aws:kms:{GAP}:{ACCOUNT}:alias/serving"), CannotTell),
        (partly(f"arn:{GAP}:kms:{HERE}:{ACCOUNT}:alias/serving"), CannotTell),
        (partly(GAP), CannotTell),
        (partly(f"alias/{STACK_NAME}"), Compliant),
        (partly(f"alias/aws/{GAP}"), NotApplicable),
        (partly(f"keys/{GAP}"), NotApplicable),
    ],
    ids=str,
)
def test_keys(key: Any, expected: type) -> None:
    found = decided(key)
    assert type(found) is expected
    assert not isinstance(found, Violation) or "Set kmsKeyId to the ARN of a key in us-east-1" in found.fix


def test_what_a_violation_names() -> None:
    in_part = decided(partly(f"arn:aws:kms:{ELSEWHERE}:{ACCOUNT}:key/{GAP}"))
    nowhere = decided(partly(f"arn:aws:kms:eu-wst-1:{ACCOUNT}:key/{GAP}"))
    china = decided(arn("cn-north-1", partition="aws-cn"))
    assert isinstance(in_part, Violation) and f"but its key is in {ELSEWHERE};" in in_part.why
    assert isinstance(china, Violation) and "(partition aws) but its key is in the partition aws-cn;" in china.why
    assert not isinstance(nowhere, Violation) or "but its key is in another Region;" in nowhere.why


@pytest.mark.parametrize("region", [HERE, ELSEWHERE, REGION, GAP])
def test_a_violation_names_the_partition_that_a_partly_known_key_is_in(region: str) -> None:
    found = decided(partly(f"arn:aws-cn:kms:{region}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"))
    assert isinstance(found, Violation)
    assert "(partition aws) but its key is in the partition aws-cn;" in found.why


@pytest.mark.parametrize("partition", ["aws", PARTITION, GAP])
def test_a_violation_names_the_region_if_the_partition_may_fit(partition: str) -> None:
    found = decided(partly(f"arn:{partition}:kms:{ELSEWHERE}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"))
    assert isinstance(found, Violation)
    assert f"The configuration is in {HERE} but its key is in {ELSEWHERE};" in found.why


@pytest.mark.parametrize(
    ("region", "settings", "expected"),
    [
        (UNKNOWN, {}, CannotTell),
        (UNKNOWN, {"region": HERE}, CannotTell),
        (None, {}, NotApplicable),
        (None, {"region": HERE}, Compliant),
        (None, {"region": ELSEWHERE}, Violation),
        (ELSEWHERE, {"region": HERE}, Violation),
        ("moon-1", {}, Violation),
    ],
)
def test_where_the_configuration_is(region: Any, settings: dict[str, str], expected: type) -> None:
    for key in (arn(HERE), partly(f"arn:aws:kms:{HERE}:{ACCOUNT}:key/{GAP}")):
        assert type(decided(key, where=region, **settings)) is expected
    # Short names are of wherever it is, and so is what a template calls its own.
    assert isinstance(decided("alias/serving", where=region, **settings), Compliant)


@pytest.mark.parametrize(("region", "valid"), [(HERE, True), ("cn-north-1", True), ("moon-1", False), (5, False)])
def test_regions_of_the_settings(region: Any, valid: bool) -> None:
    found = read(POLICY.settings, {"region": region})
    assert found.values["region"] == (region if valid else None)
    assert bool(found.problems) is not valid
