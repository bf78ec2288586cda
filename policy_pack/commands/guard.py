"""The exit statuses of the commands, and the handling of errors: one line each, and a traceback only on request."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import click

from policy_pack import quoting
from policy_pack.commands.extras import missing

CLEAN, VIOLATED, UNUSABLE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130

NAME, COMPLETE = "sagemaker-encryption", "_SAGEMAKER_ENCRYPTION_COMPLETE"

STATUSES = (
    "The exit status is 0 if there is no violation, 1 if there is one (--fail-on), 2 if an input or an option cannot "
    "be used, 3 if the command itself fails or cannot write its output, and 130 if it is interrupted."
)


_NO_BREAK = "\N{NON-BREAKING HYPHEN}"


class _Formatter(click.HelpFormatter):
    """Breaks no line of the help within an option or a name with hyphens."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _unbroken(args), prefix)

    def write_text(self, text: str) -> None:
        super().write_text(_unbroken(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(_unbroken(term), _unbroken(text)) for term, text in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(_NO_BREAK, "-")


def _unbroken(text: str) -> str:
    return text.replace("-", _NO_BREAK)


class _Context(click.Context):
    formatter_class = _Formatter


class Command(click.Command):
    """A command with the same form of help."""

    context_class = _Context


class Group(click.Group):
    """A group of commands that always ends with one of the exit statuses."""

    context_class = _Context
    command_class = Command

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs a command and ends the process."""
        from policy_pack.audit.deliver import NotWritten, printing

        _open_streams()
        kwargs |= {"standalone_mode": False, "complete_var": COMPLETE}
        arguments = args[0] if args else kwargs.get("args")
        debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
        try:
            try:
                with printing():
                    # For --help and --version, a command returns its status instead of exiting.
                    status = super().main(*args, **kwargs)
            except (click.Abort, KeyboardInterrupt):
                status = _end("interrupted", INTERRUPTED)
            except click.ClickException as error:
                said = StringIO()
                error.show(said)
                tell(said.getvalue().rstrip("\n"))
                status = UNUSABLE
            except NotWritten as error:
                status = _end(f"error: {error}", UNUSABLE if error.is_use else FAILED)
            except ImportError as error:
                to_install = missing(error)
                if to_install is None:
                    raise
                status = _end(f"error: {to_install}", UNUSABLE)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is said in one line
            status = _end(_fault(error), FAILED)
            if debug:
                import traceback  # imported only after an error

                traceback.print_exc()
        sys.exit(status or CLEAN)

    # click ends with a status of its own where nobody reads the output any more; it does not know `NotWritten`.

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Parses arguments, and prints what --help or --version ask for."""
        from policy_pack.audit.deliver import printing

        with printing():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        from policy_pack.audit.deliver import printing

        with printing():
            return super().invoke(ctx)


def debug_option(command: Any) -> Any:
    """Adds ``--debug``, which `Group.main` reads itself."""
    return click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")(command)


def tell(line: str) -> None:
    """Prints a line on standard error, in which no name can be a command to a terminal or a CI runner."""
    click.echo(quoting.visible_lines(line), err=True)


def _end(line: str, status: int) -> int:
    try:
        tell(line)
    except OSError:  # standard error is closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return status


def _fault(error: Exception) -> str:
    # Neither the error's text nor the lines of code, which could contain a value of a stack.
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"error: the command failed ({type(error).__name__}{place}). Please report this with the output of --debug."


def _open_streams() -> None:
    """Makes the standard streams accept every character, and opens closed ones."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        # Replaces a closed stream; writing to a file that was opened for reading raises an error anyway.
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
