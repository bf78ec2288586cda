"""Whether SageMaker may use a key: the key's policy, the policies of the role that calls, and grants, put together.

Sources: "Determining access to AWS KMS keys" and "Default key policy" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from policy_pack.iam import sagemaker
from policy_pack.iam.document import Document, Malformed, Principal, Principals, Statement, Texts
from policy_pack.iam.evaluate import Outcome, evaluate, evaluate_all
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.parse import parse_identity_policy, parse_key_policy
from policy_pack.iam.request import ALLOW, Batch, Caller, Request
from policy_pack.iam.texts import GAP
from policy_pack.records import dataclass
from policy_pack.values import Plain


@dataclass(frozen=True)
class User:
    """Who uses a key: one of `callers`, and nobody knows which of them.

    `policies` are those of the caller's role that can be read. `complete` says whether there are no others: where
    there are (`False`), they count as allowing what the key's policy leaves to them; `None` where nobody can tell.
    `boundary` is the role's permissions boundary, `None` where it has none. `granted` says of a caller and an action
    whether a grant allows it. `known` says that it is that role and no other, so that a denial of it decides.

    Instead of a role, SageMaker may use a key itself; `service` says that this is enough. `actions` are those that are
    asked of the user, where not all are.
    """

    callers: tuple[Caller, ...]
    policies: tuple[Plain, ...] = ()
    complete: Answer = False
    boundary: Plain = None
    granted: Callable[[Caller, str], Answer] = lambda _, __: False
    known: bool = True
    service: bool = True
    actions: tuple[str, ...] | None = None


def anybody(key: str) -> User:
    """SageMaker where its role is not known: the service itself, or some role of the account of the ARN `key`."""
    return User((sagemaker.unknown_role(key, account=key.split(":")[4]),), known=False)


# What keeps a user from an action: a Deny statement, a permissions boundary that does not allow it, the policies of the
# role that do not, or the key's.
DENIED_BY_KEY, DENIED_BY_ROLE, DENIED_BY_BOUNDARY = "denied by key", "denied by role", "denied by boundary"
BOUNDARY, ROLE, KEY = "boundary", "role", "key"


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


@dataclass(frozen=True)
class Cause:
    """What keeps a user, by its number, from an action: one of the causes above."""

    user: int
    action: str
    why: str


@dataclass(frozen=True)
class Assessment:
    """An answer and what it rests on: why not, and which actions the roles may call, and SageMaker itself."""

    access: Access
    causes: tuple[Cause, ...] = ()
    by_role: tuple[str, ...] = ()
    by_service: tuple[str, ...] = ()


def access(
    policy: Plain,
    users: Iterable[User],
    key: str,
    region: str | None,
    actions: Sequence[str] = sagemaker.ACTIONS,
    account: str | None = None,
) -> Access:
    """Which `actions` a key's policy does not let `users` call on the key of the ARN `key` in `region`.

    `policy` is the document as text or object, unknown, or `None` for AWS's default policy. The ARN may have gaps
    (`sagemaker.key_arn`). `account` is the endpoint's; without it, that of the user's role. Never raises.
    """
    return assess(policy, users, key, region, actions, account).access


def assess(
    policy: Plain,
    users: Iterable[User],
    key: str,
    region: str | None,
    actions: Sequence[str] = sagemaker.ACTIONS,
    account: str | None = None,
) -> Assessment:
    """The same as `access`, with what the answer rests on."""
    document = default_policy(key) if policy is None else parse_key_policy(policy)
    if isinstance(document, Malformed):
        return Assessment(Access(tuple(actions), malformed=document.why))
    asked = _Asked(document, tuple(users), key, region, tuple(actions), account)
    missing = tuple(action for action in actions if asked.may(action) is False)
    causes = tuple(asked.causes(missing))
    denied = {each.action for each in causes if each.why in (DENIED_BY_KEY, DENIED_BY_ROLE, DENIED_BY_BOUNDARY)}
    found = Access(
        missing,
        tuple(action for action in actions if asked.may(action) is None),
        tuple(action for action in missing if action in denied),
    )
    return Assessment(
        found,
        causes,
        tuple(action for action in actions if asked.may_as_role(action)),
        tuple(action for action in actions if asked.may_as_service(action)),
    )


def default_policy(key: str) -> Document:
    """AWS's default policy of a key of that ARN: it leaves everything to the policies of the key's account."""
    account = key.split(":")[4]
    owner = Principal("Account", None if GAP in account else account)
    return Document((Statement(1, ALLOW, Principals((owner,)), Texts(("kms:*",)), Texts(("*",)), ()),))


@dataclass(frozen=True)
class _Said:
    """What the policies say of one call: by the key's, by the caller's own, and by grants."""

    key: Outcome
    at_home: Answer
    denied: Answer = False
    allowed: Answer = True
    denied_by_boundary: Answer = False
    bounded: Answer = True  # whether the boundary, if there is one, allows it
    granted: Answer = False

    @property
    def any_denied(self) -> Answer:
        """Whether any statement denies it."""
        return any_of([self.key.denied, self.denied, self.denied_by_boundary])

    @property
    def may(self) -> Answer:
        """Whether no policy denies it, and the key's allows it, with the role's if need be, or a grant does."""
        # A role of another account than the key's needs both, even where the key's policy names it.
        directly = all_of([self.key.itself, any_of([self.at_home, self.allowed])])
        through_account = all_of([self.key.account, self.allowed])
        # Whether a boundary limits what a grant allows AWS does not say.
        granted = all_of([self.granted, True if self.bounded else None])
        allows = any_of([all_of([any_of([directly, through_account]), self.bounded]), granted])
        return all_of([negate(self.any_denied), allows])

    @property
    def cause(self) -> str:
        """What keeps the caller from it, where something does."""
        if self.key.denied:
            return DENIED_BY_KEY
        if self.denied:
            return DENIED_BY_ROLE
        if self.denied_by_boundary:
            return DENIED_BY_BOUNDARY
        if any_of([self.key.account, self.key.itself]) is False:
            return KEY
        return ROLE if self.allowed is False else BOUNDARY


class _Asked:
    """What the policies say of every call of every user, all asked about at once."""

    def __init__(
        self,
        document: Document,
        users: Sequence[User],
        key: str,
        region: str | None,
        actions: Sequence[str],
        account: str | None,
    ) -> None:
        self._users = users
        calls: list[tuple[int, str, Caller]] = []
        for number, user in enumerate(users):
            callers = user.callers + ((sagemaker.SERVICE,) if user.service else ())
            calls += [(number, action, each) for action in user.actions or actions for each in callers]
        accounts = [account or _account_of(user, key) for user in users]
        requests = [sagemaker.request(action, each, key, region, accounts[number]) for number, action, each in calls]
        said = evaluate_all(document, Batch(requests))
        self._said: dict[tuple[int, str], list[_Said]] = {}
        self._of_service: dict[tuple[int, str], _Said] = {}
        own = [_Own(user) for user in users]
        for at, (number, action, caller) in enumerate(calls):
            user, outcome = users[number], said.at(1 << at)
            if caller.service:
                granted = user.granted(caller, action)
                self._of_service[number, action] = _Said(outcome, True, granted=granted)
            else:
                self._said.setdefault((number, action), []).append(
                    own[number].said(outcome, requests[at], user.granted(caller, action))
                )

    def may(self, action: str) -> Answer:
        """Whether every user may call an action."""
        return all_of(self._user_may(number, action) for number in self._asked_for(action))

    def may_as_role(self, action: str) -> bool:
        """Whether every user's role may."""
        numbers = self._asked_for(action)
        return bool(numbers) and all(each.may for number in numbers for each in self._said[number, action])

    def may_as_service(self, action: str) -> bool:
        """Whether SageMaker may itself, for every user for whom that is enough."""
        found = [self._of_service.get((number, action)) for number in self._asked_for(action)]
        return bool(found) and all(each is not None and each.may for each in found)

    def causes(self, missing: Iterable[str]) -> Iterator[Cause]:
        """The users that may not, by their numbers, the actions, and why not."""
        for action in missing:
            for number in self._asked_for(action):
                if self._user_may(number, action) is False:
                    yield Cause(number, action, self._said[number, action][0].cause)

    def _asked_for(self, action: str) -> list[int]:
        return [number for number in range(len(self._users)) if (number, action) in self._said]

    def _user_may(self, number: int, action: str) -> Answer:
        said, service = self._said[number, action], self._of_service.get((number, action))
        answers = {each.may for each in said}
        may = answers.pop() if len(answers) == 1 else True if True in answers else None
        if service is None:
            return may
        denied = all_of(each.any_denied for each in said) if self._users[number].known else False
        return all_of([any_of([may, service.may]), negate(denied)])


