"""The parts that carriers have in common: variants, what an endpoint writes, tags, and the option ignoreChanges."""

from __future__ import annotations

from typing import Any

import pytest

from policy_pack.carriers import shapes
from policy_pack.stack.model import Resource, Storage, Variant
from policy_pack.values import UNKNOWN, Unknown, WrongType

FROM = {"productionVariants": ("urn:model",), "shadowProductionVariants": ("urn:shadow",)}
OWN = Unknown(frozenset({"urn:own"}))
MAYBE = Unknown(frozenset({"urn:own"}), may_be_absent=True)


def fleets(element: Any, kind: str = "productionVariants") -> list[tuple[Any, Any, Any, Any]]:
    """The type, the model, what that is computed from, and whether it is serverless, of each fleet of a variant."""
    found = shapes.variants({kind: [element]}, FROM)
    return [(each.instance_type, each.model_name, each.model_sources, each.serverless) for each in found]


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"instanceType": "ml.a", "modelName": "m"}, [("ml.a", "m", ("urn:model",), False)]),
        ({"serverlessConfig": {"maxConcurrency": 5}}, [(None, None, ("urn:model",), True)]),
        ({"serverlessConfig": []}, [(None, None, ("urn:model",), False)]),
        ({"serverlessConfig": UNKNOWN}, [(None, None, ("urn:model",), UNKNOWN)]),
        (
            {"modelName": Unknown(frozenset({"urn:own"}))},
            [(None, Unknown(frozenset({"urn:own"})), ("urn:own",), False)],
        ),
        ({"instanceType": 5}, [(WrongType("a number"), None, ("urn:model",), False)]),
        (
            {"modelName": "m", "instancePools": [{"instanceType": "ml.a"}, {"instanceType": "ml.b"}]},
            [("ml.a", "m", ("urn:model",), False), ("ml.b", "m", ("urn:model",), False)],
        ),
        (
            {"modelName": "m", "instancePools": [{"instanceType": "ml.a", "modelNameOverride": "own"}]},
            [("ml.a", "own", ("urn:model",), False)],
        ),
        (
            {"modelName": "m", "instancePools": [{"instanceType": "ml.a", "modelNameOverride": MAYBE}]},
            [("ml.a", MAYBE, ("urn:own",), False), ("ml.a", "m", ("urn:model",), False)],
        ),
        ({"instanceType": "ml.a", "instancePools": []}, [("ml.a", None, ("urn:model",), False)]),
        ({"instanceType": "ml.a", "instancePools": UNKNOWN}, [(UNKNOWN, UNKNOWN, ("urn:model",), False)]),
        (UNKNOWN, [(UNKNOWN, UNKNOWN, ("urn:model",), UNKNOWN)]),
    ],
    ids=str,
)
def test_variants(element: Any, expected: Any) -> None:
    assert fleets(element) == expected


def test_names_of_variants() -> None:
    given = {"productionVariants": [{}, {}], "shadowProductionVariants": UNKNOWN}
    found = shapes.variants(given, FROM)
    assert [each.label for each in found] == ["production variant 1", "production variant 2", "shadow variant 1"]
    assert found[2] == Variant("shadow variant 1", UNKNOWN, UNKNOWN, UNKNOWN, ("urn:shadow",))
    assert shapes.variants({}, FROM) == ()


CAPTURED = "dataCaptureConfig.kmsKeyId"


