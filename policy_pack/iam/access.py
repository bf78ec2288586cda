"""Whether SageMaker may use a key: the key's policy, the policies of the role that calls, and grants, put together.

Sources: "Determining access to AWS KMS keys" and "Default key policy" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from policy_pack.iam import sagemaker
from policy_pack.iam.document import (
    Document,
    Malformed,
    Principal,
    Principals,
    Statement,
    Texts,
    parse_identity_policy,
    parse_key_policy,
)
from policy_pack.iam.evaluate import evaluate
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.request import ALLOW, Caller, Request
from policy_pack.iam.texts import GAP
from policy_pack.records import dataclass
from policy_pack.values import Plain


@dataclass(frozen=True)
class User:
    """Who uses a key: one of `callers`, and nobody knows which of them.

    `policies` are those of the caller's role that can be read. `complete` says whether there are no others: where
    there are (`False`), they count as allowing what the key's policy leaves to them; `None` where nobody can tell.
    `granted` says of an action whether a grant allows it.
    """

    callers: tuple[Caller, ...]
    policies: tuple[Plain, ...] = ()
    complete: Answer = False
    granted: Callable[[str], Answer] = lambda _: False


def anybody(key: str) -> User:
    """SageMaker where its role is not known: the service itself, or some role of the account of the ARN `key`."""
    return User((sagemaker.SERVICE, sagemaker.unknown_role(key, account=key.split(":")[4])))


@dataclass(frozen=True)
class Access:
    """The actions that are certainly not allowed, and those of which nobody can tell.

    Of the missing, `denied` are those that a statement denies, so that allowing them is not enough. `malformed` says
    why the key's policy is none; it follows "it". Then every action is missing.
    """

    missing: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    malformed: str | None = None


def access(
    policy: Plain,
    users: Iterable[User],
    key: str,
    region: str | None,
    actions: Sequence[str] = sagemaker.ACTIONS,
) -> Access:
    """Which `actions` a key's policy does not let `users` call on the key of the ARN `key` in `region`.

    `policy` is the document as text or object, unknown, or `None` for AWS's default policy. The ARN may have gaps
    (`sagemaker.key_arn`). Never raises.
    """
    document = default_policy(key) if policy is None else parse_key_policy(policy)
    if isinstance(document, Malformed):
        return Access(tuple(actions), malformed=document.why)
    everyone = tuple(users)
    answers = {action: all_of(_may(action, user, document, key, region) for user in everyone) for action in actions}
    missing = tuple(action for action, answer in answers.items() if answer is False)
    return Access(
        missing,
        tuple(action for action, answer in answers.items() if answer is None),
        tuple(each for each in missing if any(_is_denied(each, user, document, key, region) for user in everyone)),
    )


def default_policy(key: str) -> Document:
    """AWS's default policy of a key of that ARN: it leaves everything to the policies of the key's account."""
    account = key.split(":")[4]
    owner = Principal("Account", None if GAP in account else account)
    return Document((Statement(1, ALLOW, Principals((owner,)), Texts(("kms:*",)), Texts(("*",)), ()),))


def _may(action: str, user: User, document: Document, key: str, region: str | None) -> Answer:
    answers = {_as(sagemaker.request(action, caller, key, region), user, document) for caller in user.callers}
    return answers.pop() if len(answers) == 1 else True if True in answers else None


def _is_denied(action: str, user: User, document: Document, key: str, region: str | None) -> bool:
    requests = [sagemaker.request(action, caller, key, region) for caller in user.callers]
    return all(evaluate(document, each).denied or _by_role(each, user)[0] for each in requests)


def _as(request: Request, user: User, document: Document) -> Answer:
    """Whether one caller may: no policy denies it, and the key's, alone or with the role's, or a grant allows it."""
    said = evaluate(document, request)
    denied, allowed = _by_role(request, user)
    # A role of another account than the key's needs both, even where the key's policy names it.
    directly = all_of([said.itself, any_of([_at_home(request), allowed])])
    through_account = all_of([said.account, allowed])
    allows = any_of([directly, through_account, user.granted(request.action)])
    return all_of([negate(said.denied), negate(denied), allows])


def _by_role(request: Request, user: User) -> tuple[Answer, Answer]:
    """Whether the role's own policies deny a request, and whether they allow it."""
    documents = [parse_identity_policy(policy) for policy in user.policies]
    said = [evaluate(each, request) for each in documents if isinstance(each, Document)]
    # AWS refuses what is malformed, and nobody can tell what will stand there instead.
    unread = [None for each in documents if isinstance(each, Malformed)]
    allowed = any_of([*(each.itself for each in said), *unread, negate(user.complete)])
    return any_of(each.denied for each in said), allowed


def _at_home(request: Request) -> Answer:
    if request.caller.service:
        return True
    owner, account = request.resource.split(":")[4], request.caller.account
    return None if GAP in owner + account else owner == account
