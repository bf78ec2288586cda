"""OSCAL assessment results in JSON, for tools of governance, risk and compliance.

A configuration is an inventory item and the subject of an observation, which has each policy's verdict among its
properties. A violation is a risk; an exempted violation is a risk with an approved deviation until the exemption ends.
A framework's requirement is a finding.

Sources: "Assessment Results Model" of NIST's OSCAL; the library compliance-trestle, which validates the output.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any, Union

from trestle.core.base_model import OscalBaseModel
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.common import Finding as OscalFinding
from trestle.oscal.common import InventoryItem, Observation, Resource, Risk

from policy_pack.audit.formats import streamed
from policy_pack.audit.formats.oscal_document import Document
from policy_pack.audit.formats.oscal_parts import Json
from policy_pack.audit.report import Report


def write(report: Report) -> str:
    """The report as an OSCAL document."""
    return "".join(pieces(report))


def pieces(report: Report) -> Iterator[str]:
    """The same, piece by piece. The library checks the document with the first element of each list, then each one."""
    document = Document(report).whole()
    lists: dict[_Path, Iterator[Json]] = {}
    for path, kind in _LONG.items():
        holder = _holder(document, path)
        elements = iter(holder.pop(path[-1], ()))
        first = next(elements, None)
        if first is not None:
            holder[path[-1]] = [first]
            lists[path] = map(partial(_checked, kind), chain([first], elements))
    checked = AssessmentResults.model_validate(document).oscal_dict()
    for path, elements in lists.items():
        _holder(checked["assessment-results"], path)[path[-1]] = elements
    yield from streamed.pieces(checked, ascii_only=False)
    yield "\n"


_Path = tuple[Union[str, int], ...]

# The lists that grow with the audit, by their place, with the class of their elements.
_LONG: dict[_Path, type[OscalBaseModel]] = {
    ("results", 0, "local-definitions", "inventory-items"): InventoryItem,
    ("results", 0, "observations"): Observation,
    ("results", 0, "risks"): Risk,
    ("results", 0, "findings"): OscalFinding,
    ("back-matter", "resources"): Resource,
}


def _holder(document: Any, path: _Path) -> Any:
    for step in path[:-1]:
        document = document[step]
    return document


def _checked(kind: type[OscalBaseModel], given: Json) -> Json:
    written: Json = kind.model_validate(given).model_dump(by_alias=True, exclude_none=True, mode="json")
    return written
