"""Types of resources are looked up by their names, with the package or in any."""

from __future__ import annotations

import pytest

from policy_pack.carriers import READERS, SUBJECTS
from policy_pack.carriers.kinds import ByType, Reads
from policy_pack.stack.model import Alias, Configuration, Endpoint, Grant, Key, Template

KNOWN = ByType({"aws:kms/key:Key": 1, "*:index/kmsKey:KmsKey": 2})


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("aws:kms/key:Key", 1),
        ("other:kms/key:Key", None),
        ("aws:index/kmsKey:KmsKey", 2),
        ("my-own:index/kmsKey:KmsKey", 2),
        ("index/kmsKey:KmsKey", None),
        ("a:b:index/kmsKey:KmsKey", None),
        ("*:index/kmsKey:KmsKey", 2),
        ("", None),
        (":", None),
    ],
)
def test_look_up(kind: str, found: int | None) -> None:
    assert KNOWN.get(kind) == found
    assert KNOWN.get(kind, 5) == (5 if found is None else found)
    assert (kind in KNOWN) == (found is not None)
    if found is None:
        with pytest.raises(KeyError):
            KNOWN[kind]
    else:
        assert KNOWN[kind] == found


def test_entries() -> None:
    assert dict(KNOWN) == {"aws:kms/key:Key": 1, "*:index/kmsKey:KmsKey": 2}
    assert len(KNOWN) == 2
    assert KNOWN.keys().isdisjoint({"aws:kms/key:Other"})


def test_what_is_judged_and_what_is_a_key() -> None:
    kinds = (Configuration, Endpoint, Template, Key, Alias, Grant)
    reads = [Reads(each, lambda *_: []) for each in kinds]
    assert [each.is_subject for each in reads] == [True, True, True, False, False, False]
    assert [each.is_key for each in reads] == [False, False, False, True, True, False]
    assert set(SUBJECTS) == {kind for kind, each in READERS.items() if each.is_subject} != set(READERS)
