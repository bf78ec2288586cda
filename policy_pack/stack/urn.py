"""The parts of a URN, ``urn:pulumi:STACK::PROJECT::TYPE::NAME``, where TYPE begins with the types of the parents.

A ``$`` follows the type of each parent. A name may contain ``::`` too. None of these functions raises on any text.

Source: "Resource names" in the Pulumi documentation.
"""

from __future__ import annotations


def name_of(urn: str) -> str:
    """The logical name of the resource; the whole text if it has fewer than four parts."""
    return urn.split("::", 3)[-1]


def type_of(urn: str) -> str:
    """The type of the resource, without the types of its parents; empty if the text has fewer than four parts."""
    return types_of(urn).rpartition("$")[2]


def types_of(urn: str) -> str:
    """The types of the parents and the resource, with a ``$`` between them; empty if any part is missing."""
    parts = urn.split("::", 3)
    return parts[2] if len(parts) == 4 else ""


def stack_and_project(urn: str) -> tuple[str, str]:
    """The names of the stack and its project; each is empty if the text does not give it."""
    stack, project = [*urn.removeprefix("urn:pulumi:").split("::", 2), ""][:2]
    return stack, project


def stack_part(urn: str) -> str:
    """The beginning of the URN, which all resources of the stack share: ``urn:pulumi:STACK::PROJECT``."""
    return "::".join(urn.split("::", 2)[:2])


def provider_urn(reference: str) -> str:
    """The URN in a reference to a provider, ``URN::ID``; empty if the text is no such reference."""
    return reference.rpartition("::")[0]
