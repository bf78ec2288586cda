"""The compressed findings and configurations of a long page, which a script of the page displays.

Each text is stored once and referred to by its number. Commands, which differ for every configuration, are stored in
place. The whole is JSON, compressed with zlib, in Base64.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Union

from policy_pack.audit.evidence import WORST_FIRST, ConfigurationEvidence, Finding, PolicyVerdict
from policy_pack.audit.formats.common import STATUS_TEXTS, Findings, exemption_text, fails, place, short, standing
from policy_pack.audit.report import PolicyInEffect
from policy_pack.judging.policy import HIGH, LOW, MEDIUM

_RANK = {HIGH: 0, MEDIUM: 1, LOW: 2}

Name = Callable[[Union[ConfigurationEvidence, Finding]], str]


class _Texts:
    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    def __iter__(self) -> Iterator[str]:
        yield from self._numbers


def packed(
    configurations: Iterable[ConfigurationEvidence],
    findings: Iterable[Finding],
    policies: Sequence[PolicyInEffect],
    known: Findings,
    name: Name,
) -> str:
    """The data that the script of the page unpacks; `name` returns the names of stacks."""
    text = _Texts()
    numbers = {each.name: number for number, each in enumerate(policies)}

    def verdict(configuration: ConfigurationEvidence, each: PolicyVerdict) -> list[int]:
        return [
            numbers[each.policy],
            WORST_FIRST.index(each.status),
            *map(text, (each.level, each.why, each.fix, exemption_text(each))),
            int(known.known(configuration, each)),
        ]

    def configuration(each: ConfigurationEvidence) -> list[Any]:
        return [
            *map(text, (each.label, name(each), each.region or "not known", each.key)),
            WORST_FIRST.index(each.status),
            *map(text, (standing(each), place(each), each.type, each.name or "not known", each.source)),
            [verdict(each, said) for said in each.verdicts],
            [[text(command.shows), command.text] for command in each.commands],
            text(each.key_label),
        ]

    def finding(each: Finding) -> list[int]:
        resource = each.subject or each.resource or "the stack"
        within = each.resource if each.subject and each.resource != each.subject else ""
        return [
            text(each.level),
            int(fails(each.level)),
            int(each.known),
            _RANK[each.severity],
            *map(text, (each.severity, resource, within)),
            numbers[each.policy],
            *map(text, (name(each), each.why, each.fix, place(each) if each.urn else "")),
        ]

    data = {
        "policies": [short(each.name) for each in policies],
        "statuses": WORST_FIRST,
        "names": [STATUS_TEXTS[each] for each in WORST_FIRST],
        "configurations": map(configuration, configurations),
        "findings": map(finding, findings),
        "texts": iter(text),  # written last, when all texts are known
    }
    return base64.b64encode(b"".join(_compressed(data))).decode()


def _compressed(data: Mapping[str, Any]) -> Iterator[bytes]:
    """The parts of a compressed JSON object, whose lists may be iterators."""
    compressor = zlib.compressobj(9)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def parts() -> Iterator[str]:
        for number, (name, value) in enumerate(data.items()):
            yield f"{',' if number else '{'}{encode(name)}:["
            for index, each in enumerate(value):
                yield f"{',' if index else ''}{encode(each)}"
            yield "]"
        yield "}"

    for part in parts():
        yield compressor.compress(part.encode("utf-8", "backslashreplace"))
    yield compressor.flush()
