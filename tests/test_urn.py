"""The parts of a URN, of names that look like more parts, and of texts that are no URN."""

from __future__ import annotations

import pytest

from policy_pack.stack.urn import name_of, provider_urn, stack_and_project, stack_part, type_of, types_of

_URN = "urn:pulumi:dev::shop::my:Component$aws:kms/key:Key::serving"


@pytest.mark.parametrize(
    ("urn", "name", "kind", "stack"),
    [
        (_URN, "serving", "aws:kms/key:Key", ("dev", "shop")),
        ("urn:pulumi:dev::shop::aws:kms/key:Key::serving", "serving", "aws:kms/key:Key", ("dev", "shop")),
        (f"{_URN}::with::more$", "serving::with::more$", "aws:kms/key:Key", ("dev", "shop")),
        ("urn:pulumi:dev::shop::a$b$c:d:E::", "", "c:d:E", ("dev", "shop")),
        ("urn:pulumi:dev::shop::a:b:C", "a:b:C", "", ("dev", "shop")),
        ("urn:pulumi:dev", "urn:pulumi:dev", "", ("dev", "")),
        ("", "", "", ("", "")),
    ],
)
def test_parts(urn: str, name: str, kind: str, stack: tuple[str, str]) -> None:
    assert (name_of(urn), type_of(urn), stack_and_project(urn)) == (name, kind, stack)


@pytest.mark.parametrize(
    ("urn", "types", "part"),
    [
        (_URN, "my:Component$aws:kms/key:Key", "urn:pulumi:dev::shop"),
        (f"{_URN}::with::more$", "my:Component$aws:kms/key:Key", "urn:pulumi:dev::shop"),
        ("urn:pulumi:*::ranking", "", "urn:pulumi:*::ranking"),
        ("urn:pulumi:dev", "", "urn:pulumi:dev"),
        ("", "", ""),
    ],
)
def test_types_and_the_part_of_the_stack(urn: str, types: str, part: str) -> None:
    assert (types_of(urn), stack_part(urn)) == (types, part)


@pytest.mark.parametrize(
    ("reference", "urn"),
    [
        ("urn:pulumi:dev::shop::pulumi:providers:aws::mine::1234", "urn:pulumi:dev::shop::pulumi:providers:aws::mine"),
        (f"{_URN}::", _URN),
        ("mine", ""),
        ("", ""),
    ],
)
def test_reference_to_a_provider(reference: str, urn: str) -> None:
    assert provider_urn(reference) == urn
