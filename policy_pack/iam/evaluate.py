"""Evaluates a policy document for requests, with Allow and Deny as in IAM.

Sources: "Policy evaluation logic" and "Grammar of the IAM JSON policy language" (a service's name has no wildcard,
unlike an action's) in the IAM User Guide; "Key policies in AWS KMS" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from policy_pack.iam.conditions import hold
from policy_pack.iam.document import Document, Statement, Texts
from policy_pack.iam.logic import Answer, Answers, any_of, everywhere, negate
from policy_pack.iam.principals import Named, named_by
from policy_pack.iam.request import ALLOW, DENY, Batch, Request
from policy_pack.iam.texts import LIKE, fits_of_sets, has_wildcard, matches, patterns
from policy_pack.records import dataclass


class Outcome(NamedTuple):
    """A document's outcome: whether it denies, allows the caller itself, or delegates to the caller's account.

    An explicit Deny decides. What a role's policy allows, it allows to the caller "itself".
    """

    denied: Answer
    itself: Answer
    account: Answer


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of many requests."""

    denied: Answers
    itself: Answers
    account: Answers

    def at(self, bit: int) -> Outcome:
        """The outcome of one request."""
        return Outcome(self.denied.at(bit), self.itself.at(bit), self.account.at(bit))


@dataclass(frozen=True)
class Reading:
    """A statement as Allow or as Deny, matched with requests except for their actions.

    `itself` and `account` are the requests whose caller, or whose account, it names and whose other elements match.
    """

    number: int
    effect: str
    actions: Actions
    itself: Answers
    account: Answers

    def of_action(self, action: str) -> Answer:
        """Whether the statement has an action."""
        return self.actions.include(action, self.effect)


def evaluate(document: Document, request: Request) -> Outcome:
    """A document's outcome for a request."""
    return evaluate_all(document, Batch([request])).at(1)


def evaluate_all(document: Document, batch: Batch) -> Outcomes:
    """A document's outcomes for requests."""
    denied, itself, account = Answers(), Answers(), Answers()
    actions = batch.by("actions", lambda request: request.action)
    for each in readings(document, batch):
        of_action = Answers()
        for request, bits in actions.values():
            of_action = of_action.either(everywhere(each.of_action(request.action), bits))
        if each.effect == DENY:
            denied = denied.either(of_action.both(each.itself.either(each.account)))
        else:
            itself, account = itself.either(of_action.both(each.itself)), account.either(of_action.both(each.account))
    return Outcomes(denied, itself, account)


def readings(document: Document, batch: Batch) -> Iterator[Reading]:
    """The statements of a document that may affect requests; one with an unknown Effect is both Allow and Deny."""
    for statement in document.statements:
        if statement.actions is None or statement.resources is None:
            continue
        for effect in (ALLOW, DENY) if statement.effect is None else (statement.effect,):
            named = Named(everywhere(True, batch.every), Answers())
            if statement.principals is not None:
                named = named_by(statement.principals, batch, effect)
            certain = statement.certain and statement.effect is not None
            rest = everywhere(True if certain else None, batch.every)
            for part in _parts(statement, batch, effect, variables=document.variables):
                if not (named.itself.possible | named.account.possible) & rest.possible:
                    break
                rest = rest.both(part)
            yield Reading(
                statement.number,
                effect,
                actions_of(statement.actions),
                named.itself.both(rest),
                named.account.both(rest),
            )


def _parts(statement: Statement, batch: Batch, effect: str, *, variables: bool) -> Iterator[Answers]:
    assert statement.resources is not None
    for request, bits in batch.by("resources", lambda each: (each.resource, each.free)).values():
        answer = resources_of(statement.resources, variables).may_include(request, effect)
        yield Answers(*everywhere(answer, bits)).either(everywhere(True, batch.every & ~bits))
    for condition in statement.conditions:
        yield hold(condition, batch, effect, variables=variables)


class Actions:
    """The actions of a statement, matched one by one."""

    def __init__(self, actions: Texts) -> None:
        split = [each.lower().partition(":") for each in actions.values if each is not None]
        self._negated = actions.negated
        self._names = patterns(tuple(name for service, colon, name in split if colon and service == "kms"), LIKE)
        self._everything = "*" in actions.values or "*:*" in actions.values
        # The grammar has no wildcard in a service's name, and IAM refuses one.
        services = (each for each in split if has_wildcard(each[0]) and matches("kms", each[0]))
        self._of_some_service = patterns(tuple(name for _, _, name in services), LIKE)
        self._unknown = None in actions.values
        self._known: dict[tuple[str, str], Answer] = {}
        self._fits: dict[str, Answer] = {}

    def include(self, action: str, effect: str) -> Answer:
        """Whether they include a KMS action, in a statement with that effect."""
        asked = (action, effect)
        if asked not in self._known:
            self._known[asked] = self._include(action, effect)
        return self._known[asked]

    def _include(self, action: str, effect: str) -> Answer:
        name = action.lower().partition(":")[2]
        # With a wildcard for the service, it allows nothing, but may deny something.
        may_deny = (effect == DENY) != self._negated and self._of_some_service.fit(name)
        unclear = self._unknown or may_deny
        fits = self._everything or (self._fits[name] if name in self._fits else self._names.fit(name))
        found = any_of([fits, None if unclear else False])
        return negate(found) if self._negated else found

    @staticmethod
    def ask_together(sets: Sequence[Actions], actions: Iterable[str]) -> None:
        """Matches actions with several of them at once, which is cheaper than one by one."""
        open_ = [each for each in sets if not each._fits and not each._everything]
        names = [action.lower().partition(":")[2] for action in actions]
        for name, answers in fits_of_sets([each._names for each in open_], names):
            for each, answer in zip(open_, answers):
                each._fits[name] = answer


@lru_cache(maxsize=1024)
def actions_of(actions: Texts) -> Actions:
    """The actions of an element, shared by all statements with the same element."""
    return Actions(actions)


class Resources:
    """The resources of a statement, matched one by one."""

    def __init__(self, resources: Texts, variables: bool) -> None:
        values = resources.values
        known = tuple(each for each in values if each is not None and not (variables and "${" in each))
        self._negated, self._fitting = resources.negated, patterns(known, LIKE)
        self._unclear = len(known) < len(values)

    def include(self, resource: str) -> Answer:
        """Whether they include a resource."""
        return self._found(self._fitting.fit(resource))

    def may_include(self, request: Request, effect: str) -> Answer:
        """Whether they may include the resource of a request whose caller chooses its open parts."""
        fits = self._fitting.fit(request.resource)
        return self._found(request.left(fits, wants=(effect == ALLOW) != self._negated))

    def _found(self, fits: Answer) -> Answer:
        found = None if fits is False and self._unclear else fits
        return negate(found) if self._negated else found


@lru_cache(maxsize=1024)
def resources_of(resources: Texts, variables: bool) -> Resources:
    """The resources of an element, shared by all statements with the same element."""
    return Resources(resources, variables)
