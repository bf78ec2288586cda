"""What becomes of mutants, beside the explanations of those that survive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tools.mutation.changes import Mutant
from tools.mutation.covering import ROOT
from tools.mutation.trying import KILLED

SURVIVORS = ROOT / "tests" / "mutation" / "survivors.yaml"


@dataclass(frozen=True)
class Tried:
    """A mutant of a file, and what became of it."""

    place: str
    mutant: Mutant
    outcome: str
    seconds: float

    @property
    def key(self) -> tuple[str, str, str]:
        return self.place, self.mutant.function, self.mutant.name


def show(tried: Tried) -> None:
    if tried.outcome != KILLED:
        where = tried.mutant.function or "-"
        print(f"{tried.outcome}: {tried.place}:{tried.mutant.line} {where} | {tried.mutant.name}", flush=True)


def explained() -> dict[tuple[str, str, str], Any]:
    """The survivors that the repository explains."""
    given = yaml.safe_load(SURVIVORS.read_text(encoding="utf-8")) if SURVIVORS.exists() else {}
    return {(place, each["in"], each["change"]): each for place, found in (given or {}).items() for each in found}


def summary(tried: list[Tried], known: Mapping[tuple[str, str, str], Any]) -> int:
    """Prints the results of the mutants; 1 if one survives without an explanation."""
    left = [each for each in tried if each.outcome != KILLED]
    equal = [each for each in left if known.get(each.key, {}).get("equivalent")]
    new = [each for each in left if each.key not in known]
    counted = len(tried) - len(equal)
    survivors = len(left) - len(equal)
    print(f"{len(tried) - len(left)} killed, {len(equal)} that change nothing, {survivors} survive", end="")
    print(f" ({survivors / counted:.1%} of {counted})" if counted else "")
    for each in new:
        print(f"not explained: {each.place}:{each.mutant.line} {each.mutant.function or '-'} | {each.mutant.name}")
    for each in tried:
        if each.outcome == KILLED and each.key in known:
            print(f"explained, and killed by now: {each.place} {each.mutant.function or '-'} | {each.mutant.name}")
    return 1 if new else 0
