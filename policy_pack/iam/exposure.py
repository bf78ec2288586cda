"""Whom a key's policy lets in besides the key's own account: everybody, other accounts, principals not meant to be.

The policy is asked what a caller could do who chooses whatever it leaves open. Conditions on the caller's account,
organization or identity keep such a caller out; one on anything else, like the service that calls, does not.

Sources: "Ensure that your key policy is not overly permissive" and "Allowing users in other accounts to use a KMS key"
in the AWS KMS Developer Guide; "AWS global condition context keys" in the IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache

from policy_pack.iam.document import Document
from policy_pack.iam.evaluate import evaluate
from policy_pack.iam.kms_actions import KEY_ACTIONS
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.request import ACCOUNT, DENY, ORGANIZATION, Caller, Request
from policy_pack.iam.texts import GAP, NAMED, matches
from policy_pack.records import dataclass

_IDENTITY = re.compile(r"arn:[^:]*:(?:iam|sts)::[^:]*:.+")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


@dataclass(frozen=True)
class Found:
    """Whether some are let in, and the numbers of the statements that do."""

    answer: Answer
    statements: tuple[int, ...] = ()


@dataclass(frozen=True)
class Exposure:
    """Whether a policy lets in everybody, accounts that it should not, and principals that it should not."""

    everybody: Found
    accounts: Found
    principals: Found


def exposure(
    document: Document,
    key: str,
    allowed_accounts: Collection[str] = (),
    allowed_principals: Collection[str] | None = None,
) -> Exposure:
    """Whom the policy of the key of the ARN `key`, which may have gaps, lets in.

    `allowed_accounts` are ids besides the key's own account. `allowed_principals` are ARNs with ``*`` for anything;
    `None` allows any principal of an allowed account.
    """
    partition, owner = key.split(":")[1], key.split(":")[4]
    anyone = _Probe(document, key, f"arn:{partition}:iam::{GAP}:{GAP}")
    everybody = _found(document, [anyone.lets_in])
    accounts = sorted(_accounts(document) - {owner})
    others = [each for each in accounts if each not in allowed_accounts]
    probes = [_known(document, key, f"arn:{partition}:iam::{each}:{GAP}", {each}) for each in others]
    return Exposure(
        everybody,
        _other_accounts(document, probes, owner, _known(document, key, anyone.arn)),
        Found(False)
        if allowed_principals is None
        else _other_principals(document, key, [owner, *accounts], allowed_principals),
    )


@dataclass(frozen=True)
class _Probe:
    """A caller by an ARN with gaps for what it chooses; `played` are names in the policy that may mean it."""

    document: Document
    key: str
    arn: str
    played: frozenset[str] = frozenset()

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    def lets_in(self, document: Document) -> Answer:
        """Whether the caller may do anything at all, itself or by policies of its account."""
        return any_of(self._may(document, through_account=True))

    def lets_in_itself(self, document: Document) -> Answer:
        """The same without what the key's policy leaves to the account of the caller."""
        return any_of(self._may(document, through_account=False))

    def _may(self, document: Document, *, through_account: bool) -> Iterator[Answer]:
        for organization in (GAP, None):
            keys = self._keys(organization)
            for action in _telling_apart(document):
                request = Request(action, self.key, Caller(self.arn), keys, free=True, played=self.played)
                said = evaluate(document, request)
                allows = any_of([said.itself, said.account]) if through_account else said.itself
                yield all_of([negate(said.denied), allows])

    def _keys(self, organization: str | None) -> dict[str, str | None]:
        owner = self.key.split(":")[4]
        return {
            "aws:principalarn": self.arn,
            "aws:principalaccount": self.account,
            "kms:calleraccount": self.account,
            "aws:principalorgid": organization,
            "aws:principalorgpaths": organization,
            "aws:userid": GAP,
            "aws:principalisawsservice": "false",
            # These come with what services do for themselves.
            "aws:principalservicename": None,
            "aws:sourceaccount": None,
            "aws:sourcearn": None,
            "aws:sourceorgid": None,
            "aws:sourceorgpaths": None,
            **({} if GAP in owner else {"aws:resourceaccount": owner}),
        }


def _telling_apart(document: Document) -> list[str]:
    """One action of each kind that the statements of a document tell apart."""
    patterns = {
        pattern
        for statement in document.statements
        if statement.actions is not None
        for pattern in statement.actions.values
        if pattern is not None
    }
    kinds: dict[frozenset[str], str] = {}
    for action in KEY_ACTIONS:
        kinds.setdefault(frozenset(pattern for pattern in patterns if action in _actions_of(pattern)), action)
    return list(kinds.values())