@pytest.mark.parametrize(
    ("given", "captures", "expected"),
    [
        ({}, True, []),
        ({"dataCaptureConfig": []}, True, []),
        ({"dataCaptureConfig": {}}, True, [Storage("captured data", None, CAPTURED)]),
        ({"dataCaptureConfig": {}}, False, []),
        ({"dataCaptureConfig": [{"enableCapture": True}]}, False, [Storage("captured data", None, CAPTURED)]),
        ({"dataCaptureConfig": {"enableCapture": False}}, True, []),
        ({"dataCaptureConfig": {"enableCapture": UNKNOWN}}, True, [Storage("captured data", UNKNOWN, CAPTURED)]),
        (
            {"dataCaptureConfig": {"enableCapture": UNKNOWN, "kmsKeyId": "alias/a"}},
            True,
            [Storage("captured data", "alias/a", CAPTURED)],
        ),
        (
            {"dataCaptureConfig": {"enableCapture": 5, "kmsKeyId": 5}},
            False,
            [Storage("captured data", WrongType("a number"), CAPTURED)],
        ),
        ({"dataCaptureConfig": UNKNOWN}, True, [Storage("captured data", UNKNOWN, CAPTURED)]),
        ({"asyncInferenceConfig": {"outputConfig": []}}, True, []),
        (
            {"asyncInferenceConfig": {"outputConfig": {"kmsKeyId": "alias/a"}}},
            True,
            [Storage("asynchronous output", "alias/a", "asyncInferenceConfig.outputConfig.kmsKeyId")],
        ),
        ({"productionVariants": [{"coreDumpConfig": []}, {}]}, True, []),
        (
            {"productionVariants": [{}], "shadowProductionVariants": [{}, {"coreDumpConfig": {"kmsKeyId": None}}]},
            True,
            [Storage("core dumps of shadow variant 2", None, "shadowProductionVariants[1].coreDumpConfig.kmsKeyId")],
        ),
        (
            {"productionVariants": UNKNOWN},
            True,
            [Storage("core dumps of production variant 1", UNKNOWN, "productionVariants[0].coreDumpConfig.kmsKeyId")],
        ),
    ],
    ids=str,
)
def test_what_an_endpoint_writes(given: Any, captures: bool, expected: list[Storage]) -> None:
    assert list(shapes.storage(given, captures=captures)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a": "b", "c": 5, "d": UNKNOWN}, {"a": "b"}),
        ([{"key": "a", "value": "b"}, {"key": "c"}, {"key": 5, "value": "d"}, "e", UNKNOWN], {"a": "b"}),
        (None, {}),
        ("a=b", {}),
        (UNKNOWN, {}),
        ([], {}),
    ],
    ids=str,
)
def test_tags(given: Any, expected: dict[str, str]) -> None:
    assert shapes.tags(given) == expected


@pytest.mark.parametrize(
    ("given", "covers"),
    [
        ("spec", True),
        ("spec.endpointConfigName", True),
        ('["spec"]["endpointConfigName"]', True),
        ('spec["endpointConfigName"]', True),
        ("*", True),
        ("spec.*", True),
        ("spec[*]", True),
        ("spec.endpointConfigName.x", False),
        ("endpointConfigName", False),
        ("other", False),
        ("spec.other", False),
        ("spec.endpointConfig", False),
        ("", False),
        ("spec.", False),
        ('["spec', False),
        ("spec]" * 300, False),
    ],
)
def test_what_ignore_changes_covers(given: str, covers: bool) -> None:
    for paths in ((given,), ("unrelated", given)):
        resource = Resource("urn", "kind", "it", {}, ignore_changes=paths)
        assert shapes.ignores(resource, "spec", "endpointConfigName") is covers
    assert not shapes.ignores(Resource("urn", "kind", "it", {}), "spec")


@pytest.mark.parametrize(
    ("given", "covers"),
    [
        ("tags", True),
        ("tags[0]", True),
        ("tags[0].value", True),
        ("tags.team", True),
        ('["tags"]["team"]', True),
        ("tags[*]", True),
        ("*", True),
        ("tag", False),
        ("tagsAll", False),
        ("description.tags", False),
        ("tags[", False),
        ("", False),
    ],
)
def test_what_ignore_changes_covers_in_part(given: str, covers: bool) -> None:
    made = Resource("urn", "kind", "it", {}, ignore_changes=("unrelated", given))
    assert shapes.ignores(made, "tags", part=True) is covers


def test_the_identity_of_a_key() -> None:
    arn = "arn:aws:kms:eu-west-1:111122223333:key/x"
    assert shapes.identity(arn) == {"arn": arn, "account": "111122223333"}
    assert shapes.identity(arn, "444455556666")["account"] == "111122223333"
    assert shapes.identity(UNKNOWN, "444455556666")["account"] == "444455556666"
    for malformed in ("arn:aws:kms", ":::::::", None, UNKNOWN):
        assert shapes.identity(malformed)["account"] == UNKNOWN
