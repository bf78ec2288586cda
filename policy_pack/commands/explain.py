"""Prints the reference of one policy on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

import click

from policy_pack.commands import reference
from policy_pack.judging.policy import DISABLED, EXAMPLE, RESOURCE
from policy_pack.judging.settings import schemas

if TYPE_CHECKING:
    from policy_pack.judging.pack import Pack
    from policy_pack.judging.policy import Policy

_WIDEST = 100  # columns, for lines that are easy to read


def show(pack: Pack, policy: Policy) -> None:
    """Prints what a policy asks for, why, what to do, its settings, and programs that violate and meet it."""
    from shutil import get_terminal_size

    width = min(_WIDEST, get_terminal_size().columns) if sys.stdout.isatty() else _WIDEST
    for style, text in _parts(pack, policy):
        if style == "code":
            _code(text)
        elif style:
            click.secho(text, bold=True)
        else:
            click.echo("\n".join(wrap(text, width, break_long_words=False, break_on_hyphens=False)))


def _parts(pack: Pack, policy: Policy) -> Iterator[tuple[str, str]]:
    """The paragraphs to print: a style and a text each."""
    level = "disabled by default" if policy.level == DISABLED else f"{policy.level} by default"
    kind = "resource" if policy.kind == RESOURCE else "stack"
    yield "bold", policy.name
    yield "", policy.description
    yield "", f"A {kind} policy, {level}, severity {policy.severity}. Full name: {pack.full_name(policy)}"
    for title, text in (("Why", policy.risk), ("What to do", policy.remediation)):
        yield "bold", f"\n{title}"
        yield "", text
    for title, code in (("Violates it", policy.bad), ("Meets it", policy.good)):
        if code:
            yield "bold", f"\n{title}"
            yield "code", EXAMPLE + code
    own = {each.name: each.schema for each in policy.settings}
    yield "bold", "\nSettings"
    for name, schema in own.items():
        yield "", _setting(name, schema)
    yield "", f"Every policy also has {', '.join(schemas(()))}."
    yield "bold", "\nSource"
    yield "", policy.url


def _setting(name: str, schema: Mapping[str, Any]) -> str:
    default = f", {json.dumps(schema['default'])} by default" if "default" in schema else ""
    return f"{name} ({reference.type_of(schema).replace('`', '')}{default}): {schema['description']}"


def _code(text: str) -> None:
    if not sys.stdout.isatty():
        click.echo(indent(text.rstrip(), "    "))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.syntax import Syntax

    Console().print(Padding(Syntax(text.rstrip(), "python", background_color="default"), (0, 0, 0, 4)))
