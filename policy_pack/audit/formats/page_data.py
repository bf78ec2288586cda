"""The findings and configurations of a long page, packed: a script of the page makes of them what is shown.

Every text is there once, and what refers to it is its number. The whole is JSON, compressed as zlib does, in Base64.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Sequence
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

    def all(self) -> list[str]:
        return list(self._numbers)


def packed(
    configurations: Iterable[ConfigurationEvidence],
    findings: Iterable[Finding],
    policies: Sequence[PolicyInEffect],
    known: Findings,
    name: Name,
) -> str:
    """What a script of the page unpacks; `name` gives the names of stacks."""
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
            [[text(command.shows), text(command.text)] for command in each.commands],
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
        "configurations": [configuration(each) for each in configurations],
        "findings": [finding(each) for each in findings],
        "texts": text.all(),
    }
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return base64.b64encode(zlib.compress(written, 9)).decode()
