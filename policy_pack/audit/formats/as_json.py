"""The report as JSON, with everything that is in it; ``schemas/report.schema.json`` says what each part means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from policy_pack.audit.formats.common import moment
from policy_pack.audit.report import Report, RequirementEvidence
from policy_pack.judging.policy import MANDATORY

FORMAT_VERSION = 2

_LISTS = ("sources", "configurations", "findings")  # which are as long as the audit is large


def write(report: Report) -> str:
    """The report as a JSON text of ASCII characters."""
    return "".join(_pieces(report))


def _pieces(report: Report) -> Iterator[str]:
    """The text of `document`, made element by element where a list is long, so that little of it is in memory."""
    whole = document(report, lists=False)
    for number, (name, value) in enumerate(whole.items()):
        yield "{\n" if number == 0 else ",\n"
        yield f"  {json.dumps(name)}: "
        if name not in _LISTS:
            yield _indented(value, "  ")
            continue
        elements = getattr(report, name)
        for index, each in enumerate(elements):
            yield "[\n    " if index == 0 else ",\n    "
            yield _indented(_plain(each), "    ")
        yield "\n  ]" if elements else "[]"
    yield "\n}\n"


def _indented(value: Any, by: str) -> str:
    # No text of a value holds a line break as it is.
    return json.dumps(value, indent=2).replace("\n", f"\n{by}")


def document(report: Report, *, lists: bool = True) -> dict[str, Any]:
    """The report as a JSON value; its long lists are left empty where they are not asked for."""
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
        "sources": _plain(report.sources) if lists else [],
        "problems": _plain(report.problems),
        "notes": _plain(report.notes),
        "ignored": list(report.ignored),
        "configurations": _plain(report.configurations) if lists else [],
        "findings": _plain(report.findings) if lists else [],
        "unread": _plain(report.unread),
        "fixed": _plain(report.fixed),
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
    """The names of a dataclass's fields, and the same in camel case."""
    return {each.name: re.sub("_([a-z])", lambda match: match[1].upper(), each.name) for each in fields(kind)}
