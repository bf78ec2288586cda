"""The settings of policies: their JSON schemas, and how configured values are read.

A value can match its schema and still make no sense (an invalid date), and an engine may pass values that were saved
for another version of the pack. Such a value is dropped as if it had not been given, and the policy
`settings-make-sense` reports it. Dropping never allows more: an allow-list with no usable entry allows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from typing import Any

from policy_pack.judging.exemptions import EXEMPTIONS, Exemption, is_text, read_exemptions
from policy_pack.records import dataclass

# The problem with a value, in words that follow the setting's name; `None` if the value can be used.
Check = Callable[[Any], "str | None"]


@dataclass(frozen=True)
class Setting:
    """A setting of a policy. `schema` is its JSON schema, with `description` and, if it has one, `default`.

    `check` gets the whole value, or each element of an array, or each key and value of an object. A value, element or
    entry that has a problem is dropped.
    """

    name: str
    schema: Mapping[str, Any]
    check: Check

    @property
    def default(self) -> Any:
        """The value in effect if the setting is not given."""
        return self.schema.get("default")


@dataclass(frozen=True)
class Effective:
    """A policy's settings in effect, and the problems of the given ones: texts that name settings but no value."""

    values: Mapping[str, Any]
    exemptions: tuple[Exemption, ...] = ()
    only_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    except_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exempt_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def refuses_undecided(self) -> bool:
        """Whether the policy reports what it cannot tell, where nothing more will be known."""
        return self.values.get(UNDECIDED.name) == REFUSE

    @property
    def refuses_everywhere(self) -> bool:
        """Whether it does so of every stack and every resource, without an exemption."""
        lifted = (self.exemptions, self.only_tags, self.except_tags, self.exempt_tags)
        return self.refuses_undecided and not any(lifted)


def choice(name: str, description: str, values: Iterable[str], default: str) -> Setting:
    """A setting that is one of `values`."""
    allowed = list(values)
    schema = {"type": "string", "enum": allowed, "default": default, "description": description}
    return Setting(name, schema, lambda value: None if value in allowed else f"is not one of {', '.join(allowed)}")


def integer(name: str, description: str, low: int, high: int) -> Setting:
    """A setting that is a whole number from `low` to `high`, without a default. Engines pass it as a float."""

    def check(value: Any) -> str | None:
        whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1
        return None if whole and low <= value <= high else f"is not a whole number from {low} to {high}"

    return Setting(name, {"type": "integer", "minimum": low, "maximum": high, "description": description}, check)


def texts(name: str, description: str, check: Check = lambda _: None) -> Setting:
    """A setting that is a list of strings, empty by default. `check` gets each of them."""
    schema = {"type": "array", "items": {"type": "string", "minLength": 1}, "default": [], "description": description}
    return Setting(name, schema, lambda value: check(value) if is_text(value) else "is not a string")


ALLOW, REFUSE = "allow", "refuse"

# A setting of every policy that is mandatory by default; `policy_pack.judging.judge` applies it.
UNDECIDED = choice(
    "undecided",
    "What to report where the policy cannot tell: nothing (allow), or a violation at an update and in an audit of a "
    "state (refuse). At a preview, where many values are not known yet, the policy reports nothing either way.",
    (ALLOW, REFUSE),
    ALLOW,
)


# A setting of the policy that other tools check, too; `policy_pack.judging.judge` applies it.
HONOR_SUPPRESSIONS = Setting(
    "honorTemplateSuppressions",
    {
        "type": "boolean",
        "default": False,
        "description": (
            "Whether a violation is exempt if the author of a CloudFormation template has suppressed the same check of "
            "cfn_nag, cdk-nag or CloudFormation Guard there. The exemption never expires, and may have no approval but "
            "that author's."
        ),
    },
    lambda value: None if isinstance(value, bool) else "is not true or false",
)


def shown(name: str) -> str:
    """A configured name as a message may show it, hidden if it could be something else, such as the ARN of a key."""
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
        "(* for any). The exemption never expires. The author of the program sets the tag, so it may have no other "
        "approval."
    ),
}


def schemas(settings: Iterable[Setting]) -> dict[str, dict[str, Any]]:
    """The JSON schemas of a policy's own settings and of the settings that every policy has, by name."""
    return {
        **{setting.name: dict(setting.schema) for setting in settings},
        "exemptions": EXEMPTIONS,
        "onlyStackTags": ONLY_STACK_TAGS,
        "exceptStackTags": EXCEPT_STACK_TAGS,
        "exemptResourceTags": EXEMPT_RESOURCE_TAGS,
    }


def read(settings: Collection[Setting], given: Mapping[str, Any]) -> Effective:
    """The settings in effect for a policy, from the `given` ones. Never raises.

    A list setting is `None` if nothing is given, and otherwise a tuple of the usable elements.
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
