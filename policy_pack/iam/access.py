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
from policy_pack.iam.evaluate import evaluate_all
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.request import ALLOW, Batch, Caller, Request
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
    asked = _Asked(document, tuple(users), key, region, tuple(actions))
    missing = tuple(action for action in actions if asked.may(action) is False)
    return Access(
        missing,
        tuple(action for action in actions if asked.may(action) is None),
        tuple(action for action in missing if asked.is_denied(action)),
    )


def default_policy(key: str) -> Document:
    """AWS's default policy of a key of that ARN: it leaves everything to the policies of the key's account."""
    account = key.split(":")[4]
    owner = Principal("Account", None if GAP in account else account)
    return Document((Statement(1, ALLOW, Principals((owner,)), Texts(("kms:*",)), Texts(("*",)), ()),))


class _Asked:
    """What the policies say of every call of every user, all asked about at once."""

    def __init__(
        self, document: Document, users: Sequence[User], key: str, region: str | None, actions: Sequence[str]
    ) -> None:
        self._users, self._actions = users, actions
        self._at: dict[tuple[int, str], list[int]] = {}
        requests: list[Request] = []
        for number, user in enumerate(users):
            for action in actions:
                self._at[number, action] = [*range(len(requests), len(requests) + len(user.callers))]
                requests += [sagemaker.request(action, caller, key, region) for caller in user.callers]
        self._batch = Batch(requests)
        self._said = evaluate_all(document, self._batch)
        self._own = [self._by_role(number) for number in range(len(users))]

    def may(self, action: str) -> Answer:
        """Whether every user may call an action."""
        return all_of(self._user_may(number, action) for number in range(len(self._users)))

    def is_denied(self, action: str) -> bool:
        """Whether a policy denies the action to a user."""
        return any(self._denied(number, action) for number in range(len(self._users)))

    def _user_may(self, user: int, action: str) -> Answer:
        answers = {self._as(at, user) for at in self._at[user, action]}
        return answers.pop() if len(answers) == 1 else True if True in answers else None

    def _as(self, at: int, user: int) -> Answer:
        """Whether one caller may: no policy denies it, and the key's, with the role's if need be, or a grant does."""
        request, said = self._batch.requests[at], self._said.at(1 << at)
        denied, allowed = self._own[user][at]
        # A role of another account than the key's needs both, even where the key's policy names it.
        directly = all_of([said.itself, any_of([_at_home(request), allowed])])
        through_account = all_of([said.account, allowed])
        allows = any_of([directly, through_account, self._users[user].granted(request.action)])
        return all_of([negate(said.denied), negate(denied), allows])

    def _denied(self, user: int, action: str) -> bool:
        return all(self._said.at(1 << at).denied or self._own[user][at][0] for at in self._at[user, action])

    def _by_role(self, number: int) -> dict[int, tuple[Answer, Answer]]:
        """Whether a user's own policies deny each request of it, and whether they allow it."""
        user, mine = self._users[number], [at for action in self._actions for at in self._at[number, action]]
        documents = [parse_identity_policy(policy) for policy in user.policies]
        batch = Batch([self._batch.requests[at] for at in mine])
        said = [evaluate_all(each, batch) for each in documents if isinstance(each, Document)]
        # AWS refuses what is malformed, and nobody can tell what will stand there instead.
        unread = [None for each in documents if isinstance(each, Malformed)]
        return {
            at: (
                any_of(each.denied.at(1 << bit) for each in said),
                any_of([*(each.itself.at(1 << bit) for each in said), *unread, negate(user.complete)]),
            )
            for bit, at in enumerate(mine)
        }


def _at_home(request: Request) -> Answer:
    if request.caller.service:
        return True
    owner, account = request.resource.split(":")[4], request.caller.account
    return None if GAP in owner + account else owner == account
