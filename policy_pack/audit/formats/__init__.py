"""The formats of a report: each a module of this package with a function ``write`` from a `Report` to a text or bytes,
and ``pieces`` that gives the same piece by piece.

A format that does not hold every report in one file also has ``files``, which gives the pieces of each.

A module is imported only when its format is asked for, so that none needs another's libraries.
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
    """A format: the module of this package that writes it, and the ending of its files."""

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
    """What writes the format of this name; `KeyError` where there is none."""
    module = import_module(f"{__name__}.{FORMATS[name].module}")
    return cast("Writer", module.write)


def whole(name: str, report: Report) -> Pieces:
    """What one file of a format holds with all of a report, piece by piece."""
    return cast("Pieces", import_module(f"{__name__}.{FORMATS[name].module}").pieces(report))


def files(name: str, report: Report) -> Iterator[Pieces]:
    """What the files of a format hold, piece by piece: of one file, or of several for a format with such limits."""
    module = import_module(f"{__name__}.{FORMATS[name].module}")
    several: Callable[[Report], Iterator[Pieces]] | None = getattr(module, "files", None)
    return several(report) if several is not None else iter([module.pieces(report)])
