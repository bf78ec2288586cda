"""The parts of a URN, of names that look like more parts, and of texts that are no URN."""

from __future__ import annotations

import pytest

from policy_pack.stack.urn import name_of, stack_and_project, type_of

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
