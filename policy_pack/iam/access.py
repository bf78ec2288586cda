"""Whether SageMaker may use a key, from the key's policy, the policies of the calling role, and grants.

Sources: "Determining access to AWS KMS keys" and "Default key policy" in the AWS KMS Developer Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from policy_pack.iam import sagemaker
from policy_pack.iam.alike import kinds_of_callers
from policy_pack.iam.call import DENIED_BY_BOUNDARY, DENIED_BY_KEY, DENIED_BY_ROLE, Call
from policy_pack.iam.conditions import keys_read
from policy_pack.iam.document import Document, Malformed, Principal, Principals, Statement, Texts
from policy_pack.iam.evaluate import Outcome, evaluate_all
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.parse import parse_key_policy
from policy_pack.iam.permissions import Permissions
from policy_pack.iam.request import ALLOW, NOT_KNOWN, NOTHING, Batch, Caller, Keys, Known, Request
from policy_pack.iam.texts import GAP
from policy_pack.records import dataclass
from policy_pack.values import Plain


def _not_granted(_: Caller, __: str) -> Answer:
    return False


@dataclass(frozen=True)
class User:
    """The user of a key: a role as a caller, and the `permissions` from its own policies.

    `granted` says whether a grant allows a caller an action. `known` says that the role is the only possible one, so
    that a Deny for it decides.

    SageMaker may also use a key itself; `service` says that this is enough. `actions` are the required actions, if not
    all are. `tags` are the condition keys from the role's tags (`sagemaker.tags_of_role`).
    """

    caller: Caller
    permissions: Permissions = Permissions()
    granted: Callable[[Caller, str], Answer] = _not_granted
    known: bool = True
    service: bool = True
    actions: tuple[str, ...] | None = None
    tags: Known = NOTHING


def anybody(key: str) -> User:
    """SageMaker with an unknown role: the service itself, or some role in the account of the ARN `key`."""
    return User(sagemaker.unknown_role(key, account=key.split(":")[4]), known=False)


@dataclass(frozen=True)
class Access:
    """The actions that are certainly not allowed, and the undecided ones.

    `denied` are missing actions that a statement denies, so that allowing them is not enough. `malformed` says why the
    key's policy is invalid, as the end of a sentence; every action is then missing.
    """

    missing: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    malformed: str | None = None


@dataclass(frozen=True)
class Cause:
    """Why a user, by its number, may not call an action (`policy_pack.iam.call`).

    Only the first of several users with the same result is named.
    """

    user: int
    action: str
    why: str


@dataclass(frozen=True)
class Assessment:
    """An answer and its reasons: the causes, and the actions that the roles and SageMaker itself may call."""

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
    facts: Known = NOTHING,
) -> Access:
    """The `actions` that a key's policy does not let `users` call on the key with the ARN `key` in `region`.

    `policy` is the document as a text or an object, unknown, or `None` for AWS's default policy. The ARN may have gaps
    (`sagemaker.key_arn`). `account` is the endpoint's account; without it, that of the user's role. `facts` are the
    condition keys of the key (`sagemaker.facts_of_key`). Never raises.
    """
    return assess(policy, users, key, region, actions, account, facts).access


def assess(
    policy: Plain,
    users: Iterable[User],
    key: str,
    region: str | None,
    actions: Sequence[str] = sagemaker.ACTIONS,
    account: str | None = None,
    facts: Known = NOTHING,
) -> Assessment:
    """The same as `access`, with the reasons."""
    document = default_policy(key) if policy is None else parse_key_policy(policy)
    if isinstance(document, Malformed):
        return Assessment(Access(tuple(actions), malformed=document.why))
    asked = _Asked(document, tuple(users), key, region, tuple(actions), account, facts)
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
    """AWS's default policy for a key with that ARN: it delegates everything to the policies of the key's account."""
    account = key.split(":")[4]
    owner = Principal("Account", None if GAP in account else account)
    return Document((Statement(1, ALLOW, Principals((owner,)), Texts(("kms:*",)), Texts(("*",)), ()),))


class _Asked:
    """The results of the policies for every call of every user, evaluated at once.

    Only the first of several users with the same result is evaluated.
    """

    def __init__(
        self,
        document: Document,
        users: Sequence[User],
        key: str,
        region: str | None,
        actions: Sequence[str],
        account: str | None,
        facts: Known,
    ) -> None:
        kinds = _kinds(document, users)
        accounts = [account or _account_of(each) for each in users]
        alike: dict[Hashable, int] = {}
        for number, (user, kind, works_for) in enumerate(zip(users, kinds, accounts)):
            rest = user.permissions, user.tags, user.granted, user.known, user.service, user.actions
            alike.setdefault((kind, works_for, *rest), number)
        self._users = {number: users[number] for number in alike.values()}

        own: dict[tuple[int, str], Request] = {}
        requests: dict[Hashable, Request] = {}
        for number, user in self._users.items():
            for action in actions:
                if user.actions is not None and action not in user.actions:
                    continue
                own[number, action] = sagemaker.request(
                    action, user.caller, key, region, accounts[number], facts, user.tags
                )
                requests.setdefault((action, kinds[number]), own[number, action])
                if user.service and (action, accounts[number]) not in requests:
                    by_service = sagemaker.request(action, sagemaker.SERVICE, key, region, accounts[number], facts)
                    requests[action, accounts[number]] = by_service
        said = evaluate_all(document, Batch(list(requests.values())))
        outcomes: dict[Hashable, Outcome] = {asked: said.at(1 << at) for at, asked in enumerate(requests)}

        # For each action, the users whose calls have different results.
        self._said: dict[str, dict[_Calls, int]] = {action: {} for action in actions}
        for (number, action), request in own.items():
            user = self._users[number]
            role = Call(
                outcomes[action, kinds[number]],
                _at_home(request),
                user.permissions.say(request),
                user.granted(user.caller, action),
            )
            service = None
            if user.service:
                granted = user.granted(sagemaker.SERVICE, action)
                service = Call(outcomes[action, accounts[number]], True, granted=granted)
            self._said[action].setdefault(_Calls(role, service, user.known), number)

    def may(self, action: str) -> Answer:
        """Whether every user may call an action."""
        return all_of(each.may for each in self._said[action])

    def may_as_role(self, action: str) -> bool:
        """Whether every user's role may."""
        found = self._said[action]
        return bool(found) and all(each.by_role.may for each in found)

    def may_as_service(self, action: str) -> bool:
        """Whether SageMaker itself may, for every user for whom that is enough."""
        found = self._said[action]
        return bool(found) and all(each.by_service is not None and each.by_service.may for each in found)

    def causes(self, missing: Iterable[str]) -> Iterator[Cause]:
        """The users that may not, by their numbers, with the actions and the causes."""
        for action in missing:
            for each, number in self._said[action].items():
                if each.may is False:
                    yield Cause(number, action, each.by_role.cause)


