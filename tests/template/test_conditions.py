"""Conditions that nobody knows: each way in which they may turn out, as far as they can be told from one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policy_pack.template.bounds import MOST_WAYS, Budget
from policy_pack.template.conditions import Conditions
from policy_pack.values import UNKNOWN, Plain

OPEN = {"Fn::Equals": [UNKNOWN, "x"]}


def conditions(**section: Any) -> Conditions:
    def resolve(value: Plain) -> Plain:
        return value

    return Conditions(section, Budget(), resolve)


def both(made: Conditions, *names: str) -> Callable[[], tuple[Any, ...]]:
    return lambda: tuple(made.holds(name) for name in names)


def test_every_way_of_two() -> None:
    made = conditions(One=OPEN, Other=OPEN)
    certain, ways = made.ways(both(made, "One", "Other"))
    assert certain == (UNKNOWN, UNKNOWN)
    assert sorted(ways) == [(False, False), (False, True), (True, False), (True, True)]


def test_one_that_is_asked_for_in_one_way_only() -> None:
    made = conditions(One=OPEN, Other=OPEN)

    def read() -> tuple[Any, ...]:
        return (True, made.holds("Other")) if made.holds("One") is True else (made.holds("One"),)

    assert sorted(made.ways(read)[1]) == [(False,), (True, False), (True, True)]


def test_one_that_depends_on_another_agrees_with_it() -> None:
    made = conditions(One=OPEN, Opposite={"Fn::Not": [{"Condition": "One"}]})
    assert sorted(made.ways(both(made, "Opposite", "One"))[1]) == [(False, True), (True, False)]


def test_what_is_known_is_not_varied() -> None:
    made = conditions(Known={"Fn::Equals": ["x", "x"]})
    assert made.ways(both(made, "Known")) == ((True,), [])
    made = conditions(Known={"Fn::Equals": ["x", "x"]}, Open=OPEN)
    assert sorted(made.ways(both(made, "Known", "Open"))[1]) == [(True, False), (True, True)]


def test_more_ways_than_are_tried_are_none() -> None:
    for number, tried in ((3, 8), (4, 0)):
        names = [f"C{index}" for index in range(number)]
        made = conditions(**dict.fromkeys(names, OPEN))
        assert len(made.ways(both(made, *names))[1]) == tried
    assert MOST_WAYS == 8


def test_what_was_tried_is_forgotten() -> None:
    made = conditions(One=OPEN)
    made.ways(both(made, "One"))
    assert made.holds("One") is UNKNOWN


def test_what_a_function_that_nobody_knows_asks_for_does_not_count() -> None:
    made = conditions(One=OPEN, It={"Fn::Unheard": [{"Condition": "One"}]})
    assert sorted(made.ways(both(made, "It"))[1]) == [(False,), (True,)]
