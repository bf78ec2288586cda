"""Elements of the parts of an OSCAL document: identifiers, properties and names of controls."""

from __future__ import annotations

import re
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from policy_pack.audit.evidence import Finding, PolicyVerdict
from policy_pack.audit.formats.common import exemption_text, one_line, short
from policy_pack.audit.formats.markup import plain
from policy_pack.judging.frameworks import Requirement

Json = dict[str, Any]


def identifier(space: str, *parts: str) -> str:
    """A UUID from `parts`, the same in every audit; `space` separates those of different tools."""
    name = "\0".join(parts).encode("utf-8", "backslashreplace").decode()
    return str(uuid5(uuid5(NAMESPACE_OID, space), name))


def verdict_property(verdict: PolicyVerdict) -> Json:
    """A policy's verdict as a property."""
    why = " ".join(part for part in (exemption_text(verdict), verdict.why) if part)
    return named(short(verdict.policy), verdict.status, of=verdict.level, remarks=plain(why))


def violation_properties(violation: PolicyVerdict | Finding, known: bool | None) -> list[Json]:
    """The violated policy as properties, and whether the baseline has the violation, if there is one."""
    state = [
        named("policy", violation.policy),
        named("level", violation.level),
        named("severity", violation.severity),
    ]
    if known is not None:
        state.append(named("baseline", "known" if known else "new"))
    return state


def named(name: str, value: str, *, of: str = "", remarks: str = "") -> Json:
    """A property; `of` is its class."""
    return without_empty({"name": name, "value": one_line(value), "class": of, "remarks": remarks})


def without_empty(given: Json) -> Json:
    """`given` without empty lists and texts, which OSCAL does not allow."""
    return {name: value for name, value in given.items() if value not in ("", [], {})}


def control_id(requirement: Requirement) -> str:
    """The identifier of a control: from NIST's catalogs if possible, else composed from the framework's name."""
    if requirement.framework in ("NIST SP 800-53", "FedRAMP"):
        return re.sub(r"\((\d+)\)", r".\1", requirement.reference.lower())  # an enhancement, sc-28.1
    return slug(requirement.label)


def slug(text: str) -> str:
    """`text` as a token."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")
