"""How a carrier reads a type of resource, and what that becomes in the model.

A type is written as the engine writes it (``aws:kms/key:Key``), or with an asterisk for its package
(``*:index/kmsKey:KmsKey``) if the package may have any name.

Source: "Package Schema" in the Pulumi documentation, for how a type's token begins with the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from policy_pack.records import dataclass
from policy_pack.stack.model import Alias, AnyNode, Configuration, Endpoint, Key, Template, Unread

T = TypeVar("T")

_ANY_PACKAGE = "*:"


@dataclass(frozen=True)
class Reads:
    """How a type of resource is read: `read` yields nodes of the model, and `makes` is their most important kind."""

    makes: type
    read: Callable[..., Iterable[AnyNode]]

    @property
    def is_subject(self) -> bool:
        """Whether policies judge its nodes or what it may contain; other types matter only beside such a type."""
        return self.makes in (Configuration, Endpoint, Template, Unread)

    @property
    def is_key(self) -> bool:
        """Whether a configuration may name it as its key."""
        return self.makes in (Key, Alias)


class ByType(Mapping[str, T]):
    """A mapping by type of resource, in which a type may have any package. A look-up takes the same time either way.

    `otherwise` is called for a type that is not in the mapping.
    """

    def __init__(self, known: Mapping[str, T], otherwise: Callable[[str], T | None] = lambda _: None) -> None:
        self._known = known
        self._otherwise = otherwise
        self._in_any_package = {
            kind.removeprefix(_ANY_PACKAGE): each for kind, each in known.items() if kind.startswith(_ANY_PACKAGE)
        }

    def __getitem__(self, kind: str) -> T:
        found: T | None = self.get(kind)
        if found is None:
            raise KeyError(kind)
        return found

    def get(self, kind: str, default: Any = None) -> Any:
        found = self._known.get(kind)
        if found is None:
            found = self._in_any_package.get(kind.partition(":")[2])
        if found is None:
            found = self._otherwise(kind)
        return default if found is None else found

    def __contains__(self, kind: object) -> bool:
        # The inherited method raises an exception for each missing type, and most of a stack's types are missing.
        return isinstance(kind, str) and self.get(kind) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
