"""The parts of a URN, ``urn:pulumi:STACK::PROJECT::TYPE::NAME``, whose TYPE begins with those of the parents.

Each of these ends with a ``$``. A name may hold ``::`` too. None of these functions raises, whatever text it gets.

Source: "Resource names" in the Pulumi documentation.
"""

from __future__ import annotations


def name_of(urn: str) -> str:
    """The logical name of the resource; all of a text that has fewer than four parts."""
    return urn.split("::", 3)[-1]


def type_of(urn: str) -> str:
    """The type of the resource without those of its parents; empty where a text has fewer than four parts."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) == 4 else ""


def stack_and_project(urn: str) -> tuple[str, str]:
    """The names of the stack and its project; each is empty where the text does not say it."""
    stack, project = [*urn.removeprefix("urn:pulumi:").split("::", 2), ""][:2]
    return stack, project
