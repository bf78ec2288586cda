"""Matches patterns with ``*`` and ``?`` with partly known texts.

At preview, parts of an ARN are not known yet, such as the account and the ID of a key that will be made. Such a text
has a `GAP` for any text, even an empty one: ``arn:aws:kms:eu-west-1:<GAP>:key/<GAP>``.

Sources: "IAM JSON policy elements: Resource" and "Condition operators" in the IAM User Guide, for wildcards; the
automaton with a bit for each position is from Baeza-Yates and Gonnet, "A new approach to text searching".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from policy_pack.gaps import GAP as GAP
from policy_pack.iam.logic import Answer

# In a pattern: someone's name, which no gap contains.
NAMED = "\1"

# An account ID, alone or in an ARN.
ACCOUNT = re.compile(r"(?:^|(?<=:))\d{12}(?=:|$)")
# Names that only their owners have: accounts, organizations, and unique IDs of users and roles.
ORGANIZATION = re.compile(r"^o-[a-z0-9]+(?![a-z0-9*?])")
_NAMES = re.compile(rf"{ACCOUNT.pattern}|{ORGANIZATION.pattern}|^A[A-Z]{{3}}[A-Z0-9]{{12,}}")

# The limited contents of a gap: names of organizations or none, these other names, and not those.
Fills = tuple[bool, frozenset[str], frozenset[str]]

# How patterns are read: as names without wildcards, as texts with wildcards, as ARNs (a wildcard matches in one part).
NAMES, LIKE, ARN = "names", "like", "arn"


_KEPT = 256  # cached answers: the same texts occur again and again, such as those of a stack's roles for each key


class Work:
    """The cost of matching: one for each character of a text, for every `WIDTH` positions of the patterns."""

    WIDTH = 4096
    steps = 0


def matches(text: str, pattern: str, *, wildcards: bool = True) -> Answer:
    """Whether `text` matches `pattern`, whatever fills its gaps; `None` if that depends on them."""
    return patterns((pattern,), LIKE if wildcards else NAMES).fit(text)


@lru_cache(maxsize=2048)
def patterns(values: tuple[str, ...], how: str) -> Patterns:
    """The patterns of an element of a policy."""
    return Patterns(values, how)


def has_wildcard(text: str) -> bool:
    """Whether IAM takes a text as a pattern where it allows one."""
    return "*" in text or "?" in text


class Patterns:
    """Patterns, one of which has to match a text. Among patterns of ARNs, invalid ones match nothing.

    A text costs a step for each of its characters, whatever the patterns are: the positions that it may have reached in
    any of them are the bits of one number.
    """

    def __init__(self, values: Iterable[str], how: str) -> None:
        self._how = how
        values = [each for each in values if how != ARN or each.count(":") > 4]
        self.values = frozenset(values)
        self._open = [each for each in values if how != NAMES and has_wildcard(each)]
        self._everything = how == LIKE and "*" in self.values
        self._of_open: _Automaton | None = None
        self._of_all: _Automaton | None = None
        self._known: dict[tuple[str, Fills | None], Answer] = {}

    @property
    def exact(self) -> bool:
        """Whether no pattern has a wildcard, so that a text without gaps matches only if it is one of the values."""
        return not self._open

    def fit(self, text: str, fills: Fills | None = None) -> Answer:
        """Whether one of the patterns matches a text; with `fills`, its gaps contain no other names than those."""
        if self._everything:
            return True
        if GAP in text:
            return self._run(text, fills) if self.values else False
        if text in self.values:
            return True
        return self._run(text, None) if self._open else False

    def _run(self, text: str, fills: Fills | None) -> Answer:
        if (text, fills) not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[text, fills] = self._automaton(GAP in text).run(text, fills)
        return self._known[text, fills]

    def _automaton(self, of_all: bool) -> _Automaton:
        """The automaton of all patterns, or of those with wildcards."""
        if of_all:
            self._of_all = self._of_all or _Automaton(sorted(self.values), self._how)
            return self._of_all
        self._of_open = self._of_open or _Automaton(self._open, self._how)
        return self._of_open


def fits_of_sets(sets: Sequence[Patterns], texts: Iterable[str]) -> Iterator[tuple[str, list[bool]]]:
    """Each of some texts without gaps, with the sets of patterns that it matches, for all sets in one pass."""
    together = _Automaton([value for each in sets for value in each.values], LIKE)
    ends = together.ends([len(each.values) for each in sets])
    for text in texts:
        reached = together.reached(text)
        yield text, [bool(reached & each) for each in ends]


class _Automaton:
    def __init__(self, values: Iterable[str], how: str) -> None:
        at = 0
        starts: list[int] = []
        ends: list[int] = []
        stars: dict[bool, list[int]] = {False: [], True: []}  # under True, the positions in the first parts of ARNs
        questions: dict[bool, list[int]] = {False: [], True: []}
        walls: list[int] = []  # positions that no gap can pass
        letters: defaultdict[str, list[int]] = defaultdict(list)
        names: defaultdict[str, list[int]] = defaultdict(list)
        for value in values:
            starts.append(at)
            colons = 0
            here = []  # the position of each letter of the patterns
            for char in value:
                here.append(at)
                first_parts = how == ARN and colons < 5
                if char == "*" and how != NAMES:
                    stars[first_parts].append(at)
                    continue
                if char == "?" and how != NAMES:
                    questions[first_parts].append(at)
                else:
                    letters[char].append(at)
                    if char == NAMED or (char == ":" and first_parts):
                        walls.append(at)
                    colons += char == ":"
                at += 1
            for name in _NAMES.finditer(value):
                names[name[0]] += here[name.start() : name.end()]
            ends.append(at)
            at += 1
        self._size = at
        self._each_end = ends
        self._starts, self._ends = self._bits(starts), self._bits(ends)
        # A wildcard in the first parts of an ARN matches no colon.
        self._stay_on_colon, self._any_colon = self._bits(stars[False]), self._bits(questions[False])
        self._stay, self._any = self._bits(stars[False] + stars[True]), self._bits(questions[False] + questions[True])
        self._next = {char: self._bits(each) for char, each in letters.items()}
        self._passable = ((1 << at) - 1) & ~self._ends & ~self._bits(walls)
        self._named = self._bits([each for found in names.values() for each in found])
        self._organizations = self._bits(
            [each for name, found in names.items() if ORGANIZATION.match(name) for each in found]
        )
        self._names = names

    def _bits(self, positions: list[int]) -> int:
        if self._size < 512:
            return sum(1 << each for each in set(positions))
        found = bytearray(self._size // 8 + 1)
        for each in positions:
            found[each >> 3] |= 1 << (each & 7)
        return int.from_bytes(found, "little")

    def run(self, text: str, fills: Fills | None) -> Answer:
        """Whether a text matches, with anything in its gaps or with something."""
        certain, possible = self._run(text, fills)
        if certain & self._ends:
            return True
        return None if possible & self._ends else False

    def reached(self, text: str) -> int:
        """The ends of the patterns that match a text without gaps."""
        return self._run(text, None)[0] & self._ends

    def ends(self, sizes: Iterable[int]) -> list[int]:
        """The ends of the patterns, so many by so many."""
        ends = iter(self._each_end)
        return [self._bits([next(ends) for _ in range(size)]) for size in sizes]

    def _run(self, text: str, fills: Fills | None) -> tuple[int, int]:
        Work.steps += (1 + len(text)) * (1 + self._size // Work.WIDTH)
        certain = possible = self._starts
        open_ = self._open_to(fills) if GAP in text else -1
        passable = self._passable & open_
        for char in text:
            if char == GAP:
                certain &= self._stay
                # All positions up to the next one that no gap can pass, from each reached one: the carry of a sum.
                possible |= ((possible & passable) + passable) ^ passable
                continue
            if char == ":":
                following, stay = self._next.get(char, 0) | self._any_colon, self._stay_on_colon
            else:
                following, stay = self._next.get(char, 0) | self._any, self._stay
            following &= open_
            possible = ((possible & following) << 1) | (possible & stay)
            if not possible:
                return 0, 0
            certain = ((certain & following) << 1) | (certain & stay)
        return certain, possible

    def _open_to(self, fills: Fills | None) -> int:
        """All positions except those of names that the text does not mean."""
        if fills is None:
            return -1
        organizations, names, excluded = fills
        played = self._organizations if organizations else 0
        for name in names:
            played |= self._bits(self._names.get(name, []))
        for name in excluded:
            played &= ~self._bits(self._names.get(name, []))
        return ~(self._named & ~played)
