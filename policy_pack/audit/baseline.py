"""Known findings from an earlier report in JSON, which are listed separately and fail nothing, and fixed findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from policy_pack.audit.evidence import CANNOT_TELL, EXEMPTED, ConfigurationEvidence, Finding
from policy_pack.audit.files import parse_json
from policy_pack.audit.report import PolicyInEffect, Source
from policy_pack.audit.unusable import Unusable
from policy_pack.judging.policy import ADVISORY, DISABLED, HIGH, LOW, MANDATORY, MEDIUM
from policy_pack.quoting import label, message

_STRICTNESS = {ADVISORY: 0, MANDATORY: 1}
_TEXTS = ("source", "stack", "policy", "level", "severity", "urn", "resource", "type", "subject", "fingerprint")


class Baseline(dict[str, str]):
    """The levels of a report's findings by fingerprint; `findings` are the findings themselves, without repeats."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        super().__init__()
        self.findings: dict[str, Finding] = {}
        for each in findings:
            self.findings[each.fingerprint] = each
            known = self.get(each.fingerprint, ADVISORY)
            self[each.fingerprint] = max(known, each.level, key=lambda level: _STRICTNESS[level])


def load(text: bytes) -> Baseline:
    """The findings of a report. Raises `Unusable` if it is not a report in JSON."""
    report = parse_json(text)
    findings = report.get("findings") if isinstance(report, dict) else None
    if not isinstance(findings, list):
        raise Unusable("is not a report in JSON with findings")
    return Baseline(map(_finding, findings))


def _finding(given: Any) -> Finding:
    fingerprint, level = (given.get("fingerprint"), given.get("level")) if isinstance(given, dict) else (None, None)
    if not isinstance(fingerprint, str) or not isinstance(level, str) or level not in _STRICTNESS:
        raise Unusable("has a finding without a fingerprint and a level")
    texts = {name: label(_text(given.get(name))) for name in _TEXTS}
    # The file may come from anywhere, so its texts are made safe to show, like those of a stack.
    prose = {name: message(_text(given.get(name))) for name in ("why", "fix")}
    if texts["severity"] not in (LOW, MEDIUM, HIGH):
        texts["severity"] = LOW
    made: dict[str, Any] = {**texts, **prose, "known": True}
    return Finding(**made)


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""


def mark(findings: Iterable[Finding], known: Mapping[str, str]) -> list[Finding]:
    """The findings, each marked as known if the baseline has it at the same or a higher level."""
    return [
        replace(each, known=True)
        if each.fingerprint in known and _STRICTNESS[known[each.fingerprint]] >= _STRICTNESS[each.level]
        else each
        for each in findings
    ]


def fixed(
    known: Mapping[str, str],
    findings: Iterable[Finding],
    sources: Sequence[Source],
    configurations: Sequence[ConfigurationEvidence],
    policies: Sequence[PolicyInEffect],
) -> list[Finding]:
    """The findings of a baseline that are gone because their resource is fixed or removed.

    A finding is not fixed if it was not checked: its stack was not audited, its policy is disabled or cannot tell now,
    or it is exempted.
    """
    if not isinstance(known, Baseline):
        return []
    now = {each.fingerprint for each in findings}
    stacks = {each.label for each in sources}
    enabled = {each.name for each in policies if each.level != DISABLED}
    return [
        each
        for each in known.findings.values()
        if each.fingerprint not in now
        and each.stack in stacks
        and each.policy in enabled
        and not _is_open(each, [one for one in configurations if one.stack == each.stack])
    ]


def _is_open(finding: Finding, configurations: Sequence[ConfigurationEvidence]) -> bool:
    names = {finding.subject, finding.resource} - {""}
    own = [each for each in configurations if each.urn == finding.urn or each.label in names]
    return any(
        said.policy == finding.policy and said.status in (CANNOT_TELL, EXEMPTED)
        for each in own or configurations
        for said in each.verdicts
    )
