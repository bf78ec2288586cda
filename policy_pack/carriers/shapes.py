"""The parts of SageMaker's and KMS's APIs that carriers have in common, under the APIs' names in camel case.

Sources: "CreateEndpointConfig" in the Amazon SageMaker API Reference; "CreateKey" in the AWS KMS API Reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policy_pack.model import Resource, Storage, Variant
from policy_pack.values import UNKNOWN, Plain, Text, Unknown, boolean, get, items, sources_in, text

_SUFFIX = re.compile("[0-9a-f]{7}")
_VARIANTS = (("productionVariants", "production variant"), ("shadowProductionVariants", "shadow variant"))


def sources(resource: Resource, name: str) -> tuple[str, ...]:
    """The ids that a property is computed from: the engine's account of it, and what its unknown parts say."""
    value = resource.properties.get(name)
    return tuple(dict.fromkeys((*resource.property_sources.get(name, ()), *sources_in(value))))


def is_generated(name: Plain, logical_name: str) -> bool | Unknown:
    """Whether a physical name is generated: not given, or the logical name, a dash and 7 hex digits."""
    known = text(name)
    if isinstance(known, Unknown):
        return known
    if not isinstance(known, str):
        return True
    # No pattern of the logical name: each would have to be compiled.
    return known.startswith(f"{logical_name}-") and _SUFFIX.fullmatch(known, len(logical_name) + 1) is not None


def identity(arn: Text) -> dict[str, Any]:
    """The ARN of a key and the account in it, as parts of the model."""
    account: Text = UNKNOWN
    if isinstance(arn, str) and arn.count(":") == 5:
        account = arn.split(":")[4]
    return {"arn": arn, "account": account}


def text_or(value: Plain, default: Text) -> Text:
    """A text; `default` where it is absent."""
    found = text(value)
    return default if found is None else found


def known_boolean(value: Plain) -> bool | Unknown:
    """A boolean; unknown where it is absent, as AWS decides then."""
    return value if isinstance(value, bool) else UNKNOWN


def days(value: Plain) -> int | Unknown | None:
    """A number of days, `None` where something else stands."""
    if isinstance(value, Unknown):
        return value
    # Infinity has no days, and a boolean is a kind of integer in Python.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 < value < 10_000 else None


def variants(
    properties: Mapping[str, Any], model_sources: Mapping[str, tuple[str, ...]]
) -> tuple[Variant, ...] | Unknown:
    """The production and shadow variants; `model_sources` are what each of the two properties is computed from."""
    found: list[Variant] = []
    for name, kind in _VARIANTS:
        elements = items(properties.get(name))
        if isinstance(elements, Unknown):
            return elements
        for index, element in enumerate(elements, start=1):
            if isinstance(element, Unknown):
                return element
            found.append(_variant(f"{kind} {index}", element, model_sources.get(name, ())))
    return tuple(found)


def _variant(label: str, element: Plain, model_sources: tuple[str, ...]) -> Variant:
    serverless = get(element, "serverlessConfig")
    model = get(element, "modelName")
    return Variant(
        label=label,
        instance_type=text(get(element, "instanceType")),
        serverless=serverless if isinstance(serverless, Unknown) else serverless is not None,
        model_name=text(model),
        # A template says of each value what it is computed from, the engine only of the property as a whole.
        model_sources=tuple(sources_in(model)) or model_sources,
    )


def storage(properties: Mapping[str, Any]) -> tuple[Storage, ...] | Unknown:
    """What an endpoint writes besides its volumes, and the key that each names."""
    try:
        return tuple(_storage(properties))
    except _NotKnownYet:
        return UNKNOWN


class _NotKnownYet(Exception):
    pass


def _storage(properties: Mapping[str, Any]) -> Iterator[Storage]:
    capture = _known(properties.get("dataCaptureConfig"))
    # Both providers take a capture that is written down but switched off.
    if capture is not None and boolean(get(capture, "enableCapture"), default=True) is not False:
        yield Storage("captured data", text(get(capture, "kmsKeyId")), "dataCaptureConfig.kmsKeyId")
    output = _known(get(_known(properties.get("asyncInferenceConfig")), "outputConfig"))
    if output is not None:
        where = "asyncInferenceConfig.outputConfig.kmsKeyId"
        yield Storage("asynchronous output", text(get(output, "kmsKeyId")), where)
    for name, kind in _VARIANTS:
        elements = items(_known(properties.get(name)))
        assert not isinstance(elements, Unknown)
        for index, element in enumerate(elements):
            dump = _known(get(_known(element), "coreDumpConfig"))
            if dump is not None:
                where = f"{name}[{index}].coreDumpConfig.kmsKeyId"
                yield Storage(f"core dumps of {kind} {index + 1}", text(get(dump, "kmsKeyId")), where)


def _known(value: Plain) -> Plain:
    if isinstance(value, Unknown):
        raise _NotKnownYet
    return None if value == [] else value
