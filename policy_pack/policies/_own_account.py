"""Decides about a key whose account is its template's own (``${AWS::AccountId}``), with an unknown account ID.

The account is one that a policy names, or another one. So a question about policies is asked for each possible account,
and its answer is certain if it is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from policy_pack.expressions import expression
from policy_pack.gaps import ACCOUNT, has_gaps
from policy_pack.judging.verdict import CannotTell, Decision, Violation
from policy_pack.stack.model import Key
from policy_pack.values import PartlyKnown, Plain, WrongType

_ID = expression(r"(?<![0-9])[0-9]{12}(?![0-9])")

# The most named accounts; with more, the answer is unknown.
_MOST = 4


def in_any_account(key: Key, named_in: Iterable[Plain | WrongType], decide: Callable[[Key], Decision]) -> Decision:
    """The decision about a key in any account that its template may be deployed to; `named_in` names accounts."""
    decisions = [decide(each) for each in _as_in_each_account(key, named_in)]
    violations = [each for each in decisions if isinstance(each, Violation)]
    if violations and len(violations) < len(decisions):
        return CannotTell("The answer depends on the account of the key, which is not known before the update.")
    return next((each for each in decisions if isinstance(each, CannotTell)), decisions[0])


def _as_in_each_account(key: Key, named_in: Iterable[Plain | WrongType]) -> list[Key]:
    """The key in each possible account; the key itself if its account is known, or not mentioned at all."""
    own = key.account
    if not isinstance(own, PartlyKnown) or own.text != ACCOUNT:
        return [key]
    named = sorted({id_ for value in named_in for text in _texts(value) for id_ in _ID.findall(text)})
    if len(named) > _MOST:
        return [key]
    another = next(id_ for id_ in (f"{number:012}" for number in range(1, _MOST + 2)) if id_ not in named)
    return [replace(key, account=each) for each in (another, *named)]


# The id of the template within which an account is called its own, and its id.
OwnAccount = tuple[str, str]


def own_account(key: Key) -> OwnAccount | None:
    """The template scope in which a key's account is the own one, and that account; `None` if it is not known."""
    own = key.place.account
    return (own.within, key.account) if isinstance(own, PartlyKnown) and isinstance(key.account, str) else None


def with_account(value: Plain, key: Key) -> Plain:
    """A value with the key's account in the place of the template's pseudo parameter for its account."""
    own = own_account(key)
    return value if own is None else with_own_account(value, own)


def with_own_account(value: Plain, own: OwnAccount) -> Plain:
    """A value in which a template calls its account its own, with the account itself."""
    if isinstance(value, PartlyKnown):
        if own[0] != value.within:
            return value
        text = value.text.replace(ACCOUNT, own[1])
        return replace(value, text=text) if has_gaps(text) else text
    if isinstance(value, dict):
        return {name: with_own_account(each, own) for name, each in value.items()}
    return [with_own_account(each, own) for each in value] if isinstance(value, list) else value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, PartlyKnown):
        yield value.text
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
        if isinstance(value, dict):
            yield from value
