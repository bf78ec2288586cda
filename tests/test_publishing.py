"""The pack as `pulumi policy publish` packs it, and as an organization's machines install and start it.

Sources: pulumi/pulumi, sdk/go/common/util/archive (what is packed), pkg/backend/httpstate/policypack.go and
sdk/python/toolchain/pip.go (how it is installed).
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.recordings import Recording, replay

pytestmark = pytest.mark.slow

LIMIT = 1_000_000  # bytes of a file
# What is published is the folder that `make pack` fills; a checkout has pictures besides.
PACKED = 2_000_000


def files() -> list[str]:
    """What git does not ignore, by its path in the pack: what the CLI packs."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    # A file that is deleted and not yet committed is still listed.
    return sorted(name for name in done.stdout.split("\0") if name and (ROOT / name).is_file())


@pytest.fixture(scope="module")
def packed() -> bytes:
    """The archive that the CLI uploads: everything below "package", compressed as by default."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz", compresslevel=6) as archive:
        for name in files():
            archive.add(ROOT / name, f"package/{name}")
    return written.getvalue()


def test_what_is_packed() -> None:
    packed = set(files())
    assert {"PulumiPolicy.yaml", "__main__.py", "requirements.txt", "README.md", "LICENSE"} <= packed
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "policy_pack").rglob("*.py")} <= packed
    assert not [name for name in packed if "__pycache__" in name or ".venv" in name.split("/")[0]]


def test_what_is_packed_is_small(packed: bytes) -> None:
    assert len(packed) < PACKED


def test_nothing_alone_is_large() -> None:
    assert not [name for name in files() if (ROOT / name).stat().st_size > LIMIT]


@pytest.mark.parametrize("sdk", ["newest", "oldest"])
def test_it_is_installed_and_started_from_the_archive(sdk: str, packed: bytes, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    package = tmp_path / "package"
    python = str(package / ".venv" / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", package / ".venv"], check=True)
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]
    if sdk == "oldest":
        allowed = (package / "requirements.txt").read_text(encoding="utf-8")
        install += [f"{name}=={version}" for name, version in re.findall(r"^(pulumi[a-z-]*)>=([0-9.]+)", allowed, re.M)]
    subprocess.run(install, cwd=package, check=True)
    subprocess.run([python, "-m", "pip", "check", "--disable-pip-version-check"], check=True, stdout=subprocess.DEVNULL)
    with Engine(package, python=python) as engine:
        assert engine.info().name == "sagemaker-endpoint-encryption"
        engine.configure({})
        for name in ("missing_key", "cloudformation_template"):
            for phase in ("preview", "update"):
                recording = Recording(name, phase)
                assert replay(engine, recording) == recording.expected
