"""The columns of the matrix, one a carrier and named like its module: what makes the parts of a stack with it.

A column has in `PARTS` the types of parts that it can make, and `make`: of parts it registers resources, and says what
each of them gives to others, as `others` say of those parts that another carrier makes. One of states only also has
its `PHASES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.matrix.parts import Output, Part

# By a part's label, what gives one of its attributes ("Arn").
Given = Mapping[str, Callable[[str], Any]]


def resolved(part: Part, given: Given) -> dict[str, Any]:
    """The properties of a part, with what other parts give."""
    return {
        name: given[each.part](each.attribute) if isinstance(each, Output) else each
        for name, each in part.properties.items()
    }
