"""`dataclass(frozen=True)` as the standard library's, for the classes that a preview needs.

The standard one reads the annotations of every class and compiles six methods for it, which was two thirds of the time
that the pack took to start. Here a class is left alone until its first record is made or somebody asks for its fields;
then `__init__` is compiled, and the other methods are shared. There are no `__post_init__` and no options of fields but
their defaults. Classes with very many records have `slots`: their fields are read at once, and a record takes a fifth
of the memory.

Source: "dataclasses" of the Python standard library's documentation.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen, eq=True, slots=False):
        """Makes a class's annotations the fields of a frozen dataclass; with `eq` false it is equal to itself only."""
        assert frozen

        def made(cls):
            if slots:
                cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
                cls.__reduce__ = _reduce
            else:
                cls.__dataclass_fields__ = _Fields(cls)
            cls.__init__ = _initialized_first(cls)
            cls.__repr__ = _repr
            cls.__setattr__ = cls.__delattr__ = _refuse
            if eq:
                cls.__eq__, cls.__hash__ = _eq, _hash
            return cls

        return made


class _Fields:
    """Stands for the fields of a class until they are asked for, and then lets the standard library read them."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls

    def __get__(self, record: Any, cls: Any) -> Any:
        with _READING:  # which takes the defaults out of the class, so that no second thread may begin
            if vars(self.cls)["__dataclass_fields__"] is self:
                dataclasses.dataclass(init=False, repr=False, eq=False)(self.cls)
        return self.cls.__dataclass_fields__


_FEW = 20  # records of a class that are made without compiling anything
_READING = threading.RLock()  # a class reads those that it is made from first


def _initialized_first(cls: Any) -> Any:
    """`__init__` for the first records of the class, which is then replaced by a compiled one."""
    names: list[str] = []
    left = _FEW if cls.__dictoffset__ else 0  # a record with slots has no `__dict__`

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it becomes the method
        nonlocal names, left
        left -= 1
        names = names or [name for each in reversed(cls.__mro__) for name in vars(each).get("__annotations__", ())]
        values = _values_of(cls, names, args, kwargs) if left >= 0 else None
        if values is not None:
            self.__dict__.update(values)
            return
        if cls.__init__ is __init__:
            cls.__init__ = _initializer(cls)
        cls.__init__(self, *args, **kwargs)

    return __init__


def _values_of(cls: Any, names: Iterable[str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """The values of a record by field; `None` for arguments that the compiled `__init__` is to refuse."""
    given = {**dict(zip(names, args)), **kwargs}
    if len(given) < len(args) + len(kwargs):
        return None
    values = {name: given.pop(name) if name in given else _default(cls, name) for name in names}
    return None if given or any(each is dataclasses.MISSING for each in values.values()) else values


def _default(cls: Any, name: str) -> Any:
    default = getattr(cls, name, dataclasses.MISSING)
    if not isinstance(default, dataclasses.Field):
        return default
    return default.default if default.default_factory is dataclasses.MISSING else default.default_factory()


def _initializer(cls: Any) -> Any:
    """`__init__` with the fields as its parameters."""
    known: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    parameters, values = ["self"], []
    has_slots = "__slots__" in vars(cls)
    for field in dataclasses.fields(cls):
        name, default = field.name, f"_{field.name}"
        if has_slots:
            known[f"_set_{name}"] = getattr(cls, name).__set__
        if field.default_factory is not dataclasses.MISSING:
            known[default] = field.default_factory
            parameters.append(f"{name}=MISSING")
            values.append(f"{name}={default}() if {name} is MISSING else {name}")
            continue
        if field.default is not dataclasses.MISSING:
            known[default] = field.default
        parameters.append(f"{name}={default}" if default in known else name)
        values.append(f"{name}={name}")
    body = f"self.__dict__.update({', '.join(values)})"
    if has_slots:
        body = "; ".join(f"_set_{name}(self, {value})" for name, _, value in (each.partition("=") for each in values))
    exec(f"def __init__({', '.join(parameters)}):\n {body}", known)  # noqa: S102
    return known["__init__"]


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in self.__dataclass_fields__)


def _eq(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), _values(self)


def _repr(self: Any) -> str:
    values = ", ".join(f"{name}={value!r}" for name, value in zip(self.__dataclass_fields__, _values(self)))
    return f"{type(self).__qualname__}({values})"


def _refuse(self: Any, name: str, *_: object) -> None:
    raise dataclasses.FrozenInstanceError(f"{name} of a frozen {type(self).__name__} is not to be changed")
