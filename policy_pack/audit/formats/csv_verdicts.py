"""CSV for a spreadsheet: a row for each policy's verdict on each configuration.

The column "record" distinguishes verdicts from unreadable resources ("unread"), inputs that could not be audited
("problem") and limits of the evidence ("note"). The format ``csv`` has the findings, also those of other resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policy_pack.audit.evidence import NON_COMPLIANT
from policy_pack.audit.formats.common import Findings, short
from policy_pack.audit.formats.csv_table import Row, remarks, table
from policy_pack.audit.report import Report

COLUMNS = (
    *("record", "stack", "source", "sha256", "taken", "resource", "type", "urn", "program"),
    *("name", "region", "key", "same_key"),
    *("control_status", "policy", "status", "level", "severity", "why", "fix"),
    *("exemption_reason", "exemption_expires", "exemption_ticket", "baseline", "requirements"),
)


def write(report: Report) -> bytes:
    """The verdicts as CSV with a header."""
    return b"".join(pieces(report))


def pieces(report: Report) -> Iterator[bytes]:
    """The same, row by row."""
    return table(COLUMNS, _rows(report), report)


def _rows(report: Report) -> Iterable[Row]:
    findings = Findings(report)
    sources = {each.name: each for each in report.sources}
    requirements = {
        each.name: "; ".join(of.label for of in report.control.requirements_of(short(each.name)))
        for each in report.policies
    }
    for configuration in report.configurations:
        source = sources.get(configuration.source)
        subject = {
            "record": "verdict",
            "stack": configuration.stack,
            "source": configuration.source,
            "sha256": source.sha256 if source is not None else "",
            "taken": source.taken if source is not None else "",
            "resource": configuration.label,
            "type": configuration.type,
            "urn": configuration.id,
            "program": configuration.origin.program or "",
            "name": configuration.name,
            "region": configuration.region,
            "key": configuration.key,
            "same_key": configuration.key_label,
            "control_status": configuration.status,
        }
        for verdict in configuration.verdicts:
            known = findings.known(configuration, verdict)
            yield {
                **subject,
                "policy": verdict.policy,
                "status": verdict.status,
                "level": verdict.level,
                "severity": verdict.severity,
                "why": verdict.why,
                "fix": verdict.fix,
                "exemption_reason": verdict.reason,
                "exemption_expires": verdict.expires,
                "exemption_ticket": verdict.ticket,
                "baseline": ("known" if known else "new") if verdict.status == NON_COMPLIANT else "",
                "requirements": requirements[verdict.policy],
            }
    yield from remarks(report)
