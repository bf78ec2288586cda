"""The settings of policies: their JSON schemas, and what of a given value can be used.

A value can pass its schema and still make no sense (a date that is none), and an engine may hand over what was saved
for another version of the pack. Such a value is dropped, as if it had not been given, and said by the policy
`settings-make-sense`. Dropping must not let more through: an allow-list whose entries are all dropped allows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from typing import Any

from policy_pack.judging.exemptions import EXEMPTIONS, Exemption, is_text, read_exemptions
from policy_pack.records import dataclass

# What is wrong with a value, in words that follow the setting's name; nothing where it can be used.
Check = Callable[[Any], "str | None"]


@dataclass(frozen=True)
class Setting:
    """A setting of a policy. `schema` is its JSON schema with `description` and, where it has one, `default`.

    `check` judges the whole value; each element where `schema` is of an array; each pair of a key and its value where
    it is of an object. What it finds wrong is dropped.
    """

    name: str
    schema: Mapping[str, Any]
    check: Check

    @property
    def default(self) -> Any:
        """What is in effect where the setting is not given."""
        return self.schema.get("default")


@dataclass(frozen=True)
class Effective:
    """A policy's settings in effect, and the problems of those that were given: texts that name them, not values."""

    values: Mapping[str, Any]
    exemptions: tuple[Exemption, ...] = ()
    only_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    except_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exempt_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def choice(name: str, description: str, values: Iterable[str], default: str) -> Setting:
    """A setting that is one of `values`."""
    allowed = list(values)
    schema = {"type": "string", "enum": allowed, "default": default, "description": description}
    return Setting(name, schema, lambda value: None if value in allowed else f"is not one of {', '.join(allowed)}")


def integer(name: str, description: str, low: int, high: int) -> Setting:
    """A setting that is a whole number from `low` to `high`, without a default. Engines hand it over as a float."""

    def check(value: Any) -> str | None:
        whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1
        return None if whole and low <= value <= high else f"is not a whole number from {low} to {high}"

    return Setting(name, {"type": "integer", "minimum": low, "maximum": high, "description": description}, check)


def texts(name: str, description: str, check: Check = lambda _: None) -> Setting:
    """A setting that is a list of texts, empty by default; `check` judges each."""
    schema = {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [], "description": description}
    return Setting(name, schema, lambda value: check(value) if is_text(value) else "is not a string")


ALLOW, REFUSE = "allow", "refuse"

# Of every policy that is mandatory by default; `policy_pack.judging.judge` sees to it.
UNDECIDED = choice(
    "undecided",
    "What to report where the policy cannot tell: nothing (allow), or a violation at an update and in an audit of a "
    "state (refuse). At a preview, where many values are not known yet, the policy reports nothing either way.",
    (ALLOW, REFUSE),
    ALLOW,
)


# Of the policy that other tools check too; `policy_pack.judging.judge` sees to it.
HONOR_SUPPRESSIONS = Setting(
    "honorTemplateSuppressions",
    {
        "type": "boolean",
        "default": False,
        "description": (
            "Whether a violation is exempt if the author of a CloudFormation template has suppressed the same check of "
            "cfn_nag, cdk-nag or CloudFormation Guard there. The exemption never expires, and nobody else may have "
            "approved it."
        ),
    },
    lambda value: None if isinstance(value, bool) else "is not true or false",
)


def shown(name: str) -> str:
    """A name that was given, as a message may show it: someone may have put the ARN of a key in its place."""
    return name if re.fullmatch("[A-Za-z][A-Za-z_-]{0,80}[0-9]?", name) else "(a name that is not shown)"


_TAGS = {
    "type": "object",
    "default": {},
    "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}
ONLY_STACK_TAGS = {
    **_TAGS,
    "description": "The policy applies only to stacks that have each of these tags with one of its values (* for any).",
}
EXCEPT_STACK_TAGS = {
    **_TAGS,
    "description": "The policy does not apply to stacks with one of these tags and one of its values (* for any).",
}
EXEMPT_RESOURCE_TAGS = {
    **_TAGS,
    "description": (
        "A violation is exempt if the endpoint configuration or Endpoint has one of these tags with one of its values "
        "(* for any). The exemption never expires. The author of the program sets the tag, so nobody else may have "
        "approved it."
    ),
}


def schemas(settings: Iterable[Setting]) -> dict[str, dict[str, Any]]:
    """The JSON schemas of a policy's settings and of those that every policy has, by name."""
    return {
        **{setting.name: dict(setting.schema) for setting in settings},
        "exemptions": EXEMPTIONS,
        "onlyStackTags": ONLY_STACK_TAGS,
        "exceptStackTags": EXCEPT_STACK_TAGS,
        "exemptResourceTags": EXEMPT_RESOURCE_TAGS,
    }


def read(settings: Collection[Setting], given: Mapping[str, Any]) -> Effective:
    """What of the settings `given` to a policy is in effect. Never raises, whatever they are.

    A list setting has `None` where nothing is given, and a tuple of what can be used where something is.
    """
    known = schemas(settings).keys()
    problems = [f"{shown(name)} is not a setting of this policy" for name in given if name not in known]
    values = {setting.name: _value(setting, given.get(setting.name), problems) for setting in settings}
    return Effective(
        values,
        tuple(read_exemptions(given.get("exemptions"), problems)),
        _tags("onlyStackTags", given.get("onlyStackTags"), problems),
        _tags("exceptStackTags", given.get("exceptStackTags"), problems),
        _tags("exemptResourceTags", given.get("exemptResourceTags"), problems),
        tuple(problems),
    )


def _value(setting: Setting, given: Any, problems: list[str]) -> Any:
    if setting.schema.get("type") == "array":
        if not given and isinstance(given, (list, type(None))):
            return None
        if not isinstance(given, list):
            problems.append(f"{setting.name} is not a list")
            return ()
        kept = []
        for index, element in enumerate(given):
            problem = setting.check(element)
            if problem is None:
                kept.append(element)
            else:
                problems.append(f"{setting.name}[{index}] {problem}")
        return tuple(kept)
    if given is None:
        return setting.default
    if setting.schema.get("type") == "object":
        return _entries(setting, given, problems)
    problem = setting.check(given)
    if problem is not None:
        problems.append(f"{setting.name} {problem}")
        return setting.default
    return given


def _entries(setting: Setting, given: Any, problems: list[str]) -> dict[str, Any]:
    if not isinstance(given, dict):
        problems.append(f"{setting.name} is not an object")
        return {}
    checked = {key: setting.check((key, value)) for key, value in given.items()}
    problems += [f"{setting.name}.{shown(key)} {problem}" for key, problem in checked.items() if problem is not None]
    return {key: value for key, value in given.items() if checked[key] is None}


def _tags(name: str, given: Any, problems: list[str]) -> dict[str, tuple[str, ...]]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        problems.append(f"{name} is not an object")
        return {}
    tags: dict[str, tuple[str, ...]] = {}
    for tag, patterns in given.items():
        if isinstance(patterns, list) and patterns and all(isinstance(pattern, str) for pattern in patterns):
            tags[tag] = tuple(patterns)
        else:
            problems.append(f"{name}.{shown(tag)} is not a list of strings")
    return tags
