"""Escapes texts for Markdown, for the formats that are or contain it.

Source: "GitHub Flavored Markdown Spec", for the characters that have to be escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policy_pack.audit.evidence import Command
from policy_pack.audit.formats.common import one_line

_SPECIAL = re.compile(r"([!#$&()*+.:<>@\[\\\]^_`{|}~])")
_MARKUP = re.compile(r"([\\`*<>\[\]|~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;))")
_REFERENCE = re.compile(r"(\\[@#])")
_NO_WIDTH = "&#8203;"


def escape(text: str) -> str:
    """`text` on one line, as text: without markup, links and mentions."""
    escaped = _SPECIAL.sub(r"\\\1", one_line(text))
    # GitHub looks for mentions and references in the parsed Markdown, so escaping alone does not prevent them.
    return _REFERENCE.sub(rf"\1{_NO_WIDTH}", escaped)


def plain(text: str) -> str:
    """`text` on one line, with only unambiguous markup escaped, so that prose stays readable."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def block(commands: Iterable[Command]) -> list[str]:
    """The lines of a code block with commands, each with a comment that says what it shows."""
    script = "\n".join(line for command in commands for line in (f"# {command.shows}", command.text))
    fence = "`" * max(3, 1 + max(len(run) for run in re.findall("`*", script)))
    return [f"{fence}sh", script, fence]
