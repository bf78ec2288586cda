"""A policy that fails, as a mistake in the pack would make it: that is a violation at the policy's own level."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from policy_pack.judging.policy import DISABLED
from policy_pack.policies import PACK
from policy_pack.stack.model import Template, Unread
from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.program import deploy
from tests.harness.recordings import send
from tests.programs.blocks import pair

FAILING = f"""
    import sys
    sys.path.insert(0, {str(ROOT)!r})
    from dataclasses import replace
    from policy_pack.engine.serve import serve
    from policy_pack.policies import PACK

    def fail(subject, context):
        raise LookupError("a value that is nobody's business")

    policies = tuple(replace(each, decide=fail) for each in PACK.policies)
    serve(replace(PACK, policies=policies), edge={{edge}})
"""


@pytest.mark.parametrize("edge", [True, False])
def test_a_policy_that_fails_is_a_violation(edge: bool, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(dedent(FAILING.format(edge=edge)), encoding="utf-8")
    with Engine(tmp_path) as engine:
        engine.configure({"encryption-at-rest-enabled": "remediate"})
        verdicts = send(engine, deploy(pair).requests, "")
    judged = [each for each in PACK.policies if each.level != DISABLED and each.judges not in (Template, Unread)]
    expected = [(each.level, each.name) for each in judged]
    assert sorted(finding.triple[:2] for finding in verdicts.findings) == sorted(expected)
    for finding in verdicts.findings:
        assert "An error in the policy pack (LookupError)" in finding.message
        assert "business" not in finding.message
