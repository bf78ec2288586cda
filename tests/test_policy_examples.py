"""The programs that each policy shows: the bad one violates it, and of the good one no policy says anything."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import pytest

from policy_pack import policies
from policy_pack.judging.policy import DISABLED, EXAMPLE, Policy
from policy_pack.policies import PACK
from policy_pack.stack.model import Stack
from policy_pack.testing import Encryption
from tests.conftest import ROOT

SHOWN = [policy for policy in PACK.policies if policy.bad or policy.good]


def test_every_policy_is_in_the_pack() -> None:
    """A new policy has a line in the list, at the place at which it is reported."""
    modules = [each.name for each in iter_modules(policies.__path__) if not each.name.startswith("_")]
    found = {name: import_module(f"{policies.__name__}.{name}").POLICY for name in modules}
    missing = [name for name, policy in found.items() if policy not in PACK.policies]
    assert not missing, f"add {', '.join(missing)} to _POLICIES in policy_pack/policies/__init__.py"
    misnamed = [name for name, policy in found.items() if policy.name.replace("-", "_") != name]
    assert not misnamed, f"give {', '.join(misnamed)} in policy_pack/policies the name of its POLICY"


def test_every_policy_that_a_program_can_show_shows_one() -> None:
    """A new policy has `bad` and `good` in its file; a disabled one needs AWS, one of the stack needs settings."""
    showable = [each.name for each in PACK.policies if each.level != DISABLED and each.judges is not Stack]
    missing = set(showable) - {each.name for each in SHOWN if each.bad and each.good}
    assert not missing, (
        f"give POLICY of {', '.join(sorted(missing))} a program that violates it, bad, and one that does not, good"
    )


def test_every_policy_has_its_tests_in_a_file_of_its_name() -> None:
    """Whoever changes a policy finds its cases by its name: those of each answer that it gives."""
    names = [each.name.replace("-", "_") for each in PACK.policies]
    missing = [name for name in names if not (ROOT / "tests" / "policies" / f"test_{name}.py").is_file()]
    assert not missing, (
        f"write {', '.join(f'tests/policies/test_{name}.py' for name in missing)}: what complies, what violates, to "
        "what the policy does not apply, and what it cannot tell"
    )


@pytest.mark.parametrize("phase", ["preview", "update"])
@pytest.mark.parametrize("policy", SHOWN, ids=lambda policy: policy.name)
def test_examples(policy: Policy, phase: str) -> None:
    ask = getattr(Encryption(), phase)
    said = ask(lambda: exec(EXAMPLE + policy.good, {}))
    assert said.clean, said
    said = ask(lambda: exec(EXAMPLE + policy.bad, {}))
    after = {"key-resource-in-same-region": "key-in-same-region"}  # a key's ARN is known then
    expected = after.get(policy.name, policy.name) if phase == "update" else policy.name
    assert expected in said.policies, said
