"""Resolves the values of a template's properties: its functions, parameters and conditions, if they are known.

A value that cannot be resolved is unknown, with the logical IDs of the resources that it is computed from as its
sources. A text may be partly known (`policy_pack.template.texts`). An unknown parameter keeps the sources of its value.

Sources, all in the AWS CloudFormation User Guide and Template Reference: "Intrinsic function reference", "Condition
functions", "Pseudo parameters reference", "CloudFormation template Parameters syntax".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy_pack.gaps import without_marks
from policy_pack.template.bounds import COMPARISON, PART, Budget
from policy_pack.template.conditions import Conditions
from policy_pack.template.parameters import parameter
from policy_pack.template.parse import as_text, single
from policy_pack.template.texts import (
    NO_VALUE,
    Pieces,
    joined,
    literal,
    merged,
    same,
    split,
    text_of,
    unknown,
    with_gaps,
)
from policy_pack.values import UNKNOWN, Attribute, Opaque, PartlyKnown, Plain, Unknown, may_be_absent, sources_in

# `[^${}]` keeps a text of nothing but openings from being searched again and again.
_NOTHING: dict[str, Plain] = {"Ref": "AWS::NoValue"}

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")


@dataclass(frozen=True)
class Origins:
    """The origins of a value: `sources` are logical IDs and the sources of unknown arguments of the template, and
    `parameters` are the names of the parameters that it uses, whether their values are known or not.
    """

    sources: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()

    def __or__(self, other: Origins) -> Origins:
        return Origins(self.sources | other.sources, self.parameters | other.parameters)


NO_ORIGINS = Origins()


class Resolver:
    """Resolves values of one template. Every method raises `Refused` if the template exceeds a bound."""

    def __init__(
        self, root: Mapping[str, Any], parameters: Mapping[str, Plain] | Unknown, pseudo: Mapping[str, Plain]
    ) -> None:
        """Takes the template, values for its parameters, and values for the pseudo parameters (``AWS::Region``).

        If `parameters` as a whole is unknown, so is every parameter, even one with a default.
        """
        self.resources = _object(root.get("Resources"))
        self._parameters = _object(root.get("Parameters"))
        self._mappings = _object(root.get("Mappings"))
        self.budget = Budget()
        self.conditions = Conditions(_object(root.get("Conditions")), self.budget, self.resolve)
        self._given = parameters
        self._known = {**pseudo, "AWS::NoValue": NO_VALUE}  # the resolved Refs by name
        self._used: set[str] = set()  # the parameters that the value being resolved is computed from

    def conditions_are(self, section: Mapping[str, Any]) -> None:
        """Takes the conditions of the template, with those that loops make."""
        self.conditions = Conditions(section, self.budget, self.resolve)

    def resolve_with_origins(self, value: Plain) -> tuple[Plain, Origins]:
        """The value with every function in it resolved, and its origins."""
        self._used = set()
        resolved = self.resolve(value)
        return resolved, Origins(frozenset(sources_in(resolved)), frozenset(self._used))

    def resolve(self, value: Plain) -> Plain:
        """The value with every function in it resolved."""
        self.budget.spend(PART)
        if isinstance(value, str):
            return literal(value)
        resolved: Plain = value
        self.budget.enter()
        if isinstance(value, list):
            resolved = [item for item in map(self.resolve, value) if item is not NO_VALUE]
        elif isinstance(value, dict):
            name = function_in(value)
            if name is None:
                parts = [(key, self.resolve(part)) for key, part in value.items()]
                resolved = {key: part for key, part in parts if part is not NO_VALUE}
            elif name in self._FUNCTIONS:
                resolved = self._FUNCTIONS[name](self, value[name])
            else:
                resolved = unknown(*map(self.resolve, value.values()))
        self.budget.leave()
        return resolved

    def properties(self, resource: Mapping[str, Any]) -> dict[str, Plain] | None:
        """The unresolved properties of a resource, by name; `None` if they cannot be told apart."""
        return None if "Fn::Transform" in resource else self._spread(resource.get("Properties"))

    def _spread(self, given: Plain) -> dict[str, Plain] | None:
        """An object that a function returns, with the function in each of its entries instead."""
        if given is None or given == _NOTHING:
            return {}
        if not isinstance(given, dict):
            return None
        name, argument = single(given)
        if name != "Fn::If" or not isinstance(argument, list) or len(argument) != 3:
            return given if function_in(given) is None else None
        self.budget.enter()
        one, other = map(self._spread, argument[1:])
        self.budget.leave()
        if one is None or other is None:
            return None
        self.budget.spend(PART * (len(one) + len(other)))
        return {
            name: {"Fn::If": [argument[0], one.get(name, _NOTHING), other.get(name, _NOTHING)]}
            for name in {**one, **other}
        }

    def condition(self, name: Plain) -> bool | Unknown:
        """Whether a condition holds, given its name."""
        used = self._used.copy()  # a condition chooses a value but makes none
        holds = self.conditions.holds(name)
        self._used = used
        return holds

    def _ref(self, argument: Plain) -> Plain:
        name = self.resolve(argument)
        return self._reference(name) if isinstance(name, str) else unknown(name)

    def _reference(self, name: str) -> Plain:
        if name in self._parameters:
            self._used.add(name)
        if name not in self._known:
            if name in self._parameters:
                given = self._given if isinstance(self._given, Unknown) else self._given.get(name)
                self._known[name] = parameter(_object(self._parameters[name]), given)
            else:
                self._known[name] = Attribute(frozenset({name}), name="Ref") if name in self.resources else UNKNOWN
        value = self._known[name]
        self.budget.spend(PART * len(value) if isinstance(value, list) else len(value) if isinstance(value, str) else 0)
        return value

    def _get_att(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        path: list[Plain] = parts if isinstance(parts, list) else [parts]
        names = [each for each in path if isinstance(each, str)]
        if names and len(names) == len(path):
            name, _, attribute = ".".join(names).partition(".")
            return Attribute(frozenset({name}), name=attribute) if name in self.resources else UNKNOWN
        first = path[0] if path else None
        name = first.split(".")[0] if isinstance(first, str) else ""
        return unknown(parts, Unknown(frozenset({name} & self.resources.keys())))

    def _sub(self, argument: Plain) -> Plain:
        template, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(template, str) or not isinstance(variables, dict):
            return unknown(self.resolve(argument))
        values = {name: self.resolve(value) for name, value in variables.items()}
        pieces = _VARIABLE.split(template)  # texts and names in turn
        for name in set(pieces[1::2]):
            if name.startswith("!"):
                values[name] = "${" + name[1:] + "}"
            elif name not in values:
                values[name] = self._get_att(name) if "." in name else self._reference(name)
        used = {name: values[name] for name in set(pieces[1::2])}
        # A leftover opening is not a variable, and its meaning is not documented.
        if any("${" in piece for piece in pieces[::2]):
            return unknown(*used.values())
        texts = {name: with_gaps(value) for name, value in used.items()}
        found = [texts[piece] if index % 2 else without_marks(piece) for index, piece in enumerate(pieces)]
        self.budget.spend(sum(map(len, found)))
        return text_of("".join(found), *used.values())

    def _join(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], str):
            delimiter, items = parts
            if isinstance(items, Pieces) and items.delimiter == delimiter:
                return text_of(items.text, items)
            if isinstance(items, list):
                self.budget.spend(sum(len(with_gaps(item)) + len(delimiter) for item in items))
                return joined(delimiter, items)
        return unknown(parts)

    def _split(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        delimiter, text = parts if isinstance(parts, list) and len(parts) == 2 else (None, None)
        if isinstance(delimiter, str) and delimiter and isinstance(text, (str, PartlyKnown)):
            self.budget.spend(len(with_gaps(text)))
            return split(delimiter, text)
        return unknown(parts)

    def _select(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        if not isinstance(parts, list) or len(parts) != 2 or not isinstance(parts[1], (list, Pieces)):
            return unknown(parts)
        index, items = parts
        written = argument[1] if isinstance(argument, list) else items
        # Not if an item before it may be no value: it is not documented whether such an item counts.
        if isinstance(items, list) and isinstance(written, list) and len(written) != len(items):
            return unknown(parts)
        if isinstance(index, Unknown) and isinstance(items, list):
            return self._one_of(items) if items else unknown(parts)
        number = as_text(index) or ""
        if not number.isdecimal() or len(number) > 7:
            return unknown(parts)
        if isinstance(items, Pieces):
            return items.item(int(number))
        upto = items[: int(number) + 1]
        if len(upto) <= int(number) or any(map(_may_be_nothing, upto[:-1])):
            return unknown(parts)
        chosen: Plain = upto[-1]
        return chosen

    def _if(self, argument: Plain) -> Plain:
        if not isinstance(argument, list) or len(argument) != 3:
            return unknown(self.resolve(argument))
        name, *branches = argument
        holds = self.condition(name)
        if isinstance(holds, bool):
            return self.resolve(branches[0] if holds else branches[1])
        return self._one_of([self.resolve(branch) for branch in branches])

    def _find_in_map(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        if not isinstance(parts, list) or len(parts) not in (3, 4):
            return unknown(parts)
        candidates: list[Plain] = [self._mappings]
        default = _object(parts[3]).get("DefaultValue", UNKNOWN) if len(parts) == 4 else None
        missing = False
        for key in parts[:3]:
            if any(not isinstance(each, dict) or function_in(each) is not None for each in candidates):
                return unknown(parts)
            maps = [each for each in candidates if isinstance(each, dict)]
            self.budget.spend(sum(map(len, maps)) * (COMPARISON if isinstance(key, Unknown) else 1))
            found = [[value for name, value in each.items() if same(name, key) is not False] for each in maps]
            missing = missing or [] in found or isinstance(key, Unknown)
            candidates = [value for values in found for value in values]
        values = [*map(self.resolve, candidates), *([default] if missing and default is not None else [])]
        return self._one_of(values) if values else unknown(parts)

    def _to_json_string(self, argument: Plain) -> Plain:
        value = self.resolve(argument)
        if not isinstance(value, (dict, list)) or not _is_known(value):
            return unknown(value)
        text = json.dumps(value)
        self.budget.spend(len(text))
        return literal(text)

    def _length(self, argument: Plain) -> Plain:
        items = self.resolve(argument)
        if not isinstance(items, list) or any(map(may_be_absent, items)):
            return unknown(items)
        return len(items)

    def _one_of(self, values: Sequence[Plain]) -> Plain:
        """What is certain about a value that is one of several."""
        self.budget.spend(sum(map(_size, values)))
        return merged(values)

    _FUNCTIONS: Mapping[str, Callable[[Resolver, Plain], Plain]] = {
        "Ref": _ref,
        "Fn::GetAtt": _get_att,
        "Fn::Sub": _sub,
        "Fn::Join": _join,
        "Fn::Split": _split,
        "Fn::Select": _select,
        "Fn::If": _if,
        "Fn::FindInMap": _find_in_map,
        "Fn::ToJsonString": _to_json_string,
        "Fn::Length": _length,
    }


def function_in(value: Mapping[str, Any]) -> str | None:
    """The name of the function that an object is, `None` for a plain object, and "" if it is a mix of both."""
    functions = [key for key in value if key == "Ref" or key.startswith("Fn::")]
    if not functions:
        return None
    return functions[0] if len(value) == 1 else ""


def _may_be_nothing(item: Plain) -> bool:
    return isinstance(item, Unknown) and (item.may_be_absent or not isinstance(item, PartlyKnown))


def _is_known(value: Plain) -> bool:
    """Whether nothing in a value is unknown."""
    if isinstance(value, (dict, list)):
        return all(map(_is_known, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, (Unknown, Opaque))


def _size(value: Plain) -> int:
    """The cost of going through a value."""
    if isinstance(value, dict):
        return PART + sum(map(_size, value.values()))
    if isinstance(value, list):
        return PART + sum(map(_size, value))
    return len(value) if isinstance(value, str) else len(value.text) if isinstance(value, PartlyKnown) else PART


def _object(value: Plain) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
