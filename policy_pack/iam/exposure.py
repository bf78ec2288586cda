"""Whom a key's policy lets in besides the key's own account: everybody, other accounts, principals not meant to be.

The policy is asked what a caller could do who chooses whatever it leaves open. Conditions on the caller's account,
organization or identity keep such a caller out; one on anything else, like the service that calls, does not.

Sources: "Ensure that your key policy is not overly permissive" and "Allowing users in other accounts to use a KMS key"
in the AWS KMS Developer Guide; "AWS global condition context keys" in the IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

from policy_pack.iam.document import Document, Statement
from policy_pack.iam.evaluate import Actions, Reading, readings
from policy_pack.iam.kms_actions import KEY_ACTIONS
from policy_pack.iam.logic import Answer, Answers, everywhere
from policy_pack.iam.request import DENY, Batch, Caller, Request
from policy_pack.iam.texts import ACCOUNT, GAP, LIKE, NAMED, patterns
from policy_pack.records import dataclass

_IDENTITY = re.compile(r"arn:[^:]*:(?:iam|sts)::[^:]*:.+")
# The condition keys that differ from caller to caller.
_OF_CALLERS = frozenset({"aws:principalarn", "aws:principalaccount", "kms:calleraccount"})
_NETWORKS = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")
# Stands for the key's own organization, which a variable names (${aws:ResourceOrgID}).
_OWN_ORGANIZATION = "o-own"
# How often at the most a name is held against what tells names apart, and how many names are asked about at least.
_MOST, _FEWEST = 4096, 8
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


@dataclass(frozen=True)
class Found:
    """Whether some are let in, and the numbers of the statements that do."""

    answer: Answer
    statements: tuple[int, ...] = ()


@dataclass(frozen=True)
class Exposure:
    """Whether a policy lets in everybody, accounts that it should not, and principals that it should not.

    `by_network` says that it lets in everybody of certain networks only. `organizations` is whether it lets in accounts
    of other organizations than are allowed, `services` whether it lets in services for whomever they work.
    """

    everybody: Found
    accounts: Found
    principals: Found
    by_network: bool = False
    organizations: Found = Found(False)
    services: Found = Found(False)


def exposure(
    document: Document,
    key: str,
    allowed_accounts: Collection[str] = (),
    allowed_principals: Collection[str] | None = None,
    allowed_organizations: Collection[str] | None = None,
) -> Exposure:
    """Whom the policy of the key of the ARN `key`, which may have gaps, lets in.

    `allowed_accounts` are ids besides the key's own account. `allowed_principals` are ARNs with ``*`` for anything;
    `None` allows any principal of an allowed account. `allowed_organizations` are ids, of which any account is allowed
    that a condition names by them; `None` allows any organization that is named beside everybody.
    """
    partition, owner = key.split(":")[1], key.split(":")[4]
    accounts = sorted(_accounts(document) - {owner})
    asked = _Asked(document, key, _allowed(allowed_organizations))
    somebody = f"arn:{partition}:iam::{GAP}:{GAP}"
    anyone = asked.about(somebody, any_organization=False)
    anywhere = asked.about(somebody, any_organization=False, networks=False)
    stranger = asked.about(somebody) if allowed_organizations is not None else 0
    services = [asked.about_service(each) for each in sorted(_services(document))]
    unnamed = asked.about(f"arn:{partition}:iam::{GAP}:{GAP}")
    strangers = [each for each in accounts if each not in allowed_accounts]
    others = {
        asked.about(f"arn:{partition}:iam::{each}:{GAP}", {each}): like_it
        for each, like_it in asked.one_of_each(strangers).items()
    }
    principals = []
    if allowed_principals is not None:
        principals = list(_other_principals(asked, accounts, owner, allowed_principals))
    asked.answer()
    # Whose a unique id is, nobody can tell.
    ids = allowed_principals is not None and any(_UNIQUE_ID.match(text) for text in _texts(document))
    everybody = asked.found([anyone])
    return Exposure(
        everybody,
        _other_accounts(asked, others, owner, unnamed),
        asked.found(principals, unclear=ids or asked.cut),
        bool(everybody.answer) and not asked.lets_in(anywhere),
        asked.found([stranger]),
        asked.found(services),
    )


def _allowed(organizations: Collection[str] | None) -> frozenset[str]:
    """The organizations that nobody is asked about, with the key's own."""
    return frozenset() if organizations is None else frozenset({*organizations, _OWN_ORGANIZATION})


