"""The parts of the SageMaker and KMS APIs that carriers share, with the APIs' names in camel case.

Sources: "CreateEndpointConfig" in the Amazon SageMaker API Reference; "CreateKey" in the AWS KMS API Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policy_pack.expressions import expression
from policy_pack.stack.model import Resource, Storage, Tags, Variant
from policy_pack.values import UNKNOWN, Plain, Text, Unknown, boolean, get, items, may_be_absent, sources_in, text

_VARIANTS = (("productionVariants", "production variant"), ("shadowProductionVariants", "shadow variant"))


def sources(resource: Resource, name: str) -> tuple[str, ...]:
    """The sources of a property: from the engine, and from its unknown parts."""
    value = resource.properties.get(name)
    return tuple(dict.fromkeys((*resource.property_sources.get(name, ()), *sources_in(value))))


def texts(*values: object) -> tuple[str, ...]:
    """The values that are known texts."""
    return tuple(each for each in values if isinstance(each, str))


def tags(value: Plain) -> dict[str, str]:
    """The known tags of a resource, from an object or from a list of objects with a key and a value."""
    return {name: each for name, each in written_tags(value).known.items() if isinstance(each, str)}


def written_tags(value: Plain) -> Tags:
    """The tags in a property: an object of them, or a list of objects with a key and a value."""
    if isinstance(value, list):
        pairs = [(get(each, "key"), get(each, "value")) for each in value]
    else:
        pairs = [*value.items()] if isinstance(value, dict) else []
    given = [(key, tag) for key, tag in pairs if isinstance(key, str) and tag is not None and not may_be_absent(tag)]
    known = {key: tag if isinstance(tag, (str, Unknown)) else UNKNOWN for key, tag in given}
    complete = (value is None or isinstance(value, (dict, list))) and len(known) == len(pairs)
    return Tags(known, complete)


def ignores(resource: Resource, *path: str, part: bool = False) -> bool:
    """Whether the option ignoreChanges of a resource covers a property: its path, a path above it, or ``*``.

    With `part`, a path below it is enough: others may then change part of the value.
    """
    return any(_covers(each, path, part) for each in resource.ignore_changes)


# A step of a path: a name, or a name or an index in brackets.
_STEP = expression(r"""\.?([^.\["\]]+)|\.?\[(?:"((?:[^"\\]|\\.)*)"|([0-9]+|\*))\]""")
_LONGEST_PATH = 1000


def _covers(given: str, path: Sequence[str], part: bool) -> bool:
    steps = list(_STEP.finditer(given[:_LONGEST_PATH]))
    # An invalid path covers nothing.
    if not steps or "".join(each[0] for each in steps) != given:
        return False
    names = [name or quoted.replace('\\"', '"') or index for name, quoted, index in (each.groups("") for each in steps)]
    return (part or len(names) <= len(path)) and all(name in ("*", step) for name, step in zip(names, path))


def identity(arn: Text, account: Text = None) -> dict[str, Any]:
    """The ARN of a key and the account in it, or else its known `account`, as fields of the model."""
    account = UNKNOWN if account is None else account
    if isinstance(arn, str) and arn.count(":") == 5:
        account = arn.split(":")[4]
    return {"arn": arn, "account": account}


def text_or(value: Plain, default: Text) -> Text:
    """A text; `default` where it is absent."""
    found = text(value)
    return default if found is None else found


def known_boolean(value: Plain) -> bool | Unknown:
    """A boolean; unknown if it is absent, since AWS decides then."""
    return value if isinstance(value, bool) else UNKNOWN


def days(value: Plain) -> int | Unknown | None:
    """A number of days; `None` if it is absent, unknown if it is not a number or not one that AWS accepts."""
    if isinstance(value, Unknown) or text(value) is None:
        return value if isinstance(value, Unknown) else None
    if isinstance(value, str) and value.isdecimal() and len(value) < 5:
        value = int(value)
    # Infinity is not a number of days, and a boolean is an integer in Python.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return UNKNOWN
    return int(value) if 0 < value < 10_000 else UNKNOWN


def variants(properties: Mapping[str, Any], model_sources: Mapping[str, tuple[str, ...]]) -> tuple[Variant, ...]:
    """The production and shadow variants; a heterogeneous fleet gives one for each of its instance types.

    `model_sources` are the sources of each of the two properties. A property that is unknown as a whole gives one
    variant about which nothing is known.
    """
    return tuple(
        variant
        for name, kind in _VARIANTS
        for index, element in enumerate(elements(properties.get(name)), start=1)
        for variant in _variants(f"{kind} {index}", element, model_sources.get(name, ()))
    )


def _variants(label: str, element: Plain, model_sources: tuple[str, ...]) -> Iterator[Variant]:
    serverless = get(element, "serverlessConfig")
    model = get(element, "modelName")
    pools = get(element, "instancePools")
    fleets = [(get(element, "instanceType"), model)]
    if not _is_absent(pools):
        fleets = [fleet for each in elements(pools) for fleet in _of_pool(each, model)]
    for instance_type, name in fleets:
        yield Variant(
            label=label,
            instance_type=text(instance_type),
            serverless=serverless if isinstance(serverless, Unknown) else not _is_absent(serverless),
            model_name=text(name),
            # A template gives the sources of each value, the engine only those of the whole property.
            model_sources=tuple(sources_in(name)) or model_sources,
        )


def _of_pool(pool: Plain, model: Plain) -> Iterator[tuple[Plain, Plain]]:
    """The instance type of a pool with each model that may run on its instances: its own, or that of the variant."""
    instance_type, own = get(pool, "instanceType"), get(pool, "modelNameOverride")
    if text(own) is not None:
        yield instance_type, own
    if text(own) is None or may_be_absent(own):
        yield instance_type, model


def storage(properties: Mapping[str, Any], *, captures: bool = True) -> tuple[Storage, ...]:
    """The data that an endpoint writes outside its volumes, each with the key that it names.

    Data that it may or may not write has an unknown key. `captures` says whether data is captured if a capture is
    described but enableCapture is not set.
    """
    return tuple(_storage(properties, captures))


def _storage(properties: Mapping[str, Any], captures: bool) -> Iterator[Storage]:
    capture = properties.get("dataCaptureConfig")
    enabled = boolean(get(capture, "enableCapture"), default=captures, instead=True)
    if not _is_absent(capture) and enabled is not False:
        key = text(get(capture, "kmsKeyId"))
        yield Storage(
            "captured data", enabled if key is None and enabled is not True else key, "dataCaptureConfig.kmsKeyId"
        )
    output = get(properties.get("asyncInferenceConfig"), "outputConfig")
    if not _is_absent(output):
        where = "asyncInferenceConfig.outputConfig.kmsKeyId"
        yield Storage("asynchronous output", text(get(output, "kmsKeyId")), where)
    for name, kind in _VARIANTS:
        for index, element in enumerate(elements(properties.get(name))):
            dump = get(element, "coreDumpConfig")
            if not _is_absent(dump):
                where = f"{name}[{index}].coreDumpConfig.kmsKeyId"
                yield Storage(f"core dumps of {kind} {index + 1}", text(get(dump, "kmsKeyId")), where)


def elements(value: Plain) -> list[Plain]:
    """The elements of a list; one unknown element if the list is unknown."""
    found = items(value)
    return [found] if isinstance(found, Unknown) else found


def _is_absent(value: Plain) -> bool:
    return value is None or value == []