@lru_cache(maxsize=1024)
def _actions_of(pattern: str) -> frozenset[str]:
    return frozenset(action for action in KEY_ACTIONS if matches(action.lower(), pattern.lower()))


def _known(document: Document, key: str, arn: str, names: Iterable[str] = ()) -> _Probe:
    """A caller of a known account, which may well be of any organization that the policy names."""
    organizations = frozenset(name for text in _texts(document) for name in ORGANIZATION.findall(text))
    return _Probe(document, key, arn, organizations.union(names))


def _other_accounts(document: Document, probes: Iterable[_Probe], owner: str, unnamed: _Probe) -> Found:
    let_in = {probe: probe.lets_in(document) for probe in probes}
    certain = [probe for probe, answer in let_in.items() if answer]
    # Where the key's own account is not known, one of them may be it.
    if len(certain) > (1 if GAP in owner else 0):
        return _found(document, [probe.lets_in for probe in certain])
    # What is not known in a statement may be an account's name.
    unclear = any(_has_unknowns(each) and unnamed.lets_in(each) is None for each in _one_by_one(document))
    return Found(None if certain or unclear or None in let_in.values() else False)


def _other_principals(document: Document, key: str, accounts: Iterable[str], allowed: Collection[str]) -> Found:
    partition, owner = key.split(":")[1], key.split(":")[4]
    tests: list[Callable[[Document], Answer]] = []
    for account in accounts:
        if not _is_allowed(f"arn:{partition}:iam::{account}:root", allowed):
            nameless = _known(document, key, f"arn:{partition}:iam::{account}:{_nameless(document)}")
            own = account == owner or GAP in owner
            tests.append(nameless.lets_in_itself if own else nameless.lets_in)
    for arn in sorted(_identities(document)):
        if not _is_allowed(arn, allowed) and not arn.endswith(":root"):
            shape = arn.replace("*", GAP).replace("?", GAP)
            tests.append(_known(document, key, shape, ACCOUNT.findall(arn)).lets_in_itself)
    if any(_UNIQUE_ID.match(text) for text in _texts(document)):
        tests.append(lambda _: None)  # whose id it is, nobody can tell
    return _found(document, tests)


def _nameless(document: Document) -> str:
    """The end of the ARN of somebody whom no ARN in a document means; each of those is asked about itself.

    Where a pattern is not of an ARN, whom it means is open.
    """
    patterns = (
        value or ""
        for statement in document.statements
        for condition in statement.conditions
        if condition.key == "aws:principalarn"
        for value in condition.values.values
    )
    return NAMED if all(map(_IDENTITY.fullmatch, patterns)) else GAP


def _is_allowed(arn: str, allowed: Collection[str]) -> bool:
    return any(matches(arn, pattern) for pattern in allowed)


def _found(document: Document, tests: Iterable[Callable[[Document], Answer]]) -> Found:
    tests = list(tests)
    answer = any_of(test(document) for test in tests)
    if answer is not True:
        return Found(answer)
    numbers = [each.statements[0].number for each in _one_by_one(document) if any(test(each) for test in tests)]
    return Found(True, tuple(numbers))


def _one_by_one(document: Document) -> Iterator[Document]:
    """Each statement that may allow something, with those that deny."""
    denying = tuple(each for each in document.statements if each.effect == DENY)
    for each in document.statements:
        if each.effect != DENY:
            yield Document((each, *denying), document.variables)


def _has_unknowns(document: Document) -> bool:
    """Whether anything that names somebody in the first of a document's statements is not known."""
    first = document.statements[0]
    names = [each.name for each in first.principals.entries] if first.principals is not None else []
    return not first.certain or None in names or any(None in each.values.values for each in first.conditions)


def _accounts(document: Document) -> set[str]:
    return {account for text in _texts(document) for account in ACCOUNT.findall(text)}


def _identities(document: Document) -> set[str]:
    return {text for text in _texts(document) if _IDENTITY.fullmatch(text)}


def _texts(document: Document) -> Iterator[str]:
    """The texts by which statements may name somebody: their principals, and the values of their conditions."""
    for statement in document.statements:
        for principal in statement.principals.entries if statement.principals is not None else ():
            yield principal.name or ""
        for condition in statement.conditions:
            yield from (value or "" for value in condition.values.values)
