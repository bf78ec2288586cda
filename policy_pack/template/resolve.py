"""The values of a template's properties: its functions, parameters and conditions resolved as far as they are known.

What cannot be resolved is unknown, with the logical ids of the resources that it is computed from as its sources.
Where a parameter's value is unknown, the sources of that value are kept.

Sources, all in the AWS CloudFormation User Guide and Template Reference: "Intrinsic function reference", "Condition
functions", "Pseudo parameters reference", "CloudFormation template Parameters syntax", "Get values stored in other
services using dynamic references".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from policy_pack.template.bounds import MAKES_TOO_MUCH, MAX_DEPTH, MAX_SIZE, PART, TOO_DEEP, Refused
from policy_pack.template.parse import as_text
from policy_pack.values import UNKNOWN, Opaque, Plain, Unknown, sources_in

NO_VALUE = Opaque("AWS::NoValue")  # takes away the property or the list's item that it is the value of

# `[^${}]` keeps a text of nothing but openings from being searched again and again.
_VARIABLE = re.compile(r"\$\{([^${}]*)\}")


@dataclass(frozen=True)
class Origins:
    """What a value is computed from: `sources` are logical ids, and sources of unknown arguments of the template;
    `parameters` are the names of its parameters, whether their values are known or not.
    """

    sources: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()

    def __or__(self, other: Origins) -> Origins:
        return Origins(self.sources | other.sources, self.parameters | other.parameters)


NO_ORIGINS = Origins()


class Resolver:
    """Resolves values of one template. Every method raises `Refused` where the template is beyond a bound."""

    def __init__(
        self, root: Mapping[str, Any], parameters: Mapping[str, Plain] | Unknown, pseudo: Mapping[str, Plain]
    ) -> None:
        """Takes the template, values for its parameters, and what is known of the pseudo parameters (``AWS::Region``).

        Where all of `parameters` is unknown, so is every parameter, even one with a default.
        """
        self._resources = _object(root.get("Resources"))
        self._parameters = _object(root.get("Parameters"))
        self._mappings = _object(root.get("Mappings"))
        self._conditions = _object(root.get("Conditions"))
        self._given = parameters
        self._known = {**pseudo, "AWS::NoValue": NO_VALUE}  # what a Ref of a name is, as far as it was asked for
        self._decided: dict[str, bool | Unknown] = {}
        self._used: set[str] = set()  # the parameters that the value being resolved is computed from
        self._size = 0
        self._depth = 0

    def resolve_with_origins(self, value: Plain) -> tuple[Plain, Origins]:
        """The value with every function in it resolved, and what it is computed from."""
        self._used = set()
        resolved = self.resolve(value)
        return resolved, Origins(frozenset(sources_in(resolved)), frozenset(self._used))

    def resolve(self, value: Plain) -> Plain:
        """The value with every function in it resolved."""
        self._spend(PART)
        if isinstance(value, str):
            return _static(value)
        resolved: Plain = value
        self._enter()
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
                resolved = _unknown(*map(self.resolve, value.values()))
        self._depth -= 1
        return resolved

    def condition(self, name: Plain) -> bool | Unknown:
        """Whether a condition holds, given its name."""
        if not isinstance(name, str) or name not in self._conditions:
            return UNKNOWN
        if name not in self._decided:
            used = self._used.copy()  # a condition chooses a value, and makes none
            self._decided[name] = UNKNOWN  # for a condition that is decided by itself
            self._decided[name] = self._decide(self._conditions[name])
            self._used = used
        return self._decided[name]

    def _decide(self, expression: Plain) -> bool | Unknown:
        self._spend(PART)
        self._enter()
        decided: bool | Unknown = UNKNOWN
        name, argument = _single(expression)
        if name == "Condition":
            decided = self.condition(argument)
        elif name == "Fn::Equals":
            decided = self._equals(self.resolve(argument))
        elif isinstance(argument, list) and argument:
            parts = [self._decide(part) for part in argument] if name in ("Fn::And", "Fn::Or", "Fn::Not") else []
            if name == "Fn::Not" and len(parts) == 1 and isinstance(parts[0], bool):
                decided = not parts[0]
            elif name in ("Fn::And", "Fn::Or"):
                settles = name == "Fn::Or"  # one such part settles it, whatever the others are
                if settles in parts:
                    decided = settles
                elif UNKNOWN not in parts:
                    decided = not settles
        self._depth -= 1
        return decided

    @staticmethod
    def _equals(pair: Plain) -> bool | Unknown:
        texts = [as_text(item) for item in pair] if isinstance(pair, list) else []
        return UNKNOWN if len(texts) != 2 or None in texts else texts[0] == texts[1]

    def _ref(self, argument: Plain) -> Plain:
        name = self.resolve(argument)
        return self._reference(name) if isinstance(name, str) else _unknown(name)

    def _reference(self, name: str) -> Plain:
        if name in self._parameters:
            self._used.add(name)
        if name not in self._known:
            if name in self._parameters:
                self._known[name] = self._parameter(name)
            else:
                self._known[name] = Unknown(frozenset({name} & self._resources.keys()))
        value = self._known[name]
        self._spend(PART * len(value) if isinstance(value, list) else 0)
        return value

    def _parameter(self, name: str) -> Plain:
        """A parameter's value: what was given, else its default."""
        declared = _object(self._parameters[name])
        given = self._given if isinstance(self._given, Unknown) else self._given.get(name)
        value = declared.get("Default") if given is None else given
        kind, text = declared.get("Type"), as_text(value)
        # The value of a parameter of Systems Manager is only the name of what it stands for.
        if text is None or not isinstance(kind, str) or kind.startswith("AWS::SSM::Parameter::Value<"):
            return _unknown(value)
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            # Whether an empty text is a list of nothing or of one empty text is not documented.
            return [_static(item.strip()) for item in text.split(",")] if text.strip() else UNKNOWN
        return _static(text)

    def _get_att(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        first = parts[0] if isinstance(parts, list) and parts else parts
        name = first.split(".")[0] if isinstance(first, str) else ""
        return _unknown(parts, Unknown(frozenset({name} & self._resources.keys())))

    def _sub(self, argument: Plain) -> Plain:
        template, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(template, str) or not isinstance(variables, dict):
            return _unknown(self.resolve(argument))
        values = {name: self.resolve(value) for name, value in variables.items()}
        pieces = _VARIABLE.split(template)  # texts and names in turn
        for name in set(pieces[1::2]):
            if name.startswith("!"):
                values[name] = "${" + name[1:] + "}"
            elif name not in values:
                values[name] = self._get_att(name) if "." in name else self._reference(name)
        used = {name: values[name] for name in set(pieces[1::2])}
        texts = {name: as_text(value) for name, value in used.items()}
        # An opening that is left over is no variable, and what it is nobody says.
        if None in texts.values() or any("${" in piece for piece in pieces[::2]):
            return _unknown(*used.values())
        return self._joined("", [texts[piece] if index % 2 else piece for index, piece in enumerate(pieces)])

    def _join(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[1], list) and isinstance(parts[0], str):
            texts = [as_text(item) for item in parts[1]]
            if None not in texts:
                return self._joined(parts[0], texts)
        return _unknown(parts)

    def _split(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        delimiter, text = parts if isinstance(parts, list) and len(parts) == 2 else (None, None)
        if isinstance(delimiter, str) and delimiter and isinstance(text, str):
            self._spend(len(text))
            return list(text.split(delimiter))
        return _unknown(parts)

    def _select(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[1], list):
            index, items = as_text(parts[0]) or "", parts[1]
            # Not where an item before it may turn out to be no value, and whether that one counts is not documented.
            written = argument[1] if isinstance(argument, list) else items
            if (
                index.isdecimal()
                and len(index) < 8
                and len(written if isinstance(written, list) else items) == len(items)
            ):
                upto = items[: int(index) + 1]
                if len(upto) == int(index) + 1 and not any(isinstance(item, Unknown) for item in upto[:-1]):
                    chosen: Plain = upto[-1]
                    return chosen
        return _unknown(parts)

    def _if(self, argument: Plain) -> Plain:
        if not isinstance(argument, list) or len(argument) != 3:
            return _unknown(self.resolve(argument))
        name, *branches = argument
        holds = self.condition(name)
        if isinstance(holds, bool):
            return self.resolve(branches[0] if holds else branches[1])
        one, other = map(self.resolve, branches)
        if type(one) is type(other) and one == other and not isinstance(one, (list, dict, Unknown)):
            return one
        return _unknown(one, other)

    def _find_in_map(self, argument: Plain) -> Plain:
        parts = self.resolve(argument)
        if not isinstance(parts, list) or len(parts) not in (3, 4):
            return _unknown(parts)
        found: Plain = self._mappings
        for key in map(as_text, parts[:3]):
            if key is None or not isinstance(found, dict) or function_in(found) is not None:
                return _unknown(parts)
            if key not in found:
                return _object(parts[3]).get("DefaultValue", UNKNOWN) if len(parts) == 4 else UNKNOWN
            found = found[key]
        return self.resolve(found)

    _FUNCTIONS: Mapping[str, Callable[[Resolver, Plain], Plain]] = {
        "Ref": _ref,
        "Fn::GetAtt": _get_att,
        "Fn::Sub": _sub,
        "Fn::Join": _join,
        "Fn::Split": _split,
        "Fn::Select": _select,
        "Fn::If": _if,
        "Fn::FindInMap": _find_in_map,
    }

    def _joined(self, delimiter: str, texts: list[Any]) -> Plain:
        self._spend(sum(map(len, texts)) + len(delimiter) * len(texts))
        return _static(delimiter.join(texts))

    def _spend(self, size: int) -> None:
        self._size += size
        if self._size > MAX_SIZE:
            raise Refused(MAKES_TOO_MUCH)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refused(TOO_DEEP)


def function_in(value: Mapping[str, Any]) -> str | None:
    """The function that an object is, `None` for a plain object, and no function's name where it is a bit of both."""
    functions = [key for key in value if key == "Ref" or key.startswith("Fn::")]
    if not functions:
        return None
    return functions[0] if len(value) == 1 else ""


def _static(text: str) -> Plain:
    """The text, unknown where CloudFormation puts in something that it looks up when the stack is deployed."""
    return UNKNOWN if "{{resolve:" in text else text


def _unknown(*values: Plain) -> Unknown:
    """What is computed from `values` in a way that is not known."""
    return Unknown(frozenset(source for value in values for source in sources_in(value)))


def _object(value: Plain) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _single(value: Plain) -> tuple[str, Plain]:
    """The one entry of an object that has no other."""
    entries = list(_object(value).items())
    return entries[0] if len(entries) == 1 else ("", None)
