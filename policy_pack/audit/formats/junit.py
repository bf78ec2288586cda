"""JUnit XML, as CI servers show it: a test suite for each stack, a test case for each configuration and policy.

A mandatory violation is a failure unless the baseline has it, an advisory one is in the output of its test case, and
verdicts that decide nothing are skipped. An unreadable input is an error. A suite's properties and output have the
rest of the evidence.

Source: "junit-10.xsd" of the Jenkins xUnit plugin, for the elements and attributes that CI servers take.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from policy_pack.audit.evidence import COMPLIANT, NON_COMPLIANT, ConfigurationEvidence, Finding, PolicyVerdict
from policy_pack.audit.formats.common import (
    STATUS_TEXTS,
    Findings,
    exemption_text,
    fails,
    moment,
    one_line,
    share_text,
    short,
)
from policy_pack.audit.report import Report, Source

# The counts of a suite and of all suites together.
_KINDS = {"tests": "testcase", "failures": "failure", "errors": "error"}

# Characters that XML 1.0 cannot represent.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> bytes:
    """The report as JUnit XML in UTF-8."""
    return b"".join(pieces(report))


def pieces(report: Report) -> Iterator[bytes]:
    """The same, suite by suite. Each suite is made twice, because the first line has the counts of all."""
    counts: Counter[str] = Counter()
    for suite in _suites(report):
        counts.update({name: int(suite.get(name, "0")) for name in _KINDS})
    root = Element("testsuites", {"name": report.pack, **{name: str(counts[name]) for name in _KINDS}})
    # Without children, it is written as a single tag, which is opened here.
    begin = _written(root).removesuffix(b" />")
    yield begin + (b">" if counts else b" />")
    for suite in _suites(report):
        ET.indent(suite, level=1)
        yield b"\n  " + _written(suite).partition(b"\n")[2]
    yield b"\n</testsuites>\n" if counts else b"\n"


def _suites(report: Report) -> Iterator[Element]:
    findings = Findings(report)
    by_source: defaultdict[str, list[ConfigurationEvidence]] = defaultdict(list)
    for configuration in report.configurations:
        by_source[configuration.source].append(configuration)
    others: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings.others:
        others[finding.source].append(finding)
    for source in report.sources:
        yield _suite(source, by_source[source.name], others[source.name], report, findings)
    if report.problems or report.notes:
        yield _inputs(report)


def _written(element: Element) -> bytes:
    for each in element.iter():
        each.text = _text(each.text) if each.text is not None else None
        each.attrib = {name: _text(value) for name, value in each.attrib.items()}
    written: bytes = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    return written


def _suite(
    source: Source,
    configurations: Sequence[ConfigurationEvidence],
    others: Iterable[Finding],
    report: Report,
    findings: Findings,
) -> Element:
    cases = [_case(each, verdict, findings) for each in configurations for verdict in each.verdicts]
    cases += map(_finding, others)
    suite = _of_cases(source.label, cases, report)
    properties = Element("properties")
    for name, value in _properties(source, report):
        ET.SubElement(properties, "property", name=name, value=value)
    suite.insert(0, properties)
    ET.SubElement(suite, "system-out").text = "\n".join(_commands(configurations))
    return suite


def _case(configuration: ConfigurationEvidence, verdict: PolicyVerdict, findings: Findings) -> Element:
    case = Element("testcase", classname=configuration.label, name=short(verdict.policy), time="0")
    if verdict.status == COMPLIANT:
        return case
    if verdict.status == NON_COMPLIANT:
        found = findings.of(configuration, verdict)
        where = "\n".join(dict.fromkeys(_where(each) for each in found if each.urn)) or _where(configuration)
        known = findings.known(configuration, verdict)
        return _violation(case, verdict.level, f"{verdict.why}\n{verdict.fix}\n{where}", known=known)
    why = exemption_text(verdict) or verdict.why
    message = f"{STATUS_TEXTS[verdict.status]}: {one_line(why)}"
    ET.SubElement(case, "skipped", type=verdict.status, message=message).text = verdict.why
    return case


def _finding(finding: Finding) -> Element:
    name = finding.subject or finding.resource or finding.stack
    case = Element("testcase", classname=name, name=short(finding.policy), time="0")
    return _violation(case, finding.level, f"{finding.why}\n{finding.fix}\n{_where(finding)}", known=finding.known)


def _where(of: ConfigurationEvidence | Finding) -> str:
    return f"{of.urn} at {of.origin.program}" if of.origin.program is not None else of.urn


def _violation(case: Element, level: str, text: str, *, known: bool) -> Element:
    first = one_line(text.partition("\n")[0])
    if known:
        ET.SubElement(case, "skipped", type="known", message=f"the baseline has it: {first}").text = text
    elif fails(level):
        ET.SubElement(case, "failure", type=level, message=first).text = text
    else:
        ET.SubElement(case, "system-out").text = f"{level}: {text}"
    return case


def _inputs(report: Report) -> Element:
    cases = []
    for problem in report.problems:
        case = Element("testcase", classname="inputs", name=problem.source, time="0")
        ET.SubElement(case, "error", type="unusable", message=one_line(problem.text))
        cases.append(case)
    for note in report.notes:
        case = Element("testcase", classname="notes", name=note.source, time="0")
        ET.SubElement(case, "system-out").text = note.text
        cases.append(case)
    return _of_cases("inputs", cases, report)


def _of_cases(name: str, cases: list[Element], report: Report) -> Element:
    suite = Element("testsuite", name=name, time="0", timestamp=moment(report).removesuffix("Z"))
    suite.extend(cases)
    suite.attrib |= {name: _number(suite, tag) for name, tag in {**_KINDS, "skipped": "skipped"}.items()}
    return suite


def _number(suite: Element, tag: str) -> str:
    return str(sum(1 for _ in suite.iter(tag)))


def _properties(source: Source, report: Report) -> Iterable[tuple[str, str]]:
    yield "pack", report.pack
    yield "version", report.version
    yield "audited", moment(report)
    yield "source", source.name
    yield "source.kind", source.kind
    yield "source.size", str(source.size)
    yield "source.sha256", source.sha256
    yield "source.resources", str(source.resources)
    yield "control", report.control.id
    for identifier in report.control.identifiers:
        yield f"identifier.{identifier.tool}", identifier.id
    for each in report.requirements:
        # For all stacks together, because an auditor needs one number.
        yield f"requirement.{each.requirement.label}", share_text(each)


def _commands(configurations: Iterable[ConfigurationEvidence]) -> Iterable[str]:
    for each in configurations:
        yield f"{one_line(each.label)}: {STATUS_TEXTS[each.status]}, key {each.key}, {one_line(each.id)}"
        for command in each.commands:
            yield f"# {command.shows}"
            yield command.text


def _text(text: str) -> str:
    return _NOT_IN_XML.sub(lambda match: match.group().encode("unicode_escape").decode(), text)
