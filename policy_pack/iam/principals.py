"""Whether a statement of a key policy names a caller, itself or by its account.

Sources: "AWS JSON policy elements: Principal" and "AWS JSON policy elements: NotPrincipal" in the IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

from policy_pack.iam.document import Principals
from policy_pack.iam.logic import Answer, Answers, all_of, any_of, everywhere, negate
from policy_pack.iam.request import ALLOW, Batch, Group, Request
from policy_pack.iam.texts import GAP, LIKE, NAMES, has_wildcard, patterns

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[^:*?]*:iam::[^:*?]*:root")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_KINDS = frozenset({"*", "AWS", "Account", "Service", "Federated"})


class Named(NamedTuple):
    """Which callers are named themselves, and whose account is named, so that the account's own policies decide."""

    itself: Answers
    account: Answers


def named_by(principals: Principals, batch: Batch, effect: str) -> Named:
    """How the principals of a statement name the callers of requests."""
    names = _Names(principals, effect)
    if names.everybody and not principals.negated:
        return Named(everywhere(True, batch.every), Answers())
    itself, account, rest = Answers(), Answers(), batch.every
    for request, bits in names.concerned(batch):
        if not bits & rest:
            continue
        itself = itself.either(everywhere(names.itself(request), bits))
        account = account.either(everywhere(names.account(request), bits))
        rest &= ~bits
    if rest:
        # None of the names is in an account of theirs, so they all have the same result.
        other = batch.requests[(rest & -rest).bit_length() - 1]
        itself = itself.either(everywhere(names.itself(other), rest))
        account = account.either(everywhere(names.account(other), rest))
    return Named(itself, account)


class _Names:
    """The principals of a statement, prepared for many callers."""

    def __init__(self, principals: Principals, effect: str) -> None:
        entries = principals.entries
        self._negated, self._effect = principals.negated, effect
        self.everybody = any(each.kind == "*" or (each.kind == "AWS" and each.name == "*") for each in entries)
        self._unclear = any(
            each.kind not in _KINDS or (each.name is None and each.kind != "Account") for each in entries
        )
        self._unknown_account = any(each.kind == "Account" and each.name is None for each in entries)
        self._services = [each.name or "" for each in entries if each.kind == "Service"]
        identities = dict.fromkeys(each.name for each in entries if each.kind in ("AWS", "Account") and each.name)
        self._accounts = [each for each in identities if _ACCOUNT.fullmatch(each)]
        self._roots = [each for each in identities if _ROOT.fullmatch(each)]
        self._ids = any(_UNIQUE_ID.fullmatch(each) for each in identities)
        others = identities.keys() - {*self._accounts, *self._roots}
        self._wide = sorted(each for each in others if has_wildcard(each))
        self._arns = sorted(each for each in others if not has_wildcard(each))
        self._fitting_accounts = patterns(tuple(self._accounts), NAMES)
        self._fitting_roots = patterns(tuple(self._roots), NAMES)
        self._fitting_arns = patterns(tuple(self._arns), NAMES)
        self._fitting_sessions = patterns(tuple(each for each in self._arns if ":sts:" in each), NAMES)
        self._fitting_wide = patterns(tuple(self._wide), LIKE)

    def concerned(self, batch: Batch) -> Iterator[Group]:
        """The groups of requests that the principals distinguish."""
        callers = batch.by("callers", lambda request: (request.caller, request.fills()))
        if self.everybody or self._wide or len(callers) <= 4:
            yield from callers.values()
            return
        found: Mapping[Hashable, list[Group]] = batch.once("named", lambda: _by_name(callers))
        yield from found.get(None, ())
        for name in (*self._accounts, *(each.split(":")[4] for each in self._roots)):
            yield from found.get(name, ())
        for arn in self._arns:
            account = arn.split(":")[4] if arn.count(":") > 4 else ""
            yield from found.get(("gaps", account), ())
            yield from found.get(arn, ())
            yield from found.get(arn.rpartition("/")[0], ())

    def itself(self, request: Request) -> Answer:
        """Whether a caller itself is named."""
        if not self._negated:
            return self._by_itself(request)
        if self._effect == ALLOW:
            # Not supported according to today's documentation; it used to allow everyone who is not named.
            return request.left(all_of([negate(self._by_itself(request)), None]), wants=True)
        itself = self._by_itself(request)
        if request.caller.service or itself is not True:
            return negate(itself)
        # For a role's session, AWS requires that the session is named too, and its name is not known.
        return False if self.everybody else None

    def account(self, request: Request) -> Answer:
        """Whether a caller's account is named."""
        return False if self._negated else self._by_account(request)

    def _by_itself(self, request: Request) -> Answer:
        if self.everybody:
            return True
        open_ = None if self._unclear else False
        if request.caller.service:
            return any_of([open_, *(self._is_service(each, request.caller.service) for each in self._services)])
        wants, fills = (self._effect == ALLOW) != self._negated, request.fills()
        if self._ids and not request.free:
            open_ = None
        found = [open_]
        if self._wide:
            wide = self._fitting_wide.fit(request.caller.arn, fills) if request.free else _in_a_name(self._effect)
            found.append(request.left(wide, wants=wants) if request.free else wide)
        if self._arns:
            # A session with any name may be the caller's.
            found.append(request.left(self._fitting_arns.fit(request.caller.arn, fills), wants=wants))
            found.append(request.left(self._fitting_sessions.fit(request.caller.session, fills), wants=wants))
        return any_of(found)

    def _by_account(self, request: Request) -> Answer:
        if request.caller.service:
            return False
        wants, fills = (self._effect == ALLOW) != self._negated, request.fills()
        itself = request.left(self._fitting_accounts.fit(request.caller.account, fills), wants=wants)
        as_root = request.left(self._fitting_roots.fit(request.caller.root, fills), wants=wants)
        return any_of([None if self._unknown_account else False, itself, as_root])

    def _is_service(self, name: str, service: str) -> Answer:
        if name == service:
            return True
        # Some services also have a name of their own in a Region or a partition.
        other_names = re.compile(rf"{re.escape(service.partition('.')[0])}(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?")
        if other_names.fullmatch(name):
            return None
        return _in_a_name(self._effect) if has_wildcard(name) else False


def _in_a_name(effect: str) -> Answer:
    """A wildcard for part of a name does not work here: it allows no one, but it may exclude someone."""
    return None if effect != ALLOW else False


def _by_name(callers: Mapping[Hashable, Group]) -> Mapping[Hashable, list[Group]]:
    """The groups of callers by every possible name; under `None` those with unknown names."""
    found: dict[Hashable, list[Group]] = {}
    for request, bits in callers.values():
        caller, group = request.caller, (request, bits)
        if caller.service or GAP in caller.account:
            found.setdefault(None, []).append(group)
            continue
        found.setdefault(caller.account, []).append(group)
        if GAP in caller.arn:
            found.setdefault(("gaps", caller.account), []).append(group)
        else:
            found.setdefault(caller.arn, []).append(group)
            found.setdefault(caller.session.rpartition("/")[0], []).append(group)
    return found