class _Asked:
    """What a policy lets callers do, all asked about at once; each is known by its bits."""

    def __init__(self, document: Document, key: str, outside: frozenset[str]) -> None:
        self.document, self.key, self._outside = document, key, outside
        self._requests: list[Request] = []
        self._through_account = 0
        self._by_statement: dict[int, Answers] = {}
        self._in_all = self._in_change = Answers()
        self.cut = False  # whether there was more to ask about than is asked

    def about(
        self,
        arn: str,
        played: Iterable[str] = (),
        *,
        any_organization: bool = True,
        through_account: bool = True,
        networks: bool = True,
    ) -> int:
        """Asks about a caller by an ARN with gaps for what it chooses; the bits that stand for it.

        `played` are names in the policy that may mean it. A caller of a known account may well be of any organization
        that the policy names. `through_account` counts what the policy leaves to the caller's account. Without
        `networks` it is of none that the policy names.
        """
        mine = 0
        for organization in (GAP, None):
            keys = _keys(arn, self.key, organization)
            if not networks:
                keys |= dict.fromkeys(_NETWORKS)
            mine |= 1 << len(self._requests)
            self._requests.append(
                Request(
                    "",
                    self.key,
                    Caller(arn),
                    keys,
                    free=True,
                    played=frozenset(played),
                    any_organization=any_organization,
                    outside=self._outside,
                )
            )
        if through_account:
            self._through_account |= mine
        return mine

    def about_service(self, name: str) -> int:
        """Asks about a service that works for an account that the policy does not name."""
        keys = {"aws:principalisawsservice": "true", "aws:principalservicename": name}
        keys |= dict.fromkeys(("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"), GAP)
        self._requests.append(
            Request("", self.key, Caller(service=name), {**keys, "aws:principalorgid": None}, free=True)
        )
        return 1 << (len(self._requests) - 1)

    def one_of_each(self, names: Iterable[str]) -> dict[str, int]:
        """One of the names of accounts or identities of each kind that no statement tells apart, and how many are.

        Those are told apart by where they stand and by their accounts. Where a pattern or a variable may be of some and
        not of others, each is a kind of its own, and the more of those there are, the fewer names are asked about.
        """
        wanted = sorted(set(names))
        if patterns_of_callers := sum(map(_patterns_of_callers, self.document.statements)):
            most = max(_FEWEST, _MOST // patterns_of_callers)
            self.cut = self.cut or len(wanted) > most
            return dict.fromkeys(wanted[:most], 1)
        places: dict[str, set[tuple[int, str, str]]] = {each: set() for each in wanted}
        for statement in self.document.statements:
            for where, text in _placed_names(statement):
                for name in {text, *ACCOUNT.findall(text)} & places.keys():
                    places[name].add((statement.number, where, text.replace(name, GAP)))
        kinds: dict[Hashable, list[str]] = {}
        for name in wanted:
            account = "" if ACCOUNT.fullmatch(name) else "".join(ACCOUNT.findall(name))
            kinds.setdefault((frozenset(places[name]), account), []).append(name)
        return {alike[0]: len(alike) for alike in kinds.values()}

    def answer(self) -> None:
        """Holds the policy against all that was asked about."""
        batch = Batch(self._requests)
        found = list(readings(self.document, batch))
        for action in _telling_apart(found):
            for number, allows in self._allowed(found, action, batch.every):
                self._by_statement[number] = self._by_statement.get(number, Answers()).either(allows)
        for _, allows in self._allowed(found, "kms:PutKeyPolicy", batch.every):
            self._in_change = self._in_change.either(allows)
        for answers in self._by_statement.values():
            self._in_all = self._in_all.either(answers)

    def _allowed(self, found: Iterable[Reading], action: str, every: int) -> Iterator[tuple[int, Answers]]:
        """The numbers of the statements that allow an action, and whom."""
        denied = Answers()
        for each in found:
            if each.effect == DENY:
                of_action = everywhere(each.of_action(action), every)
                denied = denied.either(of_action.both(each.itself.either(each.account)))
        for each in found:
            if each.effect != DENY and (answer := each.of_action(action)) is not False:
                allows = each.itself.either(each.account.of(self._through_account))
                yield each.number, allows.both(everywhere(answer, every)).but_not(denied)

    def may_change(self, caller: int) -> bool:
        """Whether a caller may change the policy again."""
        return bool(self._in_change.certain & caller)

    def lets_in(self, caller: int) -> Answer:
        """Whether a caller may do anything at all."""
        return self._in_all.at(caller)

    def found(self, callers: Iterable[int], *, unclear: bool = False) -> Found:
        """Whether any of the callers is let in, and by which statements."""
        bits = 0
        for each in callers:
            bits |= each
        answer = self.lets_in(bits)
        if answer is not True:
            return Found(None if unclear else answer)
        return Found(True, tuple(number for number, each in self._by_statement.items() if each.certain & bits))

    def with_unknowns(self) -> Iterator[int]:
        """The numbers of the statements that may allow something and name somebody who is not known."""
        for each in self.document.statements:
            if each.effect != DENY and _has_unknowns(each):
                yield each.number

    def is_unclear(self, caller: int, number: int) -> bool:
        """Whether nobody can tell if a statement lets a caller in."""
        answers = self._by_statement.get(number, Answers())
        return bool(answers.possible & caller) and not answers.certain & caller


def _keys(arn: str, key: str, organization: str | None) -> dict[str, str | None]:
    account, owner = arn.split(":")[4], key.split(":")[4]
    return {
        "aws:principalarn": arn,
        "aws:principalaccount": account,
        "kms:calleraccount": account,
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
        "aws:resourceorgid": _OWN_ORGANIZATION,
    }


def _services(document: Document) -> set[str]:
    """The services that statements name."""
    return {
        principal.name
        for statement in document.statements
        for principal in (statement.principals.entries if statement.principals is not None else ())
        if principal.kind == "Service" and principal.name
    }


def _telling_apart(found: Sequence[Reading]) -> list[str]:
    """One action of each kind that the statements tell apart."""
    several = list({id(each.actions): each.actions for each in found}.values())
    if len(several) > 8:
        Actions.ask_together(several, KEY_ACTIONS)
    sets = list({(id(each.actions), each.effect): each for each in found}.values())
    kinds: dict[tuple[Answer, ...], str] = {}
    for action in KEY_ACTIONS:
        kinds.setdefault(tuple(each.of_action(action) for each in sets), action)
    return list(kinds.values())


def _other_accounts(asked: _Asked, others: Mapping[int, int], owner: str, unnamed: int) -> Found:
    """Whether other accounts are let in; `others` are as many of each kind as stand for one."""
    let_in = {each: asked.lets_in(each) for each in others}
    certain = [each for each, answer in let_in.items() if answer]
    # Where the key's own account is not known, one of them may be it: the only one that may change the policy, if any.
    if sum(others[each] for each in certain) > (1 if GAP in owner else 0):
        owners = [each for each in certain if others[each] == 1 and asked.may_change(each)] if GAP in owner else []
        return asked.found([each for each in certain if each not in owners or len(owners) > 1])
    # What is not known in a statement may be an account's name.
    unclear = asked.cut or any(asked.is_unclear(unnamed, number) for number in asked.with_unknowns())
    return Found(None if certain or unclear or None in let_in.values() else False)


def _other_principals(asked: _Asked, accounts: Iterable[str], owner: str, allowed: Collection[str]) -> Iterator[int]:
    partition, document = asked.key.split(":")[1], asked.document
    fitting = patterns(tuple(allowed), LIKE)
    nameless = _nameless(document)
    strangers = [each for each in accounts if not fitting.fit(f"arn:{partition}:iam::{each}:root")]
    for account in asked.one_of_each(strangers):
        yield asked.about(f"arn:{partition}:iam::{account}:{nameless}", through_account=GAP not in owner)
    if not fitting.fit(f"arn:{partition}:iam::{owner}:root"):
        yield asked.about(f"arn:{partition}:iam::{owner}:{nameless}", through_account=False)
    others = (each for each in sorted(_identities(document)) if not fitting.fit(each) and not each.endswith(":root"))
    for arn in asked.one_of_each(others):
        shape = arn.replace("*", GAP).replace("?", GAP)
        yield asked.about(shape, ACCOUNT.findall(arn), through_account=False)


def _patterns_of_callers(statement: Statement) -> int:
    """How many elements of a statement name callers by patterns or variables."""
    names = [each.name or "" for each in statement.principals.entries] if statement.principals is not None else []
    elements = [(True, [each for each in names if each != "*"])]
    elements += [(each.key in _OF_CALLERS, [*filter(None, each.values.values)]) for each in statement.conditions]
    return sum(
        any("${" in value or (of_caller and ("*" in value or "?" in value)) for value in values)
        for of_caller, values in elements
    )


def _placed_names(statement: Statement) -> Iterator[tuple[str, str]]:
    """The texts by which a statement may name somebody, and where in it they stand."""
    for principal in statement.principals.entries if statement.principals is not None else ():
        yield principal.kind, principal.name or ""
    for index, condition in enumerate(statement.conditions):
        for value in condition.values.values:
            yield f"condition {index}", value or ""


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


def _has_unknowns(statement: Statement) -> bool:
    """Whether anything that names somebody in a statement is not known."""
    names = [each.name for each in statement.principals.entries] if statement.principals is not None else []
    return not statement.certain or None in names or any(None in each.values.values for each in statement.conditions)


def _accounts(document: Document) -> set[str]:
    return {account for text in _texts(document) for account in ACCOUNT.findall(text)}


def _identities(document: Document) -> set[str]:
    return {text for text in _texts(document) if _IDENTITY.fullmatch(text)}


def _texts(document: Document) -> Iterator[str]:
    """The texts by which statements may name somebody: their principals, and the values of their conditions."""
    for statement in document.statements:
        for _, text in _placed_names(statement):
            yield text
