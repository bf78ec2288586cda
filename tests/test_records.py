"""Records are what the standard library's frozen dataclasses are, in all that this project uses of them."""

from __future__ import annotations

import dataclasses
import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from policy_pack import records


def defined_by(dataclass: Any) -> tuple[Any, Any, Any]:
    """A class with fields of every sort, one that adds a field to it, and one that is equal to itself only."""

    @dataclass(frozen=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        tags: dict[str, str] = dataclasses.field(default_factory=dict)

        @property
        def sum(self) -> int:
            return self.x + self.y

    @dataclass(frozen=True)
    class Named(Point):
        """A point with a name."""

        name: str | None = None

    @dataclass(frozen=True, eq=False)
    class Alone:
        """Nobody else."""

        x: int

    return Point, Named, Alone


@records.dataclass(frozen=True, slots=True)
class Many:
    """A record of which there are very many."""

    x: int
    name: str = "a"
    tags: tuple[str, ...] = ()


@pytest.fixture(params=[dataclasses.dataclass, records.dataclass], ids=["standard", "record"])
def classes(request: pytest.FixtureRequest) -> tuple[Any, Any, Any]:
    return defined_by(request.param)


def test_values(classes: Any) -> None:
    point, named, _ = classes
    assert (point(1).x, point(1).y, point(1).tags, point(1, y=5).sum) == (1, 2, {}, 6)
    assert point(1).tags is not point(1).tags
    assert dataclasses.replace(named(1, name="a"), y=3) == named(1, 3, {}, "a")
    assert dataclasses.asdict(named(1)) == {"x": 1, "y": 2, "tags": {}, "name": None}


def test_what_is_missing_or_too_much_is_refused(classes: Any) -> None:
    point, _, _ = classes
    for wrong in ({}, {"x": 1, "z": 2}):
        with pytest.raises(TypeError, match="'[xz]'"):
            point(**wrong)


def test_equality(classes: Any) -> None:
    point, named, alone = classes
    assert point(1) == point(1, 2)
    assert point(1) != point(2)
    assert point(1) != named(1)
    assert point(1) != (1, 2, {})
    assert hash(point(1, 2, ())) == hash(point(1, 2, ()))
    with pytest.raises(TypeError, match="unhashable"):
        hash(point(1))
    one = alone(1)
    assert one in {one}
    assert one != alone(1)


def test_representation(classes: Any) -> None:
    _, named, _ = classes
    assert repr(named(1, name="a")).rpartition(".")[2] == "Named(x=1, y=2, tags={}, name='a')"


def test_nothing_changes(classes: Any) -> None:
    for one in (classes[0](1), classes[1](1), classes[2](1)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            one.x = 2
        with pytest.raises(dataclasses.FrozenInstanceError):
            del one.x
        assert one.x == 1


def test_threads_that_make_the_first_record_at_once() -> None:
    for _ in range(50):
        point, named, _ = defined_by(records.dataclass)
        together = Barrier(8)

        def make(number: int) -> Any:
            together.wait()  # noqa: B023 - each round ends before the next one begins
            return named(number) if number % 2 else point(number)  # noqa: B023

        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(make, range(8)))
        assert [(each.x, each.y, each.tags) for each in made] == [(number, 2, {}) for number in range(8)]


def test_records_with_slots_are_small_and_go_to_other_processes() -> None:
    one = Many(1, tags=("b",))
    assert not hasattr(one, "__dict__")
    assert pickle.loads(pickle.dumps(one)) == one
    assert dataclasses.replace(one, name="c") == Many(1, "c", ("b",))
    assert (repr(one), hash(one)) == ("Many(x=1, name='a', tags=('b',))", hash(Many(1, "a", ("b",))))
    for wrong in ({}, {"x": 1, "z": 2}):
        with pytest.raises(TypeError, match="'[xz]'"):
            Many(**wrong)  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.x = 2  # type: ignore[misc]
