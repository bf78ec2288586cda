"""What those who publish the pack use: the lock, the bill of materials and the search for secrets in the history."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools import sbom, scan_history, versions
from tools.scan_history import Found, detectors, scan

pytestmark = pytest.mark.slow

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))


def test_the_lock_has_what_the_pack_requires_with_hashes() -> None:
    from packaging.requirements import Requirement

    required = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for line in filter(None, (each.partition("#")[0].strip() for each in required.splitlines())):
        requirement = Requirement(line)
        assert requirement.specifier.contains(LOCKED[requirement.name.lower()]), "make lock resolves it anew"
    entries = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(LOCKED)
    assert all(re.search("--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert "://" not in LOCK


def test_the_bill_of_materials() -> None:
    made = sbom.bill(ROOT)
    assert made["bomFormat"] == "CycloneDX"
    assert {component["name"]: component["version"] for component in made["components"]} == LOCKED
    main = made["metadata"]["component"]
    assert main["name"] == "sagemaker-endpoint-encryption"
    assert f"version: {main['version']}\n" in (ROOT / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    validator = pytest.importorskip("cyclonedx.validation.json").JsonStrictValidator
    schema = pytest.importorskip("cyclonedx.schema").SchemaVersion.from_version(made["specVersion"])
    assert validator(schema).validate_str(json.dumps(made)) is None
    assert sbom.bill(ROOT) == made


# Put together here, as the search would find them in this file.
TOKENS = {
    "GitHub Token": "ghp_" + "a1B2" * 9,
    "Pulumi access token": "pul-" + "0123456789abcdef" * 2 + "01234567",
    "AWS Access Key": "AKIA" + "QWERTYUIOPASDFGH",
    "Private Key": "-----BEGIN RSA " + "PRIVATE KEY-----",
}


def patch(*lines: str) -> Iterable[str]:
    yield from ("commit 0123456789abcdef\n", "diff --git a/x.py b/x.py\n", "--- a/x.py\n", "+++ b/x.py\n")
    yield "@@ -3,0 +7,2 @@ def f():\n"
    yield from lines


@pytest.mark.parametrize("kind", TOKENS)
def test_a_secret_is_found_and_not_quoted(kind: str) -> None:
    token = TOKENS[kind]
    found = list(scan(patch("+nothing\n", f'+key = "{token}"\n', "-" + token + "\n"), detectors()))
    assert Found(kind, "0123456789abcdef", "x.py", 8) in found
    assert {each.line for each in found} == {8}, "what was taken out was found where it was put in"
    assert not [each for each in found if token in str(each)]


@pytest.mark.parametrize(
    "line",
    [
        "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012",
        "--hash=sha256:0c1104233340196e5cbf5514e7dfdbb98968e730cfd7fdd6f3d72a082be838a9",
        'password = "passphrase"',
        "AWS_ACCESS_KEY_ID: ${aws.login.accessKeyId}",
        "AWS_ACCESS_KEY_ID: AKIAIOSFODNN7" + "EXAMPLE",
    ],
)
def test_what_is_none_is_not(line: str) -> None:
    assert list(scan(patch(f"+{line}\n"), detectors())) == []


@pytest.mark.parametrize(
    ("hunk", "line"),
    [
        (["@@ -3,0 +7 @@\n", "+++ {}\n"], 7),  # a line that begins with two signs looks like the name of a file
        (["@@ -3,2 +7,2 @@\n", "--- {}\n", "-{}\n", "+++ b/{}\n", "+x\n"], 7),
        (["@@ -3 +7,2 @@\n", "-@@ {}\n", "+@@ -1 +1 @@\n", "+commit {}\n"], 8),
    ],
)
def test_a_line_that_looks_like_part_of_a_patch_is_one_of_the_file(hunk: list[str], line: int) -> None:
    token = TOKENS["GitHub Token"]
    head = ["commit 0123456789abcdef\n", "diff --git a/x.py b/x.py\n", "--- a/x.py\n", "+++ b/x.py\n"]
    found = list(scan([*head, *(each.format(token) for each in hunk)], detectors()))
    assert found == [Found("GitHub Token", "0123456789abcdef", "x.py", line)]


def test_the_message_of_a_commit_is_read_too(tmp_path: Path) -> None:
    token, file = TOKENS["GitHub Token"], tmp_path / "x.py"

    def git(*arguments: str) -> None:
        own = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *own, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-b", "main")
    git("commit", "--allow-empty", "-m", f"Use the token\n\n+++ {token}")
    git("checkout", "-b", "other")
    file.write_text("a\n", encoding="utf-8")
    git("add", "x.py")
    git("commit", "-m", "A")
    git("checkout", "main")
    git("merge", "--no-ff", "--no-commit", "other")
    file.write_text(f"a\n{TOKENS['Pulumi access token']}\n", encoding="utf-8")
    git("commit", "-a", "-m", "Merge")
    found = {(each.kind, each.file, each.line) for each in scan(scan_history.history(tmp_path), detectors())}
    assert found == {("GitHub Token", "message", 3), ("Pulumi access token", "x.py", 2)}


def test_the_history_is_read_with_its_lines() -> None:
    lines = scan_history.history(ROOT)
    assert next(lines).startswith("commit ")
    assert any(line.startswith("+++ b/") for line, _ in zip(lines, range(100_000)))


@pytest.mark.slow
def test_the_history_has_no_secret() -> None:
    assert list(scan(scan_history.history(ROOT), detectors())) == []


def test_the_matrix_of_versions() -> None:
    rows = list(versions.rows())
    assert {row.python for row in rows} == {"3.10", "3.11", "3.12", "3.13", "3.14"}
    assert dict(each.split("==") for each in versions.oldest()) == {"pulumi": "3.196", "pulumi-policy": "1.19"}
    assert {row.forced for row in rows if row.forced} == {("protobuf>=6,<7",), ("protobuf>=7,<8",)}
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert versions.interpreter("2.0") is None
    assert versions.interpreter(own)
