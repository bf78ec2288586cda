"""Finds entries of a configuration file that have no effect: unknown names, settings and values.

The engine and Pulumi Cloud check only the types of settings, so a misspelled name passes there and configures nothing.

Sources: "Configuring policy packs" and "Policy packs and Pulumi ESC" in Pulumi's documentation; `parsePolicyPackConfig`
of the engine's package analyzer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from policy_pack import quoting
from policy_pack.commands.guard import CLEAN, UNUSABLE, Command, tell
from policy_pack.records import dataclass

if TYPE_CHECKING:
    from policy_pack.judging.pack import Pack
    from policy_pack.judging.policy import Policy

_ALL, _ENVIRONMENTS, _LEVEL = "all", "environments", "enforcementLevel"
_MAX_SIZE = 4_000_000  # bytes; the settings of a pack are a few kilobytes


@dataclass(frozen=True)
class Checked:
    """The problems of a configuration, one a line, and notes that are not problems."""

    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


@click.command("validate-config", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def validate_config(files: tuple[str, ...]) -> None:
    """Checks configuration files of the pack: the names of policies, their settings and values.

    FILE is a file for --policy-pack-config or "pulumi policy enable --config". An entry "environments", which names
    Pulumi ESC environments, is accepted; their content is not checked.

    The exit status is 0 if every entry has an effect, and 2 if one has none or a file cannot be read.
    """
    from policy_pack.judging.judge import utc_today
    from policy_pack.policies import PACK

    failed = False
    for name in files:
        checked, shown = _checked(name, PACK, utc_today()), quoting.path(name)
        for line in checked.problems:
            tell(f"error: {shown}: {line}")
        for line in checked.notes:
            tell(f"note: {shown}: {line}")
        if checked.problems:
            failed = True
        else:
            click.echo(f"{shown} is valid.")
    sys.exit(UNUSABLE if failed else CLEAN)


def _checked(name: str, pack: Pack, today: date) -> Checked:
    from policy_pack.audit.files import read
    from policy_pack.audit.find import Input
    from policy_pack.audit.unusable import Unusable

    try:
        return check(read(Input(name, name), _MAX_SIZE).text, pack, today)
    except Unusable as error:
        return Checked((str(error),))


def check(text: bytes, pack: Pack, today: date) -> Checked:
    """The problems in the text of a configuration file, which may be empty. Raises `Unusable`."""
    from policy_pack.audit.files import parse_json

    if not text.strip():
        return Checked(())
    given = parse_json(text)
    if json.detect_encoding(text) != "utf-8":
        return Checked(("the file is not UTF-8 without a byte order mark, which is all that the engine reads",))
    if not isinstance(given, dict):
        return Checked(("the file is not a JSON object with an entry for each policy",))
    problems: list[str] = []
    notes: list[str] = []
    for name, value in given.items():
        if name == _ENVIRONMENTS:
            problems += _environments(value)
        elif name == _ALL:
            problems += _everyone(value)
        else:
            policy = pack.by_full_name.get(name)
            if policy is None:
                problems.append(_unknown_policy(name, pack))
            else:
                problems += (f"{name}: {line}" for line in _entry(policy, value))
                notes += (f"{name}: {line}" for line in _expired(policy, value, today))
    return Checked(tuple(dict.fromkeys(problems)), tuple(notes))


def _environments(value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield "environments is not a list of Pulumi ESC environment names"
        return
    for index, each in enumerate(value):
        if not isinstance(each, str) or not each.strip():
            yield f"environments[{index}] is not the name of a Pulumi ESC environment"


def _everyone(value: Any) -> Iterator[str]:
    entry = {_LEVEL: value} if isinstance(value, str) else value
    if not isinstance(entry, dict):
        yield f"{_ALL}: the value is neither a level nor an object"
        return
    if entry.keys() - {_LEVEL}:
        yield f"{_ALL}: only a level can be given for all policies, not settings"
    if _LEVEL in entry:
        yield from (f"{_ALL}: {line}" for line in _level(entry[_LEVEL]))


def _unknown_policy(name: str, pack: Pack) -> str:
    from policy_pack.judging.settings import shown

    # An audit also takes the name without the prefix; the engine does not.
    meant = pack.prefix + name if name in pack.by_name else _closest(name, [*pack.by_full_name, _ALL, _ENVIRONMENTS])
    if meant is None:
        near = _closest(name.removeprefix(pack.prefix), pack.by_name)
        meant = pack.prefix + near if near is not None else None
    return f"{shown(name)}: the pack has no policy with this name{_did_you_mean(meant)}"


def _entry(policy: Policy, value: Any) -> Iterator[str]:
    from policy_pack.audit.config import refusals
    from policy_pack.judging.settings import read, schemas, shown

    entry = {_LEVEL: value} if isinstance(value, str) else value
    if not isinstance(entry, dict):
        yield "the value is neither a level nor an object"
        return
    if _LEVEL in entry:
        yield from _level(entry[_LEVEL])
    given = {name: each for name, each in entry.items() if name != _LEVEL}
    known = schemas(policy.settings)
    for name in given.keys() - known.keys():
        yield f"{shown(name)} is not a setting of this policy{_did_you_mean(_closest(name, [*known, _LEVEL]))}"
    refused = [line.partition(": ")[2] for line in refusals(policy.name, policy, given)]
    yield from refused
    said = {_setting(line) for line in refused}
    effective = read(policy.settings, {name: each for name, each in given.items() if name in known})
    yield from (line for line in effective.problems if _setting(line) not in said)


def _expired(policy: Policy, value: Any, today: date) -> Iterator[str]:
    from policy_pack.judging.settings import read

    if isinstance(value, dict):
        for each in read(policy.settings, value).exemptions:
            if each.expires < today:
                yield f"exemptions[{each.index}] was valid until {each.expires.isoformat()}"


def _level(value: Any) -> Iterator[str]:
    from policy_pack.audit.config import LEVELS

    if value not in LEVELS:
        meant = _closest(value, LEVELS) if isinstance(value, str) else None
        yield f"the level is not one of {', '.join(LEVELS)}{_did_you_mean(meant)}"


def _setting(line: str) -> str:
    """The setting at the beginning of a line, without the index or key that follows its name."""
    return line.split(" ")[0].split("[")[0].split(".")[0]


def _closest(name: str, names: Iterable[str] | Mapping[str, Any]) -> str | None:
    from difflib import get_close_matches  # imported only after a mistake

    by_lower = {each.lower(): each for each in names}
    found = get_close_matches(name.lower()[:200], by_lower, n=1, cutoff=0.7)
    return by_lower[found[0]] if found else None


def _did_you_mean(name: str | None) -> str:
    return f"; did you mean {name}?" if name is not None else ""
