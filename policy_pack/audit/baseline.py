"""Known findings: those of an earlier report in JSON, which are listed apart and fail nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from policy_pack.audit.evidence import Finding
from policy_pack.audit.files import parse_json
from policy_pack.audit.state import Unusable
from policy_pack.judging.policy import ADVISORY, MANDATORY

_STRICTNESS = {ADVISORY: 0, MANDATORY: 1}


def load(text: bytes) -> dict[str, str]:
    """The levels of a report's findings by their fingerprints; raises `Unusable` where it is no report in JSON."""
    report = parse_json(text)
    findings = report.get("findings") if isinstance(report, dict) else None
    if not isinstance(findings, list):
        raise Unusable("is not a report in JSON, which has findings")
    known: dict[str, str] = {}
    for each in findings:
        fingerprint, level = (each.get("fingerprint"), each.get("level")) if isinstance(each, dict) else (None, None)
        if not isinstance(fingerprint, str) or not isinstance(level, str) or level not in _STRICTNESS:
            raise Unusable("has a finding without a fingerprint and a level")
        known[fingerprint] = max(known.get(fingerprint, ADVISORY), level, key=lambda each: _STRICTNESS[each])
    return known


def mark(findings: Iterable[Finding], known: Mapping[str, str]) -> list[Finding]:
    """The findings, marked as known where the baseline has them at no lower level."""
    return [
        replace(each, known=True)
        if each.fingerprint in known and _STRICTNESS[known[each.fingerprint]] >= _STRICTNESS[each.level]
        else each
        for each in findings
    ]
