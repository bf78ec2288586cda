"""Evaluates a policy for callers who choose everything that it leaves open, all of them at once.

Source: "AWS global condition context keys" in the IAM User Guide, for the condition keys of each kind of caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policy_pack.iam.alike import kinds_of_names, names_by_patterns
from policy_pack.iam.document import Document
from policy_pack.iam.evaluate import Actions, Reading, readings
from policy_pack.iam.kms_actions import KEY_ACTIONS
from policy_pack.iam.logic import Answer, Answers, everywhere
from policy_pack.iam.request import DENY, Batch, Caller, Keys, Known, Request, Value
from policy_pack.iam.texts import GAP
from policy_pack.records import dataclass

_NETWORKS = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")
# A placeholder for the key's own organization, which a variable names (${aws:ResourceOrgID}).
OWN_ORGANIZATION = "o-own"
# The most comparisons of names with the texts that distinguish them, and the fewest names to check.
_MOST, _FEWEST = 4096, 8


@dataclass(frozen=True)
class Found:
    """Whether some callers are allowed, and the numbers of the statements that allow them."""

    answer: Answer
    statements: tuple[int, ...] = ()


class Asked:
    """The permissions of callers by a policy, evaluated at once; each caller is identified by its bits."""

    def __init__(self, document: Document, key: str, outside: frozenset[str], facts: Known) -> None:
        self.document, self.key, self._outside, self._facts = document, key, outside, facts
        self._requests: list[Request] = []
        self._through_account = 0
        self._by_statement: dict[int, Answers] = {}
        self._in_all = self._in_change = Answers()
        self.cut = False  # whether some callers were left out

    def about(
        self,
        arn: str,
        played: Iterable[str] = (),
        *,
        any_organization: bool = True,
        through_account: bool = True,
        networks: bool = True,
    ) -> int:
        """Adds a caller by an ARN with gaps for the parts that it chooses. Returns its bits.

        `played` are names in the policy that may be the caller's. A caller in a known account may be in any
        organization that the policy names. With `through_account`, delegation to the caller's account counts. Without
        `networks`, the caller is in no network that the policy names.
        """
        mine = 0
        for organization in (GAP, None):
            keys = {**_keys(arn, self.key, organization), **({} if networks else dict.fromkeys(_NETWORKS))}
            mine |= 1 << len(self._requests)
            self._requests.append(
                Request(
                    "",
                    self.key,
                    Caller(arn),
                    Keys(Known(keys), self._facts),
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
        """Adds a service that acts for an account that the policy does not name."""
        keys = {
            "aws:principalisawsservice": "true",
            "aws:principalservicename": name,
            **dict.fromkeys(("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"), GAP),
            "aws:principalorgid": None,
        }
        self._requests.append(Request("", self.key, Caller(service=name), Keys(Known(keys), self._facts), free=True))
        return 1 << (len(self._requests) - 1)

    def one_of_each(self, names: Iterable[str]) -> dict[str, int]:
        """One name of each kind of accounts or identities that the statements distinguish, and the number of names.

        Names differ by their places and their accounts. If a pattern or a variable may match some of them, each name is
        a kind of its own; the more such names there are, the fewer are checked.
        """
        wanted = sorted(set(names))
        if patterns := names_by_patterns(self.document):
            most = max(_FEWEST, _MOST // patterns)
            self.cut = self.cut or len(wanted) > most
            return dict.fromkeys(wanted[:most], 1)
        return {alike[0]: len(alike) for alike in kinds_of_names(self.document, wanted)}

    def answer(self) -> None:
        """Evaluates the policy for everything that was added."""
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
        """The numbers of the statements that allow an action, and the callers."""
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
        """Whether any of the callers is allowed, and by which statements."""
        bits = 0
        for each in callers:
            bits |= each
        answer = self.lets_in(bits)
        if answer is not True:
            return Found(None if unclear else answer)
        return Found(True, tuple(number for number, each in self._by_statement.items() if each.certain & bits))

    def is_unclear(self, caller: int) -> bool:
        """Whether it is unknown if some statement allows a caller."""
        return any(each.at(caller) is None for each in self._by_statement.values())


def _keys(arn: str, key: str, organization: str | None) -> dict[str, Value]:
    account, owner = arn.split(":")[4], key.split(":")[4]
    return {
        "aws:principalarn": arn,
        "aws:principalaccount": account,
        "kms:calleraccount": account,
        "aws:principalorgid": organization,
        "aws:principalorgpaths": organization,
        "aws:userid": GAP,
        "aws:principalisawsservice": "false",
        # These are in services' own calls.
        "aws:principalservicename": None,
        "aws:sourceaccount": None,
        "aws:sourcearn": None,
        "aws:sourceorgid": None,
        "aws:sourceorgpaths": None,
        **({} if GAP in owner else {"aws:resourceaccount": owner}),
        "aws:resourceorgid": OWN_ORGANIZATION,
    }


def _telling_apart(found: Sequence[Reading]) -> list[str]:
    """One action of each kind that the statements distinguish."""
    several = list({id(each.actions): each.actions for each in found}.values())
    if len(several) > 8:
        Actions.ask_together(several, KEY_ACTIONS)
    sets = list({(id(each.actions), each.effect): each for each in found}.values())
    kinds: dict[tuple[Answer, ...], str] = {}
    for action in KEY_ACTIONS:
        kinds.setdefault(tuple(each.of_action(action) for each in sets), action)
    return list(kinds.values())
