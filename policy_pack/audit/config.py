"""The levels and settings of an audit, from the configuration file that the engine takes.

Sources: "Configuring policy packs" in Pulumi's documentation; `ReconcilePolicyPackConfig` of the engine's package
analyzer, for the order in which defaults, ``all`` and a policy's own entry apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from policy_pack.audit.files import parse_json
from policy_pack.audit.unusable import Unusable
from policy_pack.engine.session import Session
from policy_pack.judging.pack import Pack
from policy_pack.judging.policy import ADVISORY, DISABLED, MANDATORY, REMEDIATE, Policy
from policy_pack.judging.settings import Effective, schemas, shown
from policy_pack.records import dataclass

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

LEVELS = (ADVISORY, MANDATORY, REMEDIATE, DISABLED)
_LEVEL = "enforcementLevel"
_ALL = "all"


class ConfigError(Exception):
    """An unusable configuration; `lines` are its problems, one each, without values."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Config:
    """The level of each policy of a pack, and the settings in effect of the enabled policies, by full name.

    `settings` also has entries for names that no policy has, as problems.
    """

    pack: Pack
    levels: Mapping[str, str]
    settings: Mapping[str, Effective]

    @property
    def asks_for_tags(self) -> bool:
        """Whether a policy depends on the tags of the stack."""
        return any(each.only_tags or each.except_tags for each in self.settings.values())


def load(text: bytes, pack: Pack) -> Config:
    """The configuration from a file's content, which may be empty. Raises `ConfigError`."""
    if not text.strip():
        return reconcile({}, pack)
    try:
        given = parse_json(text)
    except Unusable as error:
        raise ConfigError([f"it {error}"]) from error
    if not isinstance(given, dict):
        raise ConfigError(["it is not an object with an entry for each policy"])
    return reconcile(given, pack)


def meant(name: str, known: Iterable[str]) -> str:
    """A question to end a message about an unknown name; empty if no known name is similar."""
    from difflib import get_close_matches  # imported only for an unknown name

    close = get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)
    return f' Did you mean "{close[0]}"?' if close else ""


def reconcile(given: Mapping[str, Any], pack: Pack) -> Config:
    """The pack's defaults with the entries `given` applied. Raises `ConfigError` if the engine would refuse them."""
    names = pack.by_full_name
    problems: list[str] = []
    entries: dict[str, dict[str, Any]] = {}
    for name, value in given.items():
        if name == "environments":
            continue  # the name for settings from Pulumi Cloud; the engine ignores it in a file
        full = pack.prefix + name if pack.prefix + name in names else name
        entry = {_LEVEL: value} if isinstance(value, str) else value
        if not isinstance(entry, dict):
            problems.append(f"{shown(name)} is neither a level nor an object")
        elif full in entries:
            problems.append(f"{full} is given twice, with and without its prefix")
        elif _LEVEL in entry and entry[_LEVEL] not in LEVELS:
            problems.append(f"{shown(name)} has a level that is not one of {', '.join(LEVELS)}")
        elif not entry:
            continue  # the same as a missing entry
        elif _LEVEL not in entry and full not in names:
            said = f"{shown(name)} gives settings without a level, and no policy has that name."
            problems.append(f"{said}{meant(name.removeprefix(pack.prefix), pack.by_name)}".removesuffix("."))
        else:
            entries[full] = entry
    if problems:
        raise ConfigError(problems)
    everyone = entries.get(_ALL, {}).get(_LEVEL)
    levels = {name: entries.get(name, {}).get(_LEVEL, everyone or each.level) for name, each in names.items()}
    own = {name: {key: value for key, value in entry.items() if key != _LEVEL} for name, entry in entries.items()}
    problems = [line for name, policy in names.items() for line in refusals(name, policy, own.get(name, {}))]
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    disabled = {name for name, entry in entries.items() if entry.get(_LEVEL) == DISABLED}
    disabled |= {name for name, level in levels.items() if level == DISABLED}
    session = Session({}, pack)
    session.given = {name: own.get(name, {}) for name in (*levels, *entries) if name not in disabled}
    return Config(pack, levels, session.all_settings())


def refusals(name: str, policy: Policy, given: Mapping[str, Any]) -> Iterator[str]:
    """Why the engine would refuse the settings of a policy: lines that begin with its full name and quote no value."""
    if not given:
        return
    import jsonschema  # It takes as long to load as everything else, and most audits have no settings.

    schema = {"type": "object", "properties": schemas(policy.settings)}
    for error in jsonschema.Draft7Validator(schema).iter_errors(given):
        where = error.json_path.removeprefix("$").removeprefix(".")
        yield f"{name}: {where} {_what(error)}"


def _what(error: ValidationError) -> str:
    # The library's own messages quote the value, which may be the ARN of a key.
    say: Callable[[Any], str] | None = _WORDS.get(str(error.validator))
    return say(error.validator_value) if say is not None else f"does not fit its schema ({error.validator})"


def _names(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_WORDS: dict[str, Callable[[Any], str]] = {
    "type": lambda kind: f"is not of type {_names(kind)}",
    "enum": lambda values: f"is not one of {_names(values)}",
    "required": lambda names: f"does not have all of {_names(names)}",
    "additionalProperties": lambda _: "has a property that it cannot have",
    "pattern": lambda pattern: f"does not match {pattern}",
    "minLength": lambda _: "is empty",
    "minItems": lambda _: "is empty",
    "minimum": lambda least: f"is less than {least}",
    "maximum": lambda most: f"is more than {most}",
}
