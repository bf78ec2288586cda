"""The documentation is current, its links lead somewhere, its examples are accepted, and the command prints it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policy_pack.commands import reference
from policy_pack.judging.settings import schemas
from policy_pack.policies import PACK
from tests.documentation import ROOT, made, with_section
from tests.harness.engine import Engine
from tests.harness.program import run
from tests.organization import SENSE, no_key

PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("examples/**/README.md"))]


def test_what_is_made_from_the_policies_is_current() -> None:
    stale = [path.name for path, content in made() if path.read_text(encoding="utf-8") != content]
    assert not stale, "make docs writes them anew"


def test_a_section_is_replaced_between_its_markers() -> None:
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb"
    assert with_section(text, "x", "\\1 new") == "a\n<!-- x -->\n\\1 new\n<!-- /x -->\nb"
    with pytest.raises(ValueError, match="markers y"):
        with_section(text, "y", "new")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8"))
    for link in links:
        target, _, anchor = link.partition("#")
        path = page.parent / target if target else page
        assert path.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub("[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}, link


def _settings() -> list[Any]:
    """The configurations that the pages show."""
    blocks = [
        (page, block)
        for page in PAGES
        for block in re.findall(r"^```json\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    ]
    return [pytest.param(json.loads(block), id=f"{page.name}-{index}") for index, (page, block) in enumerate(blocks)]


@pytest.mark.parametrize("settings", _settings())
def test_settings_that_are_shown_are_accepted(settings: dict[str, Any], engine: Engine) -> None:
    # Environments of Pulumi ESC are the engine's to open.
    engine.configure({name: given for name, given in settings.items() if name != "environments"})
    # What does not match here may match in the reader's stack.
    said = [line for message in run(engine, no_key).messages(SENSE) for line in message.splitlines()]
    assert not [line for line in said if line.startswith("- ") and "matches no resource" not in line]


def policies(*options: str) -> str:
    command = [sys.executable, "-m", "policy_pack", "policies", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout


def test_the_command_prints_a_table() -> None:
    printed = policies()
    for policy in PACK.policies:
        (row,) = [line for line in printed.splitlines() if f" {policy.name} " in line]
        assert [policy.kind, policy.level, policy.severity] == re.split("[│|]", row)[2].split() + [
            cell.strip() for cell in re.split("[│|]", row)[3:5]
        ]
        for setting in policy.settings:
            assert setting.name in printed
    assert all(requirement.label in printed for requirement in PACK.control.requirements)


def test_the_command_prints_json() -> None:
    printed = json.loads(policies("--json"))
    assert printed == reference.data()
    assert printed["control"]["id"] == PACK.control.id
    assert len(printed["control"]["requirements"]) == len(PACK.control.requirements)
    assert [each["name"] for each in printed["policies"]] == [PACK.full_name(policy) for policy in PACK.policies]
    for policy, told in zip(PACK.policies, printed["policies"]):
        assert (told["level"], told["severity"], told["kind"]) == (policy.level, policy.severity, policy.kind)
        assert told["settings"] == schemas(policy.settings)
        assert told["frameworks"] == [each.label for each in PACK.control.requirements if each.asks_for(policy.name)]
        jsonschema.Draft7Validator.check_schema({"properties": told["settings"]})


def test_the_command_prints_the_reference_in_full() -> None:
    assert policies("--markdown") == reference.document()


def test_the_command_prints_one_thing_at_a_time() -> None:
    command = [sys.executable, "-m", "policy_pack", "policies", "--json", "--markdown"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "cannot be combined" in done.stderr


def test_the_reference_has_every_policy_and_setting() -> None:
    document = reference.document()
    for policy in PACK.policies:
        section = document.split(f"\n## {policy.name}\n")[1].split("\n## ")[0]
        for expected in (policy.title, policy.level, policy.severity, policy.url):
            assert expected in section
        assert "*Why.* " in section
        assert all(f"| `{setting.name}` |" in section for setting in policy.settings)
        for requirement in PACK.control.requirements:
            assert (f" {requirement.label}" in section) == requirement.asks_for(policy.name)
    assert all(f"| `{name}` |" in document for name in schemas(()))


@pytest.mark.parametrize("policy", PACK.policies, ids=lambda policy: policy.name)
def test_it_says_why_a_policy_matters(policy: Any) -> None:
    assert policy.risk.endswith(".")
    assert policy.risk not in (policy.description, policy.remediation)
