"""What a policy document says of a request: Allow and Deny, as IAM evaluates them.

Sources: "Policy evaluation logic" in the IAM User Guide; "Key policies in AWS KMS" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policy_pack.iam.conditions import holds
from policy_pack.iam.document import Document, Statement, Texts
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.principals import Named, named_by
from policy_pack.iam.request import ALLOW, DENY, Request
from policy_pack.iam.texts import matches
from policy_pack.records import dataclass


@dataclass(frozen=True)
class Outcome:
    """What a document says: whether it denies, allows the caller itself, or leaves it to the caller's account.

    An explicit denial decides. A policy of a role allows "itself" what it allows.
    """

    denied: Answer
    itself: Answer
    account: Answer


def evaluate(document: Document, request: Request) -> Outcome:
    """What a document says of a request."""
    readings = [reading for statement in document.statements for reading in _readings(statement)]
    denying = [_applies(each, request, document) for each in readings if each.effect == DENY]
    allowing = [_applies(each, request, document) for each in readings if each.effect == ALLOW]
    return Outcome(
        denied=any_of(all_of([applies, any_of([named.itself, named.account])]) for applies, named in denying),
        itself=any_of(all_of([applies, named.itself]) for applies, named in allowing),
        account=any_of(all_of([applies, named.account]) for applies, named in allowing),
    )


def _readings(statement: Statement) -> tuple[Statement, ...]:
    """A statement, or both that it may be where its effect is not known."""
    if statement.effect is not None:
        return (statement,)
    return tuple(replace(statement, effect=effect, certain=False) for effect in (ALLOW, DENY))


def _applies(statement: Statement, request: Request, document: Document) -> tuple[Answer, Named]:
    """Whether a statement is of the request but for who calls, and how it names the caller."""
    effect = statement.effect or DENY
    named = Named(True, False)
    if statement.principals is not None:
        named = named_by(statement.principals, request, effect)
    return all_of(_parts(statement, request, document, effect)), named


def _parts(statement: Statement, request: Request, document: Document, effect: str) -> Iterator[Answer]:
    if statement.actions is None or statement.resources is None:
        yield False
        return
    yield _action(statement.actions, request, effect)
    yield _resource(statement.resources, request, effect, variables=document.variables)
    for condition in statement.conditions:
        yield holds(condition, request, effect, variables=document.variables)
    if not statement.certain:
        yield None


def _action(actions: Texts, request: Request, effect: str) -> Answer:
    wanted_service, _, wanted = request.action.lower().partition(":")

    def fits(pattern: str | None) -> Answer:
        if pattern is None:
            return None
        service, colon, name = pattern.lower().partition(":")
        if pattern in ("*", "*:*"):
            return True
        if colon and service == wanted_service:
            return request.meets(wanted, name, wants=True)
        # A service cannot be left to a wildcard: it allows nothing, and may yet deny something.
        unclear = "*" in service or "?" in service
        return None if unclear and (effect == DENY) != actions.negated else False

    found = any_of(map(fits, actions.values))
    return negate(found) if actions.negated else found


def _resource(resources: Texts, request: Request, effect: str, *, variables: bool) -> Answer:
    def fits(pattern: str | None) -> Answer:
        if pattern is None or (variables and "${" in pattern):
            return None
        return request.left(matches(request.resource, pattern), wants=(effect == ALLOW) != resources.negated)

    found = any_of(map(fits, resources.values))
    return negate(found) if resources.negated else found
