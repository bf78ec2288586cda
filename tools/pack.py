"""Fills a folder with the files that are published: those that the pack needs to run, and nothing else.

`pulumi policy publish` uploads the current folder to every machine of the organization, without the files that a
``.gitignore`` in it or above it names. So a folder inside the repository cannot be published, and a checkout has more
files than a pack needs, some of them private.

Source: pulumi/pulumi, sdk/go/common/util/archive (what is packed, and which patterns apply).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

FILES = ("PulumiPolicy.yaml", "__main__.py", "requirements.txt", "README.md", "LICENSE")
PACKAGE = "policy_pack"
FOR_PEOPLE = ("audit", "commands", "testing", "__main__.py")  # of the package: what the engine does not run
IGNORED = "# Made where the pack is installed, and not to be published.\n.venv/\n__pycache__/\n*.pyc\n"


class NotPacked(Exception):
    """The folder was not filled; the text says why."""


def contents(root: Path) -> list[Path]:
    """The files of a pack, by their paths in a checkout or in a copy of one."""
    tracked = _tracked(root)
    found = [path for path in _candidates(root) if tracked is None or path.as_posix() in tracked]
    missing = [name for name in FILES if Path(name) not in found]
    if missing:
        raise NotPacked(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not in {root}")
    return found


def fill(root: Path, folder: Path, *, aws: bool = False, locked: bool = False) -> list[Path]:
    """Fills `folder`, which must be new or empty, with a pack. Returns its files.

    With `aws`, the pack also requires the packages of key-verified-in-aws; with `locked`, exactly the packages of
    requirements.lock, by their hashes. Raises `NotPacked`.
    """
    files = contents(root)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotPacked(f"{folder} is not empty")
    if _is_ignored(folder):
        raise NotPacked(f"{folder} is ignored by a .gitignore above it, so nothing of it would be published")
    for path in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((root / path).read_bytes())
    (folder / "requirements.txt").write_text(_requirements(root, aws=aws, locked=locked), encoding="utf-8")
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _candidates(root: Path) -> Iterator[Path]:
    yield from (Path(name) for name in FILES if (root / name).is_file())
    for path in sorted((root / PACKAGE).rglob("*.py")):
        inside = path.relative_to(root / PACKAGE)
        if inside.parts[0] not in FOR_PEOPLE and not path.is_symlink():
            yield path.relative_to(root)


def _tracked(root: Path) -> set[str] | None:
    """The files that git tracks in a checkout; `None` if it is not one, as in an unpacked release."""
    if not (root / ".git").exists():
        return None
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    if listed.returncode != 0:
        raise NotPacked(f"git does not say which files of {root} are the repository's: {_last_line(listed.stderr)}")
    return set(listed.stdout.decode("utf-8", "surrogateescape").split("\0"))


def _is_ignored(folder: Path) -> bool:
    parents = [each for each in folder.resolve().parents if each.is_dir()]
    if not any((each / ".gitignore").is_file() for each in parents):
        return False
    asked = ["git", "check-ignore", "--quiet", "--no-index", str(folder.resolve() / "PulumiPolicy.yaml")]
    return subprocess.run(asked, cwd=parents[0], capture_output=True, check=False).returncode == 0


def _requirements(root: Path, *, aws: bool, locked: bool) -> str:
    names = ["requirements.lock" if locked else "requirements.txt"]
    if aws:
        if locked:
            raise NotPacked("requirements.lock does not have what key-verified-in-aws needs")
        names.append("requirements-aws.txt")
    return "".join((root / name).read_text(encoding="utf-8") for name in names)


def _last_line(printed: bytes) -> str:
    return (printed.decode("utf-8", "replace").strip().splitlines() or ["git failed"])[-1]


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.pack", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a new or empty folder, outside of the repository")
    parser.add_argument("--aws", action="store_true", help="require what key-verified-in-aws needs as well")
    parser.add_argument("--locked", action="store_true", help="require the packages of requirements.lock, by hash")
    given = parser.parse_args(None if arguments is None else list(arguments))
    try:
        files = fill(ROOT, given.folder, aws=given.aws, locked=given.locked)
    except (NotPacked, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    size = sum((given.folder / path).stat().st_size for path in files)
    print(f"{len(files)} files, {size / 1000:.0f} kB in {given.folder}. Publish from there:")
    print(f"cd {given.folder} && pulumi install && pulumi policy publish ORGANIZATION")
    return 0


if __name__ == "__main__":
    sys.exit(main())
