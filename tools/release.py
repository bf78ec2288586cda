"""Builds a release into build/release: the wheel and the source distribution, notes, a bill of materials.

``python -m tools.release VERSION`` refuses a version that is not that of the project files, and an entry of
CHANGELOG.md without a date. Without VERSION, it is a rehearsal, and the entry may be undated. It opens no connection
and uploads nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tools import notes, sbom

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "build" / "release"


class NotReleased(Exception):
    """The release was not made; the text says why."""


def version(root: Path) -> str:
    """The version of the project. Raises `NotReleased` if its files do not agree."""
    places = {"PulumiPolicy.yaml": r"^version: (\S+)$", "policy_pack/__init__.py": r'^__version__ = "(.+?)"'}
    found = {}
    for name, pattern in places.items():
        match = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
        found[name] = match[1] if match else "no version"
    if len(set(found.values())) != 1:
        raise NotReleased(", ".join(f"{name} has {each}" for name, each in found.items()))
    return found["PulumiPolicy.yaml"]


def release(root: Path, target: Path, wanted: str | None) -> list[Path]:
    """Empties and fills `target`. Returns its files. Raises `NotReleased`."""
    own = version(root)
    if wanted is not None and wanted != own:
        raise NotReleased(f"The version of the project is {own}, not {wanted}")
    try:
        text = notes.notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), own, released=wanted is not None)
    except notes.NoEntry as error:
        raise NotReleased(str(error)) from error
    shutil.rmtree(target, ignore_errors=True)
    (target / "dist").mkdir(parents=True)
    (target / "notes.md").write_text(text, encoding="utf-8")
    (target / "sbom.cdx.json").write_text(json.dumps(sbom.bill(root), indent=2) + "\n", encoding="utf-8")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target / "dist"), str(root)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotReleased(f"The package cannot be built: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    _try(next((target / "dist").glob("*.whl")), own)
    return sorted(each for each in target.rglob("*") if each.is_file())


def _try(wheel: Path, own: str) -> None:
    """Runs the package from the wheel. Raises `NotReleased`."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        asked = [sys.executable, "-P" if sys.version_info >= (3, 11) else "-s", "-c", _ASKED]
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            asked, cwd=folder, env={**inherited, "PYTHONPATH": folder}, capture_output=True, text=True, check=False
        )
        if done.stdout.strip() != f"{own} {folder}":
            raise NotReleased(f"The wheel does not work: {(done.stderr or done.stdout).strip()[-200:]}")


_ASKED = """
from pathlib import Path
import policy_pack
from policy_pack.commands import reference
assert reference.data()["policies"]
print(policy_pack.__version__, Path(policy_pack.__file__).parent.parent)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        made = release(ROOT, TARGET, given[0].removeprefix("v") if given else None)
    except NotReleased as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for each in made:
        print(each.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
