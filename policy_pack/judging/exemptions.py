"""Exemptions: violations that an organization accepts for a reason, until a date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from policy_pack.judging.patterns import matches
from policy_pack.records import dataclass


@dataclass(frozen=True)
class Exemption:
    """An accepted violation. `resource` is a name or a URN, with ``*`` for anything; `expires` is the last day (UTC).

    `index` is its position in the configured list, from 0.
    """

    resource: str
    reason: str
    expires: date
    ticket: str | None = None
    index: int = 0

    def covers(self, *names: str | None) -> bool:
        """Whether it applies to a resource that has any of these `names`."""
        return any(name is not None and matches(name, self.resource) for name in names)


EXEMPTIONS = {
    "type": "array",
    "default": [],
    "description": (
        "Accepted violations. `resource` is a name or a URN, with * for anything; after the date `expires` "
        "(2027-01-31, UTC) the violation comes back."
    ),
    "items": {
        "type": "object",
        "required": ["resource", "reason", "expires"],
        "additionalProperties": False,
        "properties": {
            "resource": {"type": "string", "minLength": 1},
            "reason": {"type": "string", "minLength": 1},
            "expires": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            "ticket": {"type": "string"},
        },
    },
}


def read_exemptions(given: Any, problems: list[str]) -> Iterable[Exemption]:
    if given is None:
        return
    if not isinstance(given, list):
        problems.append("exemptions is not a list")
        return
    for index, each in enumerate(given):
        where = f"exemptions[{index}]"
        if not isinstance(each, dict):
            problems.append(f"{where} is not an object")
            continue
        missing = [name for name in ("resource", "reason", "expires") if not is_text(each.get(name))]
        if missing:
            problems.append(f"{where} has no {' and no '.join(missing)}")
            continue
        expires = _date(each["expires"])
        if expires is None:
            problems.append(f"{where}.expires is not a date like 2027-01-31")
            continue
        ticket = each.get("ticket")
        yield Exemption(
            each["resource"].strip(), each["reason"].strip(), expires, ticket if is_text(ticket) else None, index
        )


def _date(given: str) -> date | None:
    # Later versions of Python read other forms of ISO 8601 too, and the schema allows one.
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", given) is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def is_text(value: Any) -> bool:
    """Whether a value is a string that is not blank."""
    return isinstance(value, str) and bool(value.strip())
