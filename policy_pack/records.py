"""`dataclass(frozen=True)` as the standard library's, for the classes that a preview needs.

The standard one compiles six methods for every class, which was two thirds of the time that the pack took to start.
Here only `__init__` is compiled, when the first record of a class is made, and the others are shared. There are no
`__post_init__` and no options of fields but their defaults.

Source: "dataclasses" of the Python standard library's documentation.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen, eq=True):
        """Makes a class's annotations the fields of a frozen dataclass; with `eq` false it is equal to itself only."""
        assert frozen

        def made(cls):
            cls = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
            cls.__init__ = _initialized_first(cls)
            cls.__repr__ = _repr
            cls.__setattr__ = cls.__delattr__ = _refuse
            if eq:
                cls.__eq__, cls.__hash__ = _eq, _hash
            return cls

        return made


def _initialized_first(cls: Any) -> Any:
    """`__init__` that compiles the one with the fields as its parameters, for the first record of the class."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it becomes the method
        if cls.__init__ is __init__:
            cls.__init__ = _initializer(cls)
        cls.__init__(self, *args, **kwargs)

    return __init__


def _initializer(cls: Any) -> Any:
    """`__init__` with the fields as its parameters."""
    known: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    parameters, values = ["self"], []
    for field in dataclasses.fields(cls):
        name, default = field.name, f"_{field.name}"
        if field.default_factory is not dataclasses.MISSING:
            known[default] = field.default_factory
            parameters.append(f"{name}=MISSING")
            values.append(f"{name}={default}() if {name} is MISSING else {name}")
            continue
        if field.default is not dataclasses.MISSING:
            known[default] = field.default
        parameters.append(f"{name}={default}" if default in known else name)
        values.append(f"{name}={name}")
    exec(f"def __init__({', '.join(parameters)}):\n self.__dict__.update({', '.join(values)})", known)  # noqa: S102
    return known["__init__"]


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in self.__dataclass_fields__)


def _eq(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    values = ", ".join(f"{name}={value!r}" for name, value in zip(self.__dataclass_fields__, _values(self)))
    return f"{type(self).__qualname__}({values})"


def _refuse(self: Any, name: str, *_: object) -> None:
    raise dataclasses.FrozenInstanceError(f"{name} of a frozen {type(self).__name__} is not to be changed")
