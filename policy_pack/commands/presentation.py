"""A repository's options for its audits, in the table ``[tool.sagemaker-encryption]`` of a pyproject.toml.

They set how a report is presented, never what is audited or how strictly; otherwise, the audited repository could
exempt itself.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import field
from importlib import import_module
from pathlib import Path
from typing import Any

from policy_pack import quoting
from policy_pack.records import dataclass

TABLE = "sagemaker-encryption"
_FILE = "pyproject.toml"
_LARGEST = 1_000_000  # bytes
_DEEPEST = 100  # directories upward

# The allowed names, each with the option's parameter.
_PARAMETERS = {
    "format": "formats",
    "output": "outputs",
    "quiet": "quiet",
    "verbose": "verbose",
    "source-root": "source_roots",
}


class Refused(Exception):
    """A table with an option that is not allowed; its text names the file and the problem."""


@dataclass(frozen=True)
class Presentation:
    """Options by their parameters, and the file that has them; `path` is `None` if there is none.

    `unread` names files that could not be read, and why.
    """

    path: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def find(directory: Path) -> Presentation:
    """The options of the first pyproject.toml that has the table, from a directory upward. Raises `Refused`."""
    unread = []
    for each in [directory, *directory.parents][:_DEEPEST]:
        path = each / _FILE
        try:
            if not path.is_file():
                continue
            with path.open("rb") as file:
                text = file.read(_LARGEST + 1)
            if len(text) > _LARGEST:
                raise ValueError
            if b"sagemaker" not in text and b"\\" not in text:
                continue  # The file does not have the table, and the parser takes a while to load.
            # In the standard library since Python 3.11.
            toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
            table = toml.loads(text.decode("utf-8")).get("tool", {}).get(TABLE)
        except (OSError, ValueError, AttributeError, RecursionError):
            unread.append(f"{quoting.path(path)} is ignored: it is not valid TOML")
            continue
        if table is not None:
            return Presentation(path, _options(path, table), tuple(unread))
    return Presentation(unread=tuple(unread))


def _options(path: Path, table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise Refused(f"{quoting.path(path)}: [tool.{TABLE}] is not a table")
    options: dict[str, Any] = {}
    for name, value in table.items():
        parameter = _PARAMETERS.get(name.replace("_", "-"))
        if parameter is None:
            raise Refused(
                f"{quoting.path(path)}: [tool.{TABLE}] cannot give {quoting.name(name)}: "
                f"only {', '.join(_PARAMETERS)} are read there, "
                "since the repository that is audited must not decide what is audited"
            )
        options[parameter] = _flag(path, name, value) if name in ("quiet", "verbose") else _texts(path, name, value)
    if "outputs" in options:
        options["outputs"] = [_within(path, each) for each in options["outputs"]]
    return options


def _flag(path: Path, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused(f"{quoting.path(path)}: {name} is not true or false")
    return value


def _texts(path: Path, name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) and each for each in values):
        raise Refused(f"{quoting.path(path)}: {name} is not a string or a list of strings")
    return values


def _within(path: Path, output: str) -> str:
    # A repository may choose where its own files a report goes, and no place outside of it.
    folder = path.parent.resolve()
    target = (folder / output).resolve()
    if output == "-" or folder not in target.parents:
        raise Refused(f"{quoting.path(path)}: output is not a file within the directory of that file")
    return str(target)
