"""What the options of the audit give, and the content of the files that they name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click

from policy_pack import quoting
from policy_pack.commands.guard import UNUSABLE, tell
from policy_pack.commands.names import PolicyNames

T = TypeVar("T")


def region_given(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A Region; refused if it does not have the form of one."""
    from policy_pack.aws.regions import partition_of

    if value is not None and partition_of(value) is None:
        raise click.BadParameter("not an AWS Region such as eu-west-1")
    return value


def tags_given(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str] | None:
    """Tags by their names; `None` if none is given, since they are then unknown."""
    if not all("=" in value for value in values):
        raise click.BadParameter("not of the form NAME=VALUE")
    return {name: value for name, _, value in (each.partition("=") for each in values)} or None


def roots_given(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    """Folders in the repository by the names of projects; the empty name stands for all other projects."""
    from posixpath import isabs, normpath

    roots = {}
    for value in values:
        project, _, folder = value.rpartition("=")
        if not folder or isabs(folder) or normpath(folder).split("/")[0] == "..":
            raise click.BadParameter("not a folder within the repository, such as infra or PROJECT=infra")
        roots[project] = normpath(folder)
    return roots


def _flat(context: click.Context, parameter: click.Parameter, values: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for names in values for name in names)


_Decorator = Callable[[Any], Any]


def policies_option(flag: str, text: str) -> _Decorator:
    """An option that takes names of policies, several at once or again and again."""
    return click.option(flag, multiple=True, type=PolicyNames(), callback=_flat, metavar="POLICY,...", help=text)


def globbed(patterns: Sequence[str]) -> Iterator[str]:
    """The files that match patterns. A pattern that matches none stays, and is then reported as missing."""
    from policy_pack.audit.find import Input, find

    for pattern in patterns:
        yield from [each.path for each in find([pattern]) if isinstance(each, Input)] or [pattern]


def loaded(path: str, load: Callable[[bytes], T]) -> T:
    """The content of a file on the command line, read by `load`; ends the command if the file cannot be used."""
    from policy_pack.audit.config import ConfigError
    from policy_pack.audit.files import read
    from policy_pack.audit.find import Input
    from policy_pack.audit.unusable import Unusable

    try:
        return load(read(Input(path, path), 64_000_000).text)
    except Unusable as error:
        lines = [str(error)]
    except ConfigError as error:
        lines = error.lines
    for line in lines:
        tell(f"error: {quoting.path(path)}: {line}")
    sys.exit(UNUSABLE)
