"""The commands for people: each a function of the group `main`, which imports what it needs when it runs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from policy_pack.audit.formats import FORMATS
from policy_pack.commands.guard import CLEAN, STATUSES, UNUSABLE, VIOLATED, Group, debug_option

if TYPE_CHECKING:
    from policy_pack.audit.evidence import Report

T = TypeVar("T")

_FAIL_ON = ("mandatory", "advisory", "never")
_MANY_INPUTS = 20  # from which on a terminal is shown a progress bar


@click.group(cls=Group, epilog=STATUSES)
@debug_option
def main() -> None:
    """Checks that SageMaker endpoints are encrypted with customer-managed KMS keys that work."""


def _region(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from policy_pack.aws.regions import partition_of

    if value is not None and partition_of(value) is None:
        raise click.BadParameter("not an AWS region like eu-west-1")
    return value


def _tags(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str] | None:
    if not all("=" in value for value in values):
        raise click.BadParameter("not of the form NAME=VALUE")
    return {name: value for name, _, value in (each.partition("=") for each in values)} or None


def _roots(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    from posixpath import isabs, normpath

    roots = {}
    for value in values:
        project, _, folder = value.rpartition("=")
        if not folder or isabs(folder) or normpath(folder).split("/")[0] == "..":
            raise click.BadParameter("not a folder within the repository, like infra or PROJECT=infra")
        roots[project] = normpath(folder)
    return roots


@main.command(epilog=STATUSES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "formats",
    "--format",
    type=click.Choice(list(FORMATS)),
    multiple=True,
    default=("text",),
    help="A format of the report; several with --output. (text)",
)
@click.option(
    "--output",
    metavar="FILE",
    help="Where the reports are written, each format with its own ending; text is printed all the same.",
)
@click.option("--config", metavar="FILE", help="Levels and settings: the file that the engine takes.")
@click.option(
    "--fail-on", type=click.Choice(_FAIL_ON), default="mandatory", help="What makes the exit status 1. (mandatory)"
)
@click.option("--baseline", metavar="FILE", help="An earlier report in JSON, whose findings are known.")
@click.option("--jobs", type=click.IntRange(1, 256), default=1, metavar="N", help="How many processes audit. (1)")
@click.option("--region", callback=_region, help="The region of resources whose region nothing else tells.")
@click.option(
    "--stack-tag",
    "tags",
    multiple=True,
    callback=_tags,
    metavar="NAME=VALUE",
    help="A tag of the stacks, for policies that are limited to some; no export tells them.",
)
@click.option(
    "--source-root",
    "source_roots",
    multiple=True,
    callback=_roots,
    metavar="[PROJECT=]DIR",
    help="The folder of a project's program within the repository, for reports that point to its lines.",
)
@click.option("--show-arns", is_flag=True, help="Show account and key ids instead of masking them.")
@debug_option
@click.option(
    "--max-size", type=click.IntRange(1), default=64, metavar="MB", help="How large an input may be, uncompressed. (64)"
)
def audit(
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    output: str | None,
    config: str | None,
    fail_on: str,
    baseline: str | None,
    jobs: int,
    region: str | None,
    tags: dict[str, str] | None,
    source_roots: dict[str, str],
    show_arns: bool,
    max_size: int,
) -> int:
    """Audits exported stacks without the Pulumi CLI.

    PATH is a file that "pulumi stack export" or "pulumi preview --json" wrote, a checkpoint of a self-managed backend
    (.json.gz and .json.zst too), a directory of such, a quoted pattern ("stacks/**/*.json"), or - for the standard
    input.
    """
    from policy_pack.audit import baseline as known
    from policy_pack.audit import deliver
    from policy_pack.audit import run as auditing
    from policy_pack.audit.config import load
    from policy_pack.audit.examine import Options
    from policy_pack.judging.judge import utc_today
    from policy_pack.policies import PACK

    formats = tuple(dict.fromkeys(formats))
    if len(formats) > 1 and output is None:
        raise click.UsageError("Several formats need --output, which says where they are written.")
    options = Options(
        config=_load(config, lambda text: load(text, PACK)) if config is not None else load(b"", PACK),
        today=utc_today(),
        region=region,
        tags=tags,
        shows_arns=show_arns,
        max_size=max_size * 1_000_000,
        source_roots=source_roots,
    )
    before = _load(baseline, known.load) if baseline is not None else {}
    with _progress() as watch:
        report = auditing.audit(paths, options, known=before, jobs=jobs, watch=watch)
    written = deliver.write(report, formats, output) if output is not None else []
    for name in formats:
        if name == "text":
            _print_text(report)
        elif output is None:
            deliver.show(report, name)
    for path in written:  # last, so that it is seen
        click.echo(f"Wrote {path}", err=True)
    for each in report.notes:
        click.echo(f"note: {each.source} {each.text}", err=True)
    for each in report.problems:
        click.echo(f"error: {each.source} {each.text}", err=True)
    return _status(report, fail_on)


@main.command()
@click.option("as_json", "--json", is_flag=True, help="Everything about them, with the JSON schemas of their settings.")
@click.option("--markdown", is_flag=True, help="The reference in full.")
def policies(as_json: bool, markdown: bool) -> None:
    """Lists the policies: levels, severities, frameworks and settings."""
    from policy_pack.commands import reference

    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    if as_json:
        click.echo(json.dumps(reference.data(), indent=2))
    elif markdown:
        click.echo(reference.document(), nl=False)
    else:
        _print_policies()


def _print_policies() -> None:
    from rich.console import Console
    from rich.table import Column, Table

    from policy_pack.judging.settings import schemas
    from policy_pack.policies import PACK

    table = Table(Column("Policy", no_wrap=True), "Kind", "Level", "Severity", "What it asks for", "Settings")
    for each in PACK.policies:
        settings = ", ".join(setting.name for setting in each.settings)
        table.add_row(each.name, each.kind, each.level, each.severity, each.description, settings)
    # Into a file or a pipe as wide as it needs to be.
    Console(width=None if sys.stdout.isatty() else 180).print(table)
    click.echo(f"Full names begin with {PACK.prefix}. Every policy also has the settings {', '.join(schemas(()))}.")
    click.echo(f"They help to meet {', '.join(each.label for each in PACK.control.requirements)}.")


def _print_text(report: Report) -> None:
    from policy_pack.audit.deliver import printing
    from policy_pack.audit.formats import text

    with printing():
        if sys.stdout.isatty():
            from rich.console import Console

            text.show(report, Console())
        else:
            click.echo(text.write(report), nl=False)


def _status(report: Report, fail_on: str) -> int:
    if report.problems:
        return UNUSABLE
    failing = [each for each in report.new_findings if fail_on == "advisory" or each.level == fail_on]
    return VIOLATED if failing else CLEAN


def _load(path: str, load: Callable[[bytes], T]) -> T:
    """What a file on the command line says, read by `load`; ends the command where it cannot be used."""
    from policy_pack.audit.config import ConfigError
    from policy_pack.audit.files import read
    from policy_pack.audit.find import Input
    from policy_pack.audit.state import Unusable

    try:
        return load(read(Input(path, path), 64_000_000).text)
    except Unusable as error:
        lines = [str(error)]
    except ConfigError as error:
        lines = error.lines
    for line in lines:
        click.echo(f"error: {path}: {line}", err=True)
    sys.exit(UNUSABLE)


@contextmanager
def _progress() -> Iterator[Callable[[Sequence[object]], Callable[[], None]]]:
    """Shows on a terminal how far a long audit has come."""
    started = []

    def watch(inputs: Sequence[object]) -> Callable[[], None]:
        if len(inputs) < _MANY_INPUTS or not sys.stderr.isatty():
            return lambda: None
        from rich.console import Console
        from rich.progress import Progress

        # Without a thread of its own, so that the process can fork.
        progress = Progress(console=Console(stderr=True), auto_refresh=False, transient=True)
        progress.start()
        started.append(progress)
        task = progress.add_task("Auditing", total=len(inputs))
        shown = [0.0]

        def advance() -> None:
            progress.advance(task)
            if time.monotonic() - shown[0] > 0.1:
                shown[0] = time.monotonic()
                progress.refresh()

        return advance

    try:
        yield watch
    finally:
        for each in started:
            each.stop()
