"""Prints a report, writes it to files, or both."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from policy_pack.audit.evidence import Report
from policy_pack.audit.formats import FORMATS, writer


def deliver(report: Report, formats: Sequence[str], output: str | None) -> None:
    """Prints the report, writes it to files, or both."""
    for name in formats:
        if output is not None:
            _write(Path(output), name, report, alone=len(formats) == 1)
        if name == "text":
            _print_text(report)
        elif output is None:
            sys.stdout.buffer.write(_bytes(name, report))
    # Last, so that it is seen.
    for name in formats if output is not None else ():
        click.echo(f"Wrote {_path(Path(str(output)), name, len(formats) == 1)}", err=True)


def _write(output: Path, name: str, report: Report, *, alone: bool) -> None:
    path = _path(output, name, alone)
    written = _bytes(name, report)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written)
    except OSError as error:
        click.echo(f"error: {path} cannot be written: {error.strerror}", err=True)
        sys.exit(2)


def _bytes(name: str, report: Report) -> bytes:
    written = writer(name)(report)
    return written if isinstance(written, bytes) else written.encode()


def _path(output: Path, name: str, alone: bool) -> Path:
    if output.is_dir():
        return output / f"audit.{FORMATS[name].ending}"
    if alone and output.suffix:
        return output
    return output.with_name(f"{output.name}.{FORMATS[name].ending}")


def _print_text(report: Report) -> None:
    from rich.console import Console

    from policy_pack.audit.formats import text

    if sys.stdout.isatty():
        text.show(report, Console())
    else:
        click.echo(text.write(report), nl=False)
