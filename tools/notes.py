"""Release notes: an entry of CHANGELOG.md. ``python -m tools.notes [VERSION]`` prints it (``make notes``)."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"
_HEADING = re.compile(r"^## (\S+)(?: - (\S+))?[ ]*$", re.MULTILINE)


class NoEntry(Exception):
    """The changelog has no such entry, or the entry cannot be released."""


def notes(changelog: str, version: str | None = None, *, released: bool = False) -> str:
    """The entry of a version, the newest by default, without its heading.

    Raises `NoEntry` if there is none, if it is empty, or, with `released`, if it has no date.
    """
    headings = list(_HEADING.finditer(changelog))
    found = [each for each in headings if version is None or each[1] == version]
    if not found:
        raise NoEntry(f"CHANGELOG.md has no entry {version}" if version else "CHANGELOG.md has no entry")
    heading = found[0]
    if released and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", heading[2] or ""):
        raise NoEntry(f"The entry {heading[1]} of CHANGELOG.md has no date: a release needs one")
    following = [each.start() for each in headings if each.start() > heading.start()]
    text = changelog[heading.end() : min(following, default=len(changelog))].strip()
    if not text:
        raise NoEntry(f"The entry {heading[1]} of CHANGELOG.md is empty")
    return text + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    released = "--released" in given
    versions = [each.removeprefix("v") for each in given if each != "--released"]
    try:
        print(notes(CHANGELOG.read_text(encoding="utf-8"), next(iter(versions), None), released=released), end="")
    except NoEntry as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
