"""CSV for a spreadsheet: one table, whose column "record" says what a row is.

=============  ==================================================================
verdict        what a policy says of a configuration
unread         a resource or template that may make more configurations and cannot be read
finding        a violation of something else: an endpoint, a shared key, the stack
command        what an auditor runs to see a configuration in AWS
requirement    a framework's requirement and its share of compliant configurations
identifier     what another tool calls the control
source         an input that was read
problem        an input that could not be audited
note           what limits the evidence otherwise
=============  ==================================================================

UTF-8 with a byte-order mark, by which Excel knows it, and CRLF. No cell begins, nor continues after a separator that
some spreadsheet might split it at, with a character that makes a formula.

Sources: RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files"; "CSV Injection" of the OWASP
Foundation.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping

from policy_pack.audit.evidence import (
    COMPLIANT,
    NON_COMPLIANT,
    ConfigurationEvidence,
    Finding,
    Report,
    RequirementEvidence,
    Source,
)
from policy_pack.audit.formats.common import Findings, moment

COLUMNS = (
    *("record", "stack", "source", "resource", "type", "urn", "region", "key", "control_status"),
    *("policy", "status", "level", "severity", "why", "fix"),
    *("exemption_reason", "exemption_expires", "exemption_ticket", "baseline"),
    *("framework", "requirement", "title", "compliant", "judged", "share"),
    *("tool", "identifier", "shows", "command"),
    *("kind", "size", "sha256", "resources"),
    *("pack", "pack_version", "audited"),
)

# At the beginning or after a separator, perhaps with blanks between: what makes a spreadsheet take a text for a
# formula, in its full-width form too.
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])")
_NOT_SHOWN = "(not safe in a spreadsheet; another format shows it)"

Row = Mapping[str, object]


def write(report: Report) -> bytes:
    """The report as CSV with a header."""
    of_audit = {"pack": report.pack, "pack_version": report.version, "audited": moment(report)}
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writeheader()
    for row in _rows(report):
        table.writerow({name: _cell(name, value) for name, value in (row | of_audit).items()})
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def _rows(report: Report) -> Iterable[dict[str, object]]:
    findings = Findings(report)
    for configuration in report.configurations:
        yield from _verdicts(configuration, findings)
    for each in report.unread:
        yield {
            "record": "unread",
            "stack": each.stack,
            "source": each.source,
            "resource": each.label,
            "type": each.type,
            "urn": each.urn,
            "control_status": each.status,
            "why": each.why,
        }
    for finding in findings.others:
        yield _finding(finding)
    for configuration in report.configurations:
        for command in configuration.commands:
            shown = {"shows": command.shows, "command": command.text}
            yield {"record": "command"} | _subject(configuration) | shown
    for requirement in report.requirements:
        yield _requirement(requirement)
    for identifier in report.control.identifiers:
        yield {
            "record": "identifier",
            "tool": identifier.tool,
            "identifier": identifier.id,
            "title": report.control.title,
        }
    for source in report.sources:
        yield _source(source)
    for problem in report.problems:
        yield {"record": "problem", "source": problem.source, "why": problem.text}
    for note in report.notes:
        yield {"record": "note", "source": note.source, "why": note.text}


def _verdicts(configuration: ConfigurationEvidence, findings: Findings) -> Iterable[dict[str, object]]:
    for verdict in configuration.verdicts:
        known = findings.known(configuration, verdict)
        yield {
            "record": "verdict",
            **_subject(configuration),
            "policy": verdict.policy,
            "status": verdict.status,
            "level": verdict.level,
            "severity": verdict.severity,
            "why": verdict.why,
            "fix": verdict.fix,
            "exemption_reason": verdict.reason,
            "exemption_expires": verdict.expires,
            "exemption_ticket": verdict.ticket,
            "baseline": _baseline(known) if verdict.status == NON_COMPLIANT else "",
        }


def _subject(configuration: ConfigurationEvidence) -> dict[str, object]:
    return {
        "stack": configuration.stack,
        "source": configuration.source,
        "resource": configuration.label,
        "type": configuration.type,
        "urn": configuration.id,
        "region": configuration.region,
        "key": configuration.key,
        "control_status": configuration.status,
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "record": "finding",
        "stack": finding.stack,
        "source": finding.source,
        "resource": finding.subject or finding.resource,
        "type": finding.type,
        "urn": finding.urn,
        "policy": finding.policy,
        "status": NON_COMPLIANT,
        "level": finding.level,
        "severity": finding.severity,
        "why": finding.why,
        "fix": finding.fix,
        "baseline": _baseline(finding.known),
    }


def _baseline(known: bool) -> str:
    return "known" if known else "new"


def _requirement(each: RequirementEvidence) -> dict[str, object]:
    requirement = each.requirement
    return {
        "record": "requirement",
        "framework": f"{requirement.framework} {requirement.version}".strip(),
        "requirement": requirement.reference,
        "title": requirement.title,
        "compliant": each.counts[COMPLIANT],
        "judged": each.judged,
        "share": "" if each.share is None else f"{each.share:.4f}",
    }


def _source(source: Source) -> dict[str, object]:
    return {
        "record": "source",
        "stack": source.label,
        "source": source.name,
        "kind": source.kind,
        "size": source.size,
        "sha256": source.sha256,
        "resources": source.resources,
    }


def _cell(column: str, value: object) -> str:
    text = str(value)
    if not _FORMULA.search(text):
        return text
    # An apostrophe would end a quoted word of a command, and the shell would obey the rest.
    return _NOT_SHOWN if column == "command" else _FORMULA.sub(r"\1'", text)
