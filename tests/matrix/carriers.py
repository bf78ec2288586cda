"""The carriers and their columns in the matrix (`tests.matrix.columns`)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from policy_pack.carriers import CARRIERS
from policy_pack.stack.model import Configuration
from tests.matrix import columns


def still_to_do(modules: Iterable[Any], listed: Sequence[Any], titles: Container[str]) -> list[str]:
    """What is still to do for carriers: the `modules` that may be ones, those `listed`, and the columns' `titles`."""
    todo = [
        f"{_file(each)} is read by nobody: add it to CARRIERS in policy_pack/carriers/registry.py"
        for each in modules
        if hasattr(each, "KEY_WRITERS") and each not in listed
    ]
    for each in listed:
        title = getattr(each, "TITLE", None)
        if title is None and any(reads.makes is Configuration for reads in each.READERS.values()):
            todo.append(
                f"{_file(each)} reads endpoint configurations: give it a TITLE, the name of its column in the matrix"
            )
        if title is not None and title not in titles:
            column = f"tests/matrix/columns/{_name(each)}.py"
            todo.append(f"{_file(each)} has no column: write {column}, with PARTS and make, as aws_native.py beside it")
    return todo


def _name(carrier: Any) -> str:
    return str(carrier.__name__.rpartition(".")[2])


def _file(carrier: Any) -> str:
    return f"policy_pack/carriers/{_name(carrier)}.py"


def _column(carrier: Any) -> Any:
    """The column of a carrier, `None` where nobody has written it yet."""
    name = f"{columns.__name__}.{_name(carrier)}"
    return import_module(name) if find_spec(name) is not None else None


# By the carriers' titles, which those have that judge.
COLUMNS: Mapping[str, Any] = {
    each.TITLE: column for each in CARRIERS if hasattr(each, "TITLE") and (column := _column(each)) is not None
}
