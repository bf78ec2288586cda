"""Callers that no statement of a policy tells apart, so that one of them stands for all.

They are told apart by where their names stand. A pattern or a variable may be of some and not of others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from policy_pack.iam.document import Condition, Document, Statement
from policy_pack.iam.request import Caller
from policy_pack.iam.texts import ACCOUNT, GAP

# The condition keys that differ from caller to caller.
_OF_CALLERS = frozenset({"aws:principalarn", "aws:principalaccount", "kms:calleraccount"})

# Where a name stands: the number of the statement, the element, and what is written around it.
_Place = tuple[int, str, str]


def kinds_of_names(document: Document, names: Iterable[str]) -> list[list[str]]:
    """The names of accounts or identities, those together that nothing but a pattern tells apart."""
    wanted = sorted(set(names))
    places: dict[str, set[_Place]] = {each: set() for each in wanted}
    for statement in document.statements:
        for where, text in placed_names(statement):
            for name in {text, *ACCOUNT.findall(text)} & places.keys():
                places[name].add((statement.number, where, text.replace(name, GAP)))
    kinds: dict[Hashable, list[str]] = {}
    for name in wanted:
        account = "" if ACCOUNT.fullmatch(name) else "".join(ACCOUNT.findall(name))
        kinds.setdefault((frozenset(places[name]), account), []).append(name)
    return list(kinds.values())


def kinds_of_callers(document: Document, callers: Sequence[Caller]) -> list[Hashable]:
    """What each of some roles is to a policy: the same for those that it does not tell apart but by their tags."""
    if names_by_patterns(document):
        return list(callers)
    places: Mapping[str, set[_Place]] = defaultdict(set)
    for statement in document.statements:
        for where, text in placed_names(statement):
            # Of a session's name nobody knows whether it is the caller's.
            places[text.rpartition("/")[0] if ":sts:" in text else text].add((statement.number, where, ""))
    return [_kind(each, places) for each in callers]


def _kind(caller: Caller, places: Mapping[str, set[_Place]]) -> Hashable:
    if GAP in caller.arn:
        return caller
    named = (frozenset(places.get(each, ())) for each in (caller.arn, caller.session.rpartition("/")[0]))
    return caller.partition, caller.account, *named


def names_by_patterns(document: Document) -> int:
    """How many elements of a policy name callers by patterns, by variables, or in letters of any case."""
    return sum(map(_by_patterns, document.statements))


def _by_patterns(statement: Statement) -> int:
    names = [each.name or "" for each in statement.principals.entries] if statement.principals is not None else []
    found = int(any(_is_open(each) for each in names if each != "*"))
    return found + sum(map(_names_by_patterns, statement.conditions))


def _names_by_patterns(condition: Condition) -> bool:
    values = [*filter(None, condition.values.values)]
    if condition.key not in _OF_CALLERS:
        return any("${" in each for each in values)
    ignores_case = "IgnoreCase" in condition.operator and condition.key == "aws:principalarn"
    return bool(values) and (ignores_case or any(map(_is_open, values)))


def _is_open(text: str) -> bool:
    return "${" in text or "*" in text or "?" in text


def placed_names(statement: Statement) -> Iterator[tuple[str, str]]:
    """The texts by which a statement may name somebody, and where in it they stand."""
    for principal in statement.principals.entries if statement.principals is not None else ():
        yield principal.kind, principal.name or ""
    for index, condition in enumerate(statement.conditions):
        for value in condition.values.values:
            yield f"condition {index}", value or ""
