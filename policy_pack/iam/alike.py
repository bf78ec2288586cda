"""Groups callers that no statement of a policy distinguishes, so that one of them represents the group.

Callers differ by the places of their names in the policy. A pattern or a variable may match some of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from policy_pack.iam.document import Condition, Document, Statement
from policy_pack.iam.request import Caller
from policy_pack.iam.texts import ACCOUNT, GAP, has_wildcard

# The condition keys that differ from caller to caller.
_OF_CALLERS = frozenset({"aws:principalarn", "aws:principalaccount", "kms:calleraccount"})

# The place of a name: the number of the statement, the element, and the text around the name.
_Place = tuple[int, str, str]


def kinds_of_names(document: Document, names: Iterable[str]) -> list[list[str]]:
    """The names of accounts or identities, grouped if only a pattern can distinguish them."""
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
    """A group for each of some roles: the same for roles that a policy distinguishes only by their tags."""
    if names_by_patterns(document):
        return list(callers)
    places: Mapping[str, set[_Place]] = defaultdict(set)
    for statement in document.statements:
        for where, text in placed_names(statement):
            # It is not known whether the name of a session is the caller's.
            places[text.rpartition("/")[0] if ":sts:" in text else text].add((statement.number, where, ""))
    return [_kind(each, places) for each in callers]


def _kind(caller: Caller, places: Mapping[str, set[_Place]]) -> Hashable:
    if GAP in caller.arn:
        return caller
    named = (frozenset(places.get(each, ())) for each in (caller.arn, caller.session.rpartition("/")[0]))
    return caller.partition, caller.account, *named


def names_by_patterns(document: Document) -> int:
    """The number of elements of a policy that name callers by patterns, by variables, or case-insensitively."""
    return sum(map(_by_patterns, document.statements))


def _by_patterns(statement: Statement) -> int:
    names = [each.name or "" for each in statement.named]
    found = int(any(_is_open(each) for each in names if each != "*"))
    return found + sum(map(_names_by_patterns, statement.conditions))


def _names_by_patterns(condition: Condition) -> bool:
    values = [*filter(None, condition.values.values)]
    if condition.key not in _OF_CALLERS:
        return any("${" in each for each in values)
    ignores_case = "IgnoreCase" in condition.operator and condition.key == "aws:principalarn"
    return bool(values) and (ignores_case or any(map(_is_open, values)))


def _is_open(text: str) -> bool:
    return "${" in text or has_wildcard(text)


def placed_names(statement: Statement) -> Iterator[tuple[str, str]]:
    """The texts in a statement that may name a caller, and their places."""
    for principal in statement.named:
        yield principal.kind, principal.name or ""
    for index, condition in enumerate(statement.conditions):
        for value in condition.values.values:
            yield f"condition {index}", value or ""
