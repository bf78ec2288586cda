"""What the engine installs stays the least that is needed: nothing besides the SDK, nothing that is not imported."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from benchmarks.bench_install import PACKS, SDK, Installation, required, table
from tests.conftest import ROOT
from tools.pack import contents

REQUIRED = required(ROOT / "requirements.txt")
OF_AWS = {"boto3", "botocore"}  # of key-verified-in-aws, where that is switched on


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(lines: Iterable[str]) -> set[str]:
    """The distributions that requirements bring, in this Python."""
    found: set[str] = set()
    pending = [Requirement(line) for line in lines]
    while pending:
        each = pending.pop()
        applies = each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *each.extras))
        if applies and canonical(each.name) not in found:
            found.add(canonical(each.name))
            pending += [Requirement(line) for line in requires(each.name) or () if "extra ==" not in line]
    return found


def imported() -> set[str]:
    """The distributions that the files of a published pack import, wherever in them."""
    modules: set[str] = set()
    for path in contents(ROOT):
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules.update(each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
                modules.add(".".join(node.module.split(".")[:2]) if node.module.startswith("google.") else node.module)
    known = packages_distributions()
    names = {each.partition(".")[0] for each in modules} - set(sys.stdlib_module_names) - {"policy_pack", "google"}
    found = {canonical(name) for module in names for name in known[module]}
    return found | ({"protobuf"} if "google.protobuf" in modules else set())


def test_it_installs_nothing_besides_what_an_empty_pack_does() -> None:
    empty = [line for line in REQUIRED if Requirement(line).name in SDK]
    assert len(empty) == len(SDK)
    assert installed(REQUIRED) == installed(empty)


def test_all_that_is_required_is_imported_and_all_that_is_imported_is_required() -> None:
    assert {canonical(Requirement(line).name) for line in REQUIRED} <= imported()
    assert imported() - OF_AWS <= installed(REQUIRED)


def test_another_requirement_would_be_noticed() -> None:
    assert installed([*REQUIRED, "pytest"]) > installed(REQUIRED)
    assert "pytest" not in imported()


@pytest.mark.parametrize("name", PACKS)
def test_the_packs_that_the_benchmark_installs(name: str, tmp_path: Path) -> None:
    PACKS[name](tmp_path / "pack")
    assert {"PulumiPolicy.yaml", "__main__.py", "requirements.txt"} <= {
        path.name for path in (tmp_path / "pack").iterdir()
    }
    names = {Requirement(line).name for line in required(tmp_path / "pack" / "requirements.txt")}
    assert names == (set(SDK) if name == "empty pack" else {Requirement(line).name for line in REQUIRED})


def test_what_the_benchmark_says() -> None:
    ours = [
        Installation(12.0, 6.0, 3_000_000, frozenset({"a", "b"})),
        Installation(9.0, 5.0, 3_000_000, frozenset("ab")),
    ]
    empty = [Installation(10.0, 4.0, 2_000_000, frozenset({"a"})), Installation(9.0, 5.0, 2_000_000, frozenset("a"))]
    said = table({"this pack": ours, "empty pack": empty})
    assert "this pack:    10.5 s, 5.5 s of the processor, 3.0 MB, 2 packages" in said
    assert "time, to the empty pack's: 1.10 (1.00 to 1.20)" in said
    assert "size, to the empty pack's: 1.50 (1.50 to 1.50)" in said
    assert said.endswith("besides: b")
