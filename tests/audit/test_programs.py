"""An audit of what a program has deployed says what the pack said of the update, also where texts have gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.auditing import audit_document, triples
from tests.harness.program import deploy
from tests.programs import gaps, nested, own_account
from tests.programs.blocks import Case, cases

CASES = [case for module in (gaps, nested, own_account) for case in cases(module)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_audit_says_what_the_update_said(case: Case, tmp_path: Path) -> None:
    deployed = deploy(case.program, phase="update", stack=case.stack, world=case.world)
    assert triples(audit_document(tmp_path, deployed.export)) == sorted(case.expected["update"])
