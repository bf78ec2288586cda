"""Fills the folder that MkDocs reads: docs/, the generated pages, and the files that pages link to."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from policy_pack.carriers import CARRIERS
from policy_pack.policies import PACK
from tools.site import pages

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "build" / "docs"

# Pages from elsewhere in the repository, and their places on the site.
_ELSEWHERE = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md", "SECURITY.md": "security.md"}
_LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?(\))")
_INCLUDED = re.compile(r"^<!-- file: (\S+) -->$", re.MULTILINE)
_HIGHLIGHTED = {".py": "python", ".ts": "typescript", ".yml": "yaml", ".yaml": "yaml", ".json": "json"}


class BrokenLink(Exception):
    """A page links to something that is not in the repository."""


def fill(folder: Path = SOURCE) -> None:
    """Empties and fills a folder. Raises `BrokenLink`."""
    shutil.rmtree(folder, ignore_errors=True)
    files: set[str] = set()
    for target, source, text in _pages():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_linked(_with_files(text), source, target, files), encoding="utf-8")
    for name in sorted(files):
        path = folder / "files" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_shown(name), encoding="utf-8")
    for asset in sorted((ROOT / "docs").rglob("*")):
        if asset.is_file() and asset.suffix != ".md":
            path = folder / asset.relative_to(ROOT / "docs")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(asset, path)


def _pages() -> Iterator[tuple[str, str, str]]:
    """Each page: its place on the site, the path in the repository that its links start from, and its text."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        yield path.relative_to(ROOT / "docs").as_posix(), name, path.read_text(encoding="utf-8")
    for name, target in _ELSEWHERE.items():
        yield target, name, (ROOT / name).read_text(encoding="utf-8")
    yield "policies/index.md", "", pages.policies_index()
    for policy in PACK.policies:
        yield f"policies/{policy.name}.md", "", pages.policy_page(policy)
    yield "carriers/index.md", "", pages.carriers_index()
    for carrier in CARRIERS:
        yield f"carriers/{pages.carrier_slug(carrier)}.md", "", pages.carrier_page(carrier)


def _linked(text: str, source: str, target: str, files: set[str]) -> str:
    """The text with its links changed to the places on the site; `files` collects the files to show there."""
    if not source:
        return text

    def moved(link: re.Match[str]) -> str:
        path = PurePosixPath(os.path.normpath(PurePosixPath(source).parent / link[2])).as_posix()
        to, anchor = _place(path, files), link[3] or ""
        if to is None:
            raise BrokenLink(f"{source} links to {link[2]}, which is not there")
        if to == "policies.md" != target and anchor[1:] in PACK.by_name:
            to, anchor = f"policies/{anchor[1:]}.md", ""
        return f"{link[1]}{os.path.relpath(to, PurePosixPath(target).parent)}{anchor}{link[4]}"

    return _LINK.sub(moved, text)


def _place(path: str, files: set[str]) -> str | None:
    """The place on the site of a path in the repository."""
    if path.split("/")[0] == ".." or path.startswith("/"):
        return None  # outside of the repository, even if it exists on this machine
    if path in _ELSEWHERE:
        return _ELSEWHERE[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/") if (ROOT / path).exists() else None
    if path == "README.md":
        return "index.md"
    if not (ROOT / path).exists():
        return None
    files.add(path)
    return f"files/{path}.md"


def _shown(name: str) -> str:
    """A page that shows a file, or the files of a folder."""
    path = ROOT / name
    shown = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.suffix in _HIGHLIGHTED)
    lines = [f"# {name}", ""]
    for each in shown:
        title = each.relative_to(ROOT).as_posix()
        lines += [f"## {title}" if path.is_dir() else "", "", _block(each), ""]
    return "\n".join(lines)


def _block(path: Path) -> str:
    text = path.read_text(encoding="utf-8").rstrip()
    if path.suffix == ".md":
        return text
    return f"````{_HIGHLIGHTED.get(path.suffix, 'text')}\n{text[:40_000]}\n````"


def _with_files(text: str) -> str:
    """The text, with files in the place of the comments that name them: code that tests run."""
    return _INCLUDED.sub(lambda found: _block(ROOT / found[1]), text)