def _kinds(document: Document, users: Sequence[User]) -> list[Hashable]:
    """A group for each user by its name and by the tags that the key's policy reads."""
    kinds = kinds_of_callers(document, [each.caller for each in users])
    conditions = [condition for statement in document.statements for condition in statement.conditions]
    keys = sorted({key for each in conditions for key in keys_read(each, variables=document.variables)})
    tags = [key for key in keys if key.startswith("aws:principaltag/")]
    return [(kind, *(Keys(user.tags).get(tag, NOT_KNOWN) for tag in tags)) for kind, user in zip(kinds, users)]


class _Calls(NamedTuple):
    """The results for the calls of a user: of its role, and of SageMaker itself if that is enough."""

    by_role: Call
    by_service: Call | None
    known: bool

    @property
    def may(self) -> Answer:
        """Whether the user may as either of the two, and no Deny for a known role prevents it."""
        if self.by_service is None:
            return self.by_role.may
        denied = self.by_role.denied if self.known else False
        return all_of([any_of([self.by_role.may, self.by_service.may]), negate(denied)])


def _account_of(user: User) -> str:
    """The account of the endpoint of a user: that of its role, which has to be in the same account."""
    return GAP if GAP in user.caller.account else user.caller.account


def _at_home(request: Request) -> Answer:
    owner, account = request.resource.split(":")[4], request.caller.account
    return None if GAP in owner + account else owner == account
