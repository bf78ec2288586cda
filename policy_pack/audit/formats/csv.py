"""CSV for a spreadsheet: a row for each finding, new, known from the baseline, or fixed since.

The column "record" distinguishes findings from unreadable resources ("unread"), inputs that could not be audited
("problem") and limits of the evidence ("note"). The format ``csv-verdicts`` has the verdicts on each configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from policy_pack.audit.evidence import Finding
from policy_pack.audit.formats.csv_table import Row, remarks, table
from policy_pack.audit.report import Report

COLUMNS = (
    *("record", "stack", "source", "sha256", "resource", "within", "type", "urn", "program"),
    *("policy", "level", "severity", "why", "fix", "baseline"),
)


def write(report: Report) -> bytes:
    """The findings as CSV with a header."""
    return b"".join(pieces(report))


def pieces(report: Report) -> Iterator[bytes]:
    """The same, row by row."""
    return table(COLUMNS, _rows(report), report)


def _rows(report: Report) -> Iterable[Row]:
    hashes = {each.name: each.sha256 for each in report.sources}
    for finding in report.findings:
        yield _row(finding, "known" if finding.known else "new", hashes)
    for finding in report.fixed:
        yield _row(finding, "fixed", {})  # its input is from an earlier audit
    yield from remarks(report)


def _row(finding: Finding, baseline: str, hashes: Mapping[str, str]) -> Row:
    return {
        "record": "finding",
        "stack": finding.stack,
        "source": finding.source,
        "sha256": hashes.get(finding.source, ""),
        "resource": finding.subject or finding.resource,
        "within": finding.resource if finding.subject else "",
        "type": finding.type,
        "urn": finding.urn,
        "program": finding.origin.program or "",
        "policy": finding.policy,
        "level": finding.level,
        "severity": finding.severity,
        "why": finding.why,
        "fix": finding.fix,
        "baseline": baseline,
    }