class _Own:
    """The policies of a user's role, and its boundary."""

    def __init__(self, user: User) -> None:
        documents = [parse_identity_policy(policy) for policy in user.policies]
        self._documents = [each for each in documents if isinstance(each, Document)]
        # AWS refuses what is malformed, and nobody can tell what will stand there instead.
        unread: list[Answer] = [None for each in documents if isinstance(each, Malformed)]
        self._others = any_of([*unread, negate(user.complete)])
        self._boundary = parse_identity_policy(user.boundary) if user.boundary is not None else None

    def said(self, outcome: Outcome, request: Request, granted: Answer) -> _Said:
        """What all policies say of a call of the role."""
        said = [evaluate(each, request) for each in self._documents]
        denied_by_boundary, bounded = self._by_boundary(request)
        return _Said(
            outcome,
            _at_home(request),
            any_of(each.denied for each in said),
            any_of([*(each.itself for each in said), self._others]),
            denied_by_boundary,
            bounded,
            granted,
        )

    def _by_boundary(self, request: Request) -> tuple[Answer, Answer]:
        if self._boundary is None:
            return False, True
        if isinstance(self._boundary, Malformed):
            return False, None
        said = evaluate(self._boundary, request)
        return said.denied, said.itself


def _account_of(user: User, key: str) -> str:
    """The account of the endpoint that a user serves: that of its role, which has to be in the same."""
    known = {caller.account for caller in user.callers if GAP not in caller.account}
    return known.pop() if len(known) == 1 else GAP


def _at_home(request: Request) -> Answer:
    owner, account = request.resource.split(":")[4], request.caller.account
    return None if GAP in owner + account else owner == account
