"""Plans which format of a report is written to which output."""

from __future__ import annotations

from collections.abc import Sequence

from policy_pack.audit.formats import FORMATS

STDOUT = "-"
TEXT = "text"

# Other file name extensions for formats.
_MORE_ENDINGS = {"xml": "junit", "htm": "html", "markdown": "markdown", "sarif.json": "sarif", "log": "text"}


class Senseless(Exception):
    """Options that cannot be combined; the text says which."""


def format_of(path: str) -> str | None:
    """The format for a file's extension; text without an extension, and `None` for an unknown one."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    endings = {**{each.ending: key for key, each in FORMATS.items()}, **_MORE_ENDINGS}
    for ending in sorted(endings, key=len, reverse=True):
        if name.endswith(f".{ending}"):
            return endings[ending]
    return None if "." in name.strip(".") else TEXT


def plan(formats: Sequence[str], outputs: Sequence[str]) -> tuple[list[str], list[tuple[str, str, bool]]]:
    """The formats to print, and those to write: format, path, and whether it is the only one for its path.

    Raises `Senseless`.
    """
    formats = list(dict.fromkeys(formats))
    files = [each for each in dict.fromkeys(outputs) if each != STDOUT]
    to_stdout = STDOUT in outputs
    if not outputs:
        if len(formats) > 1:
            raise Senseless("Several formats need --output, the place to write them.")
        return formats or [TEXT], []
    if not formats:
        written = [(_by_ending(each), each, True) for each in files]
        return [TEXT] if to_stdout or any(name == TEXT for name, _, _ in written) else [], written
    if len(files) > 1:
        raise Senseless("With several outputs, the ending of each one selects its format; --format cannot be used.")
    if to_stdout and len(formats) > 1:
        raise Senseless("Only one format can be printed; give an --output for each of the others.")
    written = [(name, each, len(formats) == 1) for each in files for name in formats]
    return formats if to_stdout else [TEXT] if TEXT in formats else [], written


def _by_ending(path: str) -> str:
    found = format_of(path)
    if found is None:
        raise Senseless(f"The ending of {path} is not that of a format; use --format with one of {', '.join(FORMATS)}.")
    return found
