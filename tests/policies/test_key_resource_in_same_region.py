"""`key-resource-in-same-region`: where the stack's own keys live, and where nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.gaps import GAP
from policy_pack.judging.phase import STATE, UPDATE
from policy_pack.judging.policy import Context
from policy_pack.judging.verdict import CannotTell, Compliant, NotApplicable, Verdict, Violation
from policy_pack.policies.key_resource_in_same_region import POLICY, decide
from policy_pack.stack.model import Configuration
from policy_pack.values import UNKNOWN
from tests.carriers.reading import resource, stack, urn, verdicts
from tests.matrix import rows
from tests.template.reading import partly

ROW = rows.Row(rows.keyed("eu-west-1"), rows.keyed(), of_known_keys="key-in-same-region")

CLASSIC, NATIVE = "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws-native:sagemaker:EndpointConfig"
KEY, ALIAS = "aws:kms/key:Key", "aws:kms/alias:Alias"
ID = "12345678-1234-1234-1234-123456789012"
HERE, THERE = "eu-west-1", "us-east-1"
ELSEWHERE = "urn:pulumi:dev::shop::pulumi:pulumi:StackReference::other"


def key(region: Any, name: str = "key") -> Any:
    return resource(KEY, {"region": region}, name, region=None)


def said(*made: Any, name: Any = UNKNOWN, region: Any = HERE, carrier: str = CLASSIC, sources: Any = None) -> Verdict:
    """What the policy says of a configuration of a region whose key is computed from these, or from `sources`."""
    named = "kmsKeyArn" if carrier == CLASSIC else "kmsKeyId"
    from_ = tuple(each.urn for each in made) if sources is None else sources
    configuration = resource(
        carrier,
        {named: name, "region": region},
        "config",
        region=None if carrier == CLASSIC else region,
        sources={named: from_},
    )
    return verdicts(POLICY, configuration, *made)["config"]


def test_a_key_of_the_same_region() -> None:
    assert isinstance(said(key(HERE)), Compliant)
    assert isinstance(said(key(HERE), key(HERE, "other")), Compliant)


@pytest.mark.parametrize("made", [[key(THERE)], [key(THERE, "other"), key(THERE)]])
def test_a_key_of_another_region(made: list[Any]) -> None:
    found = said(*made)
    assert isinstance(found, Violation)
    assert f'The configuration is in {HERE} but its key "{made[0].name}" is in {THERE}' in found.why
    assert found.fix.startswith(f"Make the key in {HERE}") and "set kmsKeyArn to that ARN" in found.fix


@pytest.mark.parametrize("made", [[key(HERE), key(THERE, "other")], [key(UNKNOWN), key(THERE, "other")]])
def test_one_of_several_keys_is_of_another_region(made: list[Any]) -> None:
    found = said(*made)
    assert isinstance(found, Violation)
    assert f'The configuration is in {HERE} but kmsKeyArn may name the key "other", which is in {THERE}' in found.why
    assert "computed from several keys" in found.why and "the ARN of that key alone" in found.fix


@pytest.mark.parametrize(("key_region", "region"), [(UNKNOWN, HERE), (HERE, UNKNOWN)])
def test_a_region_that_is_not_known_yet(key_region: Any, region: Any) -> None:
    found = said(key(key_region), region=region)
    assert isinstance(found, CannotTell) and "The Region of the key or of the configuration" in found.why


def test_a_region_that_nobody_says() -> None:
    for key_region, region in ((None, HERE), (HERE, None)):
        found = said(key(key_region), region=region)
        assert isinstance(found, NotApplicable) and "does not say which Region" in found.why


@pytest.mark.parametrize(
    "name",
    [f"arn:aws:kms:{THERE}:111122223333:key/{ID}", f"arn:aws:kms:{HERE}:111122223333:alias/a", "serving", 5, [ID]],
)
def test_what_another_policy_says(name: Any) -> None:
    found = said(key(THERE), name=name)
    assert isinstance(found, NotApplicable) and "a known ARN, or a value that is not a key" in found.why


@pytest.mark.parametrize("name", [ID, "alias/serving"])
def test_a_short_name_is_looked_for_where_the_configuration_is(name: str) -> None:
    assert isinstance(said(key(THERE), name=name, carrier=NATIVE), Violation)
    assert isinstance(said(key(HERE), name=name, carrier=NATIVE), Compliant)


@pytest.mark.parametrize(("region", "expected"), [(HERE, Compliant), (THERE, Violation)])
def test_an_alias_is_where_its_key_is(region: str, expected: type) -> None:
    alias = resource(ALIAS, {"region": region}, "alias", region=None, sources={"targetKeyId": (ELSEWHERE,)})
    assert type(said(alias)) is expected


@pytest.mark.parametrize("name", [None, ID])
def test_a_key_that_is_not_computed(name: Any) -> None:
    found = said(name=name, carrier=NATIVE)
    assert found == NotApplicable("The key does not come from a key resource of this stack.")


@pytest.mark.parametrize(
    ("sources", "phase", "tells", "expected"),
    [
        ((ELSEWHERE,), "preview", True, CannotTell),
        ((), "preview", True, CannotTell),
        ((), UPDATE, True, NotApplicable),
        ((), STATE, True, NotApplicable),
        ((), STATE, False, CannotTell),
        ((ELSEWHERE,), STATE, True, CannotTell),
    ],
)
def test_a_key_that_is_computed_from_something_else(
    sources: tuple[str, ...], phase: str, tells: bool, expected: type
) -> None:
    made = stack(resource(CLASSIC, {"kmsKeyArn": UNKNOWN}, "config", sources={"kmsKeyArn": sources}))
    made.tells_dependencies = tells
    (configuration,) = made.of(Configuration)
    assert type(decide(configuration, Context(made, phase=phase))) is expected
    assert configuration.urn == urn(CLASSIC, "config")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"arn:aws:kms:{THERE}:{GAP}", NotApplicable),
        (f"arn:aws:kms:{THERE}:{GAP}:key/{ID}", NotApplicable),
        (f"arn:aws:kms:{GAP}:111122223333:key/{ID}", Compliant),
        (f"arn:aws:kms:{GAP}", Compliant),
        (f"alias/{GAP}", Compliant),
    ],
)
def test_a_name_that_is_known_in_part(name: str, expected: type) -> None:
    """What names its region is another policy's; of the rest the key of the stack tells where it is."""
    assert type(said(key(HERE), name=partly(name), carrier=NATIVE)) is expected
