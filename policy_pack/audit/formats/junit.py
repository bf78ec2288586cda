"""JUnit XML, as CI servers show it: a test suite for each stack, a test case for each configuration and policy.

A mandatory violation is a failure unless the baseline has it, an advisory one is told on standard output, and whatever
decides nothing is skipped. An input that could not be read is an error. A suite's properties and output hold the rest
of the evidence.

Source: "junit-10.xsd" of the Jenkins xUnit plugin, for the elements and attributes that CI servers take.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
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

# What XML 1.0 has no way to say.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> bytes:
    """The report as JUnit XML in UTF-8."""
    findings = Findings(report)
    by_source: defaultdict[str, list[ConfigurationEvidence]] = defaultdict(list)
    for each in report.configurations:
        by_source[each.source].append(each)
    suites = [_suite(each, by_source[each.name], report, findings) for each in report.sources]
    if report.problems or report.notes:
        suites.append(_inputs(report))
    root = Element("testsuites", {"name": report.pack, **_counts(suites)})
    root.extend(suites)
    for element in root.iter():
        element.text = _text(element.text) if element.text is not None else None
        element.attrib = {name: _text(value) for name, value in element.attrib.items()}
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(
    source: Source, configurations: Sequence[ConfigurationEvidence], report: Report, findings: Findings
) -> Element:
    cases = [_case(each, verdict, findings) for each in configurations for verdict in each.verdicts]
    cases += [_finding(each) for each in findings.others if each.source == source.name]
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
    suite.attrib |= _counts([suite]) | {"skipped": str(_number([suite], "skipped"))}
    return suite


def _counts(suites: Iterable[Element]) -> dict[str, str]:
    every = list(suites)
    kinds = {"tests": "testcase", "failures": "failure", "errors": "error"}
    return {name: str(_number(every, tag)) for name, tag in kinds.items()}


def _number(suites: Iterable[Element], tag: str) -> int:
    return sum(1 for suite in suites for _ in suite.iter(tag))


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
        # Of all stacks together: an auditor asks for one number.
        yield f"requirement.{each.requirement.label}", share_text(each)


def _commands(configurations: Iterable[ConfigurationEvidence]) -> Iterable[str]:
    for each in configurations:
        yield f"{one_line(each.label)}: {STATUS_TEXTS[each.status]}, key {each.key}, {one_line(each.id)}"
        for command in each.commands:
            yield f"# {command.shows}"
            yield command.text


def _text(text: str) -> str:
    return _NOT_IN_XML.sub(lambda match: match.group().encode("unicode_escape").decode(), text)
