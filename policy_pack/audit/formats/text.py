"""The report for people at a terminal: the evidence, then the violations by resource, and a summary last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from policy_pack.audit.evidence import (
    CANNOT_TELL,
    COMPLIANT,
    EXEMPTED,
    NON_COMPLIANT,
    NOT_APPLICABLE,
    STATUSES,
    ConfigurationEvidence,
    Finding,
    PolicyVerdict,
    Problem,
    Report,
    count,
)
from policy_pack.audit.formats.common import STATUS_TEXTS, exemption_text, moment, share_text, short
from policy_pack.judging.policy import MANDATORY

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {
    COMPLIANT: "green",
    NON_COMPLIANT: "red",
    NOT_APPLICABLE: "dim",
    EXEMPTED: "yellow",
    CANNOT_TELL: "yellow",
    "mandatory": "red",
    "advisory": "yellow",
}
_INDENT = "  "

# A line: texts, each with its style in the words of the library that colours it.
Line = tuple[tuple[str, str], ...]


def write(report: Report) -> str:
    """The report as plain text, a paragraph a line however long."""
    return "".join(f"{''.join(text for text, _ in line)}\n" for line in _lines(report))


def show(report: Report, console: Console) -> None:
    """Prints the report in colours."""
    from rich.text import Text  # only for a terminal

    for line in _lines(report):
        console.print(Text.assemble(*line), highlight=False, markup=False, emoji=False)


def _lines(report: Report) -> Iterator[Line]:
    yield _line(f"{report.pack} {report.version}", "bold", f", audit of {moment(report)}")
    yield from _section("What was read", _sources(report))
    yield from _section("Endpoint configurations", _configurations(report.configurations))
    yield from _section("Requirements, and the share of configurations that meet them", _requirements(report))
    yield from _section(
        "The same control in other tools", (_line(f"{each.tool}: {each.id}") for each in report.control.identifiers)
    )
    yield from _section("Known violations, of the baseline", _findings(report.known_findings))
    yield from _section("Violations", _findings(report.new_findings))
    yield from _section("Not audited", _problems(report.problems))
    yield from _section("Notes", _problems(report.notes))
    yield ()
    yield from _summary(report)


def _section(title: str, lines: Iterable[Line]) -> Iterator[Line]:
    found = list(lines)
    if found:
        yield ()
        yield ((title, "bold underline"),)
        yield from (_indented(line) for line in found)


def _sources(report: Report) -> Iterator[Line]:
    for each in report.sources:
        of = f" of {each.label}" if each.label != each.name else ""
        yield _line(each.name, "bold", f": {each.kind}{of}, {_number(each.resources, 'resource')}, {each.size:,} bytes")
        yield _line(f"{_INDENT}SHA-256 {each.sha256}", "dim")
    if report.ignored:
        yield _line(f"{_number(len(report.ignored), 'other JSON file')} without a stack", "dim")


def _configurations(configurations: Sequence[ConfigurationEvidence]) -> Iterator[Line]:
    for each in configurations:
        where = f" in {each.region}" if each.region else ""
        yield (
            (each.label, "bold"),
            (f" of {each.stack}{where}, key {each.key}: ", ""),
            (STATUS_TEXTS[each.status], _STYLES[each.status]),
        )
        for status in STATUSES:
            verdicts = [verdict for verdict in each.verdicts if verdict.status == status]
            if verdicts:
                yield from (_indented(line) for line in _verdicts(status, verdicts))


def _verdicts(status: str, verdicts: Sequence[PolicyVerdict]) -> Iterator[Line]:
    title = f"{STATUS_TEXTS[status]}: "
    if status in (COMPLIANT, NOT_APPLICABLE, NON_COMPLIANT):  # why it is not compliant is told below, by resource
        yield _line(title, _STYLES[status], ", ".join(short(each.policy) for each in verdicts))
        return
    yield _line(title.rstrip(), _STYLES[status])
    for each in verdicts:
        yield _indented(_line(f"{short(each.policy)}: {exemption_text(each) or each.why}"))


def _requirements(report: Report) -> Iterator[Line]:
    for each in report.requirements:
        yield _line(f"{each.requirement.label}: ", "", share_text(each))


def _findings(findings: Iterable[Finding]) -> Iterator[Line]:
    by_resource: defaultdict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for each in findings:
        # What is wrong with all stacks alike, a setting, is said once.
        key = (each.source, each.stack, each.urn) if each.urn else ("", each.policy, each.why)
        by_resource[key].append(each)
    for found in by_resource.values():
        first = found[0]
        if first.urn:
            at = f", at {first.origin.program}" if first.origin.program is not None else ""
            yield _line(first.resource, "bold", f" of {first.stack} ({first.type}){at}")
        else:
            stacks = list(dict.fromkeys(each.stack for each in found))
            more = f" and {len(stacks) - 1:,} more" if len(stacks) > 1 else ""
            yield _line(stacks[0], "bold", more)
            found = found[:1]
        for each in found:
            yield from (_indented(line) for line in _finding(each))


def _finding(each: Finding) -> Iterator[Line]:
    yield _line(f"[{each.level}] ", _STYLES[each.level], f"{short(each.policy)} (severity {each.severity})")
    about = f"{each.subject}: " if each.subject else ""
    for line in f"{about}{each.why}".split("\n"):
        yield _line(f"{_INDENT}{line}")
    for line in each.fix.split("\n"):
        yield _line(f"{_INDENT}{line}", "cyan")


def _problems(problems: Iterable[Problem]) -> Iterator[Line]:
    for each in problems:
        yield _line(each.source, "bold", f" {each.text}")


def _summary(report: Report) -> Iterator[Line]:
    counts = count(each.status for each in report.configurations)
    statuses = ", ".join(f"{number:,} {STATUS_TEXTS[status]}" for status, number in counts.items() if number)
    configurations = _number(len(report.configurations), "endpoint configuration")
    stacks = _number(len(report.sources), "stack")
    yield _line(f"{configurations} in {stacks}", "bold", f": {statuses}." if statuses else ".")
    mandatory = sum(each.level == MANDATORY for each in report.new_findings)
    advisory = len(report.new_findings) - mandatory
    known = f", and {len(report.known_findings):,} known" if report.known_findings else ""
    total = _number(len(report.new_findings), "violation")
    style = "bold red" if mandatory else "bold yellow" if advisory else "bold green"
    levels = f": {mandatory:,} mandatory, {advisory:,} advisory" if report.new_findings else ""
    yield _line(f"{total}{levels}{known}.", style)
    if report.problems:
        yield _line(f"{_number(len(report.problems), 'input')} not audited.", "bold red")


def _number(number: int, of: str) -> str:
    return f"{number:,} {of}" if number == 1 else f"{number:,} {of}s"


def _line(text: str, style: str = "", rest: str = "") -> Line:
    return ((text, style), (rest, ""))


def _indented(line: Line) -> Line:
    return ((_INDENT, ""), *line)
