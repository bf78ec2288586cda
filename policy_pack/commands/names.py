"""Policy names on the command line, with or without the pack's prefix."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from policy_pack.audit.config import meant

if TYPE_CHECKING:
    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType


class PolicyName(_Type):
    """A parameter type for a policy's name; its value is the full name."""

    name = "policy"

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> str:
        from policy_pack.policies import PACK
        from policy_pack.quoting import visible

        short = value.strip().lower().replace("_", "-").removeprefix(PACK.prefix)
        if short not in PACK.by_name:
            said = f'there is no policy "{visible(value)}".{meant(short, PACK.by_name)}'
            self.fail(f"{said} --list shows them all." if "?" not in said else said, parameter, context)
        return PACK.full_name(PACK.by_name[short])

    def shell_complete(
        self, context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        from click.shell_completion import CompletionItem

        from policy_pack.policies import PACK

        return [
            CompletionItem(each.name, help=each.title)
            for each in PACK.policies
            if each.name.startswith(incomplete.removeprefix(PACK.prefix))
        ]


class PolicyNames(PolicyName):
    """A parameter type for several policy names, separated by commas."""

    name = "policies"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        if isinstance(value, tuple):  # as a default is
            return value
        convert: Callable[..., str] = super().convert
        return tuple(convert(each, parameter, context) for each in value.split(",") if each.strip())
