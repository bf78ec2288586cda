"""The conditions of a template: which ones hold, and the results for each outcome of the unknown ones.

Source: "Condition functions" in the AWS CloudFormation Template Reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from policy_pack.template.bounds import COMPARISON, MOST_WAYS, PART, Budget, Refused
from policy_pack.template.parse import single
from policy_pack.template.texts import same
from policy_pack.values import UNKNOWN, Plain, Unknown

T = TypeVar("T")


class Conditions:
    """The conditions of one template; `resolve` resolves the values that they compare, within `budget`."""

    def __init__(self, section: Mapping[str, Any], budget: Budget, resolve: Callable[[Plain], Plain]) -> None:
        self._section = section
        self._budget = budget
        self._resolve = resolve
        self._decided: dict[str, bool | Unknown] = {}
        self._assumed: dict[str, bool] = {}
        self._open: dict[str, None] = {}  # the unknown conditions that were used, the innermost first
        self._of_ways = Budget()

    def holds(self, name: Plain) -> bool | Unknown:
        """Whether a condition holds, given its name."""
        if not isinstance(name, str):
            return UNKNOWN
        if name in self._assumed:
            return self._assumed[name]
        if name not in self._decided:
            self._decided[name] = UNKNOWN  # for a condition that refers to itself
            self._decided[name] = self._decide(self._section.get(name))
        if self._decided[name] is UNKNOWN:
            self._open[name] = None
        return self._decided[name]

    def ways(self, read: Callable[[], T]) -> tuple[T, list[T]]:
        """The certain result of `read`, and its results for each outcome of the unknown conditions that it uses.

        There are no such results if there are too many. If conditions depend on others, the others are varied, so that
        the outcomes are consistent.
        """
        self._decided, self._open = {}, {}
        certain = read()
        if not self._open:
            return certain, []
        with self._budget.exchanged(self._of_ways):  # repeated reading has its own budget for the whole template
            try:
                found = self._vary(read)
            except Refused:
                found = []
        self._assumed, self._decided = {}, {}
        return certain, found

    def _vary(self, read: Callable[[], T]) -> list[T]:
        pending: list[dict[str, bool]] = [{next(iter(self._open)): holds} for holds in (False, True)]
        found: list[T] = []
        while pending:
            if len(found) + len(pending) > MOST_WAYS:
                return []
            self._assumed = pending.pop()
            self._decided, self._open = {}, {}
            result = read()
            if self._open:
                first = next(iter(self._open))
                pending += [{**self._assumed, first: holds} for holds in (False, True)]
            else:
                found.append(result)
        return found

    def _decide(self, expression: Plain) -> bool | Unknown:
        self._budget.spend(PART)
        self._budget.enter()
        decided: bool | Unknown = UNKNOWN
        name, argument = single(expression)
        if name == "Condition":
            decided = self.holds(argument)
        elif name == "Fn::Equals":
            self._budget.spend(COMPARISON)
            decided = _equals(self._resolve(argument))
        elif isinstance(argument, list) and argument:
            parts = [self._decide(part) for part in argument] if name in ("Fn::And", "Fn::Or", "Fn::Not") else []
            if name == "Fn::Not" and len(parts) == 1 and isinstance(parts[0], bool):
                decided = not parts[0]
            elif name in ("Fn::And", "Fn::Or"):
                settles = name == "Fn::Or"  # one such part decides, whatever the others are
                if settles in parts:
                    decided = settles
                elif UNKNOWN not in parts:
                    decided = not settles
        self._budget.leave()
        return decided


def _equals(pair: Plain) -> bool | Unknown:
    if not isinstance(pair, list) or len(pair) != 2:
        return UNKNOWN
    equal = same(*pair)
    return UNKNOWN if equal is None else equal
