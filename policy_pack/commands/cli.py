"""The commands for people: a group, whose commands import what they need when they run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from policy_pack import __version__
from policy_pack.commands.audit import audit
from policy_pack.commands.guard import COMPLETE, NAME, STATUSES, Group, debug_option, tell
from policy_pack.commands.names import PolicyName
from policy_pack.commands.validate_config import validate_config

_SHELLS = ("bash", "zsh", "fish")


def _version(context: click.Context, parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        click.echo(f"{NAME} {__version__}")
        context.exit()


@click.group(cls=Group, epilog=STATUSES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
@click.option("--isolated", is_flag=True, help="Read no pyproject.toml.")
@debug_option
@click.pass_context
def main(context: click.Context, isolated: bool) -> None:
    """Checks that SageMaker endpoints are encrypted with customer-managed KMS keys that work."""
    if isolated or context.invoked_subcommand != audit.name:
        return
    from policy_pack.commands.presentation import Refused, find

    try:
        found = find(Path.cwd())
    except Refused as error:
        raise click.UsageError(f"{error}. With --isolated, no such file is read.") from error
    for line in found.unread:
        tell(f"note: {line}")
    context.obj = found
    context.default_map = {str(audit.name): found.options}


main.add_command(audit)
main.add_command(validate_config)


@main.command()
@click.option(
    "as_json", "--json", is_flag=True, help="Print everything about them, with the JSON schemas of their settings."
)
@click.option("--markdown", is_flag=True, help="Print the full reference.")
@debug_option
def policies(as_json: bool, markdown: bool) -> None:
    """Lists the policies with their levels, severities, frameworks and settings."""
    from policy_pack.commands import reference

    if as_json and markdown:
        raise click.UsageError("--json and --markdown cannot be combined.")
    if as_json:
        click.echo(json.dumps(reference.data(), indent=2))
    elif markdown:
        click.echo(reference.document(), nl=False)
    else:
        _print_policies()


@main.command()
@click.argument("policy", type=PolicyName())
@debug_option
def explain(policy: str) -> None:
    """Explains a policy: what it asks for, why, what to do, example code, and its settings."""
    from policy_pack.commands.explain import show
    from policy_pack.policies import PACK

    show(PACK, PACK.by_full_name[policy])


@main.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@debug_option
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Prints a shell completion script for this command.

    In bash, run: eval "$(sagemaker-encryption completion bash)". The other shells are similar.
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    assert complete is not None
    click.echo(complete(main, {}, NAME, COMPLETE).source())


def _print_policies() -> None:
    from rich.console import Console
    from rich.table import Column, Table

    from policy_pack.judging.settings import schemas
    from policy_pack.policies import PACK

    table = Table(Column("Policy", no_wrap=True), "Kind", "Level", "Severity", "What it asks for", "Settings")
    for each in PACK.policies:
        settings = ", ".join(setting.name for setting in each.settings)
        table.add_row(each.name, each.kind, each.level, each.severity, each.description, settings)
    # In a file or a pipe, the table may be wide. Rich would end with a status of its own where nobody reads it.
    console = Console(width=None if sys.stdout.isatty() else 180)
    with console.capture() as shown:
        console.print(table)
    click.echo(shown.get(), nl=False)
    click.echo(f"Full names begin with {PACK.prefix}. Every policy also has the settings {', '.join(schemas(()))}.")
    click.echo(f"They help to meet {', '.join(each.label for each in PACK.control.requirements)}.")
