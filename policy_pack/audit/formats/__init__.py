"""The formats of a report. Each is a module of this package with a function ``write``, which turns a `Report` into a
text or bytes, and ``pieces``, which yields the same piece by piece.

A format that may need several files for a report also has ``files``, which yields the pieces of each file.

A module is imported only when its format is used, so that no format needs the libraries of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Union, cast

from policy_pack.audit.report import Report
from policy_pack.records import dataclass

Writer = Callable[[Report], Union[str, bytes]]
Pieces = Iterator[Union[str, bytes]]


@dataclass(frozen=True)
class Format:
    """A format: the module of this package that writes it, and the extension of its files."""

    module: str
    ending: str


FORMATS = {
    "text": Format("text", "txt"),
    "json": Format("as_json", "json"),
    "sarif": Format("sarif", "sarif"),
    "junit": Format("junit", "junit.xml"),
    "html": Format("html", "html"),
    "markdown": Format("markdown", "md"),
    "csv": Format("csv", "csv"),
    "csv-verdicts": Format("csv_verdicts", "verdicts.csv"),
    "oscal": Format("oscal", "oscal.json"),
}


def writer(name: str) -> Writer:
    """The module that writes the format with this name. Raises `KeyError` if there is none."""
    module = import_module(f"{__name__}.{FORMATS[name].module}")
    return cast("Writer", module.write)


def whole(name: str, report: Report) -> Pieces:
    """The pieces of a single file with the whole report."""
    return cast("Pieces", import_module(f"{__name__}.{FORMATS[name].module}").pieces(report))


def files(name: str, report: Report) -> Iterator[Pieces]:
    """The pieces of each file of a format: of one file, or of several if the format has limits."""
    module = import_module(f"{__name__}.{FORMATS[name].module}")
    several: Callable[[Report], Iterator[Pieces]] | None = getattr(module, "files", None)
    return several(report) if several is not None else iter([module.pieces(report)])
