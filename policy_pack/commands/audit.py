"""The command that audits exported stacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from policy_pack import quoting
from policy_pack.audit.formats import FORMATS, writer
from policy_pack.audit.plan import Senseless, plan
from policy_pack.commands.given import globbed, loaded, policies_option, region_given, roots_given, tags_given
from policy_pack.commands.guard import CLEAN, STATUSES, UNUSABLE, VIOLATED, Command, debug_option, tell
from policy_pack.commands.selection import SEVERITIES
from policy_pack.judging.policy import ADVISORY, MANDATORY, REMEDIATE

if TYPE_CHECKING:
    from pathlib import Path

    from policy_pack.audit.config import Config
    from policy_pack.audit.report import Problem, Report

_UNDECIDED = "undecided"
_FAIL_ON = (MANDATORY, ADVISORY, _UNDECIDED, "never")


@click.command(cls=Command, epilog=STATUSES)
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option(
    "formats",
    "--format",
    "-f",
    type=click.Choice(list(FORMATS)),
    multiple=True,
    help="The format of the report; with --output, several. (from the ending of --output, or text)",
)
@click.option(
    "outputs",
    "--output",
    "-o",
    multiple=True,
    metavar="FILE",
    help="The file of the report; - is standard output. Each of several formats gets its own file name ending.",
)
@click.option("--config", metavar="FILE", help="Levels and settings, in the engine's format for --policy-pack-config.")
@policies_option("--select", "Run only these policies.")
@policies_option("--ignore", "Do not run these policies.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Run only policies of this severity or higher.")
@click.option("listing", "--list", is_flag=True, help="List the policies that would run, and audit nothing.")
@click.option(
    "--fail-on",
    type=click.Choice(_FAIL_ON),
    default="mandatory",
    help="What makes the exit status 1: violations of this level. undecided: mandatory violations, and mandatory "
    "policies that cannot tell or resources that cannot be read. (mandatory)",
)
@click.option("--baseline", metavar="FILE", help="An earlier report in JSON; its findings count as known.")
@click.option(
    "--history",
    multiple=True,
    metavar="FILE",
    help="Earlier reports in JSON, for the trend in the HTML report; may be a quoted pattern.",
)
@click.option(
    "--max-age",
    type=click.IntRange(0),
    metavar="DAYS",
    help="Add a note to the report for each export older than this.",
)
@click.option("--jobs", "-j", type=click.IntRange(1, 256), default=1, metavar="N", help="The number of processes. (1)")
@click.option("--region", callback=region_given, help="The Region of resources whose Region is not known otherwise.")
@click.option(
    "--stack-tag",
    "tags",
    multiple=True,
    callback=tags_given,
    metavar="NAME=VALUE",
    help="A tag of the stacks, for policies that are limited to stacks with certain tags; exports do not have tags.",
)
@click.option(
    "--source-root",
    "source_roots",
    multiple=True,
    callback=roots_given,
    metavar="[PROJECT=]DIR",
    help="The folder of a project's program in the repository, for links to the lines of the program.",
)
@click.option("--show-arns", is_flag=True, help="Show account and key IDs instead of masking them.")
@click.option(
    "--max-size",
    type=click.IntRange(1),
    default=64,
    metavar="MB",
    help="The largest uncompressed size of an input. (64)",
)
@click.option("--quiet", "-q", is_flag=True, help="Print only violations: no summary, no notes, no file names.")
@click.option("--verbose", "-v", is_flag=True, help="Also print the evidence as text: inputs, verdicts, requirements.")
@debug_option
@click.pass_context
def audit(
    context: click.Context,
    paths: tuple[str, ...],
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    config: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: str | None,
    listing: bool,
    fail_on: str,
    baseline: str | None,
    history: tuple[str, ...],
    max_age: int | None,
    jobs: int,
    region: str | None,
    tags: dict[str, str] | None,
    source_roots: dict[str, str],
    show_arns: bool,
    max_size: int,
    quiet: bool,
    verbose: bool,
) -> int:
    """Audits exported stacks without the Pulumi CLI.

    PATH is a file from "pulumi stack export", "pulumi preview --json" or "terraform show -json", a checkpoint of a
    self-managed backend (.json.gz and .json.zst too), a directory of such files, a quoted pattern ("stacks/**/*.json"),
    or - for standard input.

    The presentation options (format, output, quiet, verbose, source-root) may also be in the table
    [tool.sagemaker-encryption] of a pyproject.toml in the working directory or above it.
    """
    from policy_pack.audit.config import load
    from policy_pack.commands.selection import narrowed
    from policy_pack.policies import PACK

    if quiet and verbose and context.get_parameter_source("quiet") == context.get_parameter_source("verbose"):
        raise click.UsageError("--quiet and --verbose cannot be combined.")
    given = loaded(config, lambda text: load(text, PACK)) if config is not None else load(b"", PACK)
    effective = narrowed(given, select, ignore, severity)
    if listing:
        _list(effective)
        return CLEAN
    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    try:
        printed, written = plan(formats, outputs)
    except Senseless as error:
        raise click.UsageError(str(error)) from error
    for name in (*printed, *(name for name, _, _ in written)):
        writer(name)  # loads the writer, so that a missing package is reported before anything is read or written

    from policy_pack.audit import baseline as known
    from policy_pack.audit import deliver
    from policy_pack.audit import history as past
    from policy_pack.audit import run as auditing
    from policy_pack.audit.options import Options
    from policy_pack.commands.progress import Progress
    from policy_pack.judging.judge import utc_today

    options = Options(
        config=effective,
        today=utc_today(),
        region=region,
        tags=tags,
        shows_arns=show_arns,
        max_size=max_size * 1_000_000,
        max_age=max_age,
        source_roots=source_roots,
    )
    before = loaded(baseline, known.load) if baseline is not None else {}
    earlier = [loaded(each, past.load) for each in globbed(history)]
    detail = "verbose" if verbose else "quiet" if quiet else "normal"
    rests_on = _rests_on(context, config, given, effective)
    with Progress() as progress:
        report = auditing.audit(
            paths, options, known=before, history=earlier, jobs=jobs, more_notes=rests_on, watch=progress.watch
        )
        files = [
            deliver.write(report, name, path, alone=alone, detail=detail)
            for name, path, alone in progress.writing(written)
        ]
    for name in printed:
        deliver.show(report, name, detail=detail)
    if not quiet:
        limits = report.notes[: len(report.notes) - len(rests_on)]
        _tell(report, limits, files, printed)
    for each in report.problems:
        tell(f"error: {each.source} {each.text}")
    return _status(report, fail_on)


def _tell(report: Report, limits: Sequence[Problem], files: Sequence[Sequence[Path]], printed: Sequence[str]) -> None:
    """Prints on standard error the result (if the report is not printed), what the report lacks, and where it is."""
    from policy_pack.audit.formats.common import headline, stopping_text

    if not printed and report.sources:
        tell(f"{headline(report)}. {stopping_text(report)}.")
    if "sarif" in printed:
        from policy_pack.audit.formats.sarif import MOST_RESULTS
        from policy_pack.audit.formats.sarif_results import results_of

        number = sum(1 for _ in results_of(report))
        if number > MOST_RESULTS:
            tell(
                f"note: The SARIF log has {number:,} results, and GitHub shows {MOST_RESULTS:,} of a file: "
                "--output splits it."
            )
    for first, *others in files:
        tell(f"Wrote {quoting.path(first)}")
        if others:
            tell(
                f"note: {quoting.path(first)} is continued in {', '.join(quoting.path(each.name) for each in others)}, "
                "since GitHub shows 5,000 results of a file and takes 10 MB. Upload each file with a category of its "
                "own."
            )
    for each in limits:
        tell(f"note: {each.source} {each.text}")


def _rests_on(context: click.Context, config: str | None, given: Config, effective: Config) -> list[Problem]:
    """Notes for the report about the files and options that it is based on."""
    from policy_pack.audit.report import Problem
    from policy_pack.judging.policy import DISABLED

    notes = []
    if config is not None:
        notes.append(Problem(quoting.path(config), "has the levels and settings of this audit"))
    if context.obj is not None and context.obj.path is not None:
        notes.append(Problem(quoting.path(context.obj.path), "has presentation options"))
    left_out = [name for name, level in given.levels.items() if level != effective.levels[name]]
    if left_out:
        ran = sum(level != DISABLED for level in effective.levels.values())
        notes.append(Problem("the command line", f"left out {len(left_out)} enabled policies: {ran} ran"))
    return notes


def _list(config: Config) -> None:
    names = config.pack.by_full_name
    width = max(len(policy.name) for policy in names.values())
    for name, policy in names.items():
        click.echo(f"{policy.name:{width}}  {config.levels[name]:9}  {policy.severity:6}  {policy.title}")


def _status(report: Report, fail_on: str) -> int:
    if report.problems:
        return UNUSABLE
    stopping = MANDATORY if fail_on == _UNDECIDED else fail_on
    failing = any(fail_on == ADVISORY or each.level == stopping for each in report.new_findings)
    return VIOLATED if failing or (fail_on == _UNDECIDED and _is_undecided(report)) else CLEAN


def _is_undecided(report: Report) -> bool:
    """Whether a mandatory policy cannot tell for a configuration, or a resource that may make one cannot be read."""
    from policy_pack.audit.evidence import CANNOT_TELL

    statuses = [*(each.status for each in report.configurations), *(each.status for each in report.unread)]
    return CANNOT_TELL in statuses or any(
        verdict.status == CANNOT_TELL and verdict.level in (MANDATORY, REMEDIATE)
        for each in report.configurations
        for verdict in each.verdicts
    )
