"""The complete report as JSON; ``schemas/report.schema.json`` explains each part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from policy_pack.audit.formats import streamed
from policy_pack.audit.formats.common import moment
from policy_pack.audit.report import Report, RequirementEvidence
from policy_pack.judging.policy import MANDATORY

FORMAT_VERSION = 2


def write(report: Report) -> str:
    """The report as a JSON text of ASCII characters."""
    return "".join(pieces(report))


def pieces(report: Report) -> Iterator[str]:
    """The same, piece by piece."""
    yield from streamed.pieces(document(report))
    yield "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as a JSON value, in which lists that grow with the audit are iterators."""
    control = report.control
    new = report.new_findings
    return {
        "formatVersion": FORMAT_VERSION,
        "pack": {"name": report.pack, "version": report.version},
        "when": moment(report),
        "showsArns": report.shows_arns,
        "summary": {
            "stacks": len(report.sources),
            "configurations": report.counts,
            "unread": len(report.unread),
            "mandatory": sum(each.level == MANDATORY for each in new),
            "advisory": sum(each.level != MANDATORY for each in new),
            "known": len(report.known_findings),
            "fixed": len(report.fixed),
        },
        "control": {"id": control.id, "title": control.title, "statement": control.statement},
        "identifiers": _plain(control.identifiers),
        "requirements": [_requirement(each) for each in report.requirements],
        "policies": _plain(report.policies),
        "sources": map(_plain, report.sources),
        "problems": _plain(report.problems),
        "notes": _plain(report.notes),
        "ignored": iter(report.ignored),
        "configurations": map(_plain, report.configurations),
        "findings": map(_plain, report.findings),
        "unread": map(_plain, report.unread),
        "fixed": map(_plain, report.fixed),
        "history": [
            {
                "when": f"{each.when:%Y-%m-%dT%H:%M:%SZ}",
                "configurations": each.counts,
                "mandatory": each.mandatory,
                "advisory": each.advisory,
            }
            for each in report.history
        ],
    }


def _requirement(each: RequirementEvidence) -> dict[str, Any]:
    return {
        **_plain(each.requirement),
        "label": each.requirement.label,
        "counts": each.counts,
        "judged": each.judged,
        "share": each.share,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if is_dataclass(value):
        kind: Any = type(value)
        return {key: _plain(getattr(value, name)) for name, key in _keys(kind).items()}
    return [_plain(each) for each in value] if isinstance(value, Sequence) else value


@cache
def _keys(kind: Any) -> Mapping[str, str]:
    """The names of a dataclass's fields, as they are and in camel case."""
    return {each.name: re.sub("_([a-z])", lambda match: match[1].upper(), each.name) for each in fields(kind)}
