"""Whom a key's policy allows besides the key's own account: everyone, other accounts, principals that are not listed.

The policy is evaluated for a caller who can choose everything that it leaves open. Conditions on the caller's account,
organization or identity exclude such a caller; conditions on anything else, such as the calling service, do not.

Sources: "Ensure that your key policy is not overly permissive" and "Allowing users in other accounts to use a KMS key"
in the AWS KMS Developer Guide; "AWS global condition context keys" in the IAM User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from policy_pack.iam.alike import placed_names
from policy_pack.iam.document import Document
from policy_pack.iam.request import NOTHING, Known
from policy_pack.iam.strangers import OWN_ORGANIZATION, Asked, Found
from policy_pack.iam.texts import ACCOUNT, GAP, LIKE, NAMED, patterns
from policy_pack.records import dataclass

_IDENTITY = re.compile(r"arn:[^:]*:(?:iam|sts)::[^:]*:.+")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


@dataclass(frozen=True)
class Exposure:
    """Whether a policy allows everyone, accounts that are not listed, or principals that are not listed.

    `by_network` says that it allows everyone only from certain networks. `organizations` says whether it allows
    accounts of organizations that are not listed, and `services` whether it allows services on behalf of anyone.
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
    facts: Known = NOTHING,
) -> Exposure:
    """The exposure of the key with the ARN `key`, which may have gaps, by its policy.

    `allowed_accounts` are account IDs besides the key's own. `allowed_principals` are ARNs with ``*`` for anything;
    `None` allows any principal in an allowed account. `allowed_organizations` are organization IDs: accounts that a
    condition limits to them are allowed; `None` allows a condition on any organization in a statement for everyone.
    `facts` are known facts about the key (`policy_pack.iam.sagemaker.facts_of_key`).
    """
    partition, owner = key.split(":")[1], key.split(":")[4]
    accounts = sorted(_accounts(document) - {owner})
    asked = Asked(document, key, _allowed(allowed_organizations), facts)
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
    # It is not known whose a unique ID is.
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
    """The allowed organizations, including the key's own."""
    return frozenset() if organizations is None else frozenset({*organizations, OWN_ORGANIZATION})


def _services(document: Document) -> set[str]:
    """The services that statements name."""
    return {
        principal.name
        for statement in document.statements
        for principal in statement.named
        if principal.kind == "Service" and principal.name
    }


def _other_accounts(asked: Asked, others: Mapping[int, int], owner: str, unnamed: int) -> Found:
    """Whether other accounts are allowed; `others` has enough accounts of each kind to represent it."""
    let_in = {each: asked.lets_in(each) for each in others}
    certain = [each for each, answer in let_in.items() if answer]
    # If the key's own account is not known, one of them may be it: at most the one that may change the policy.
    if sum(others[each] for each in certain) > (1 if GAP in owner else 0):
        owners = [each for each in certain if others[each] == 1 and asked.may_change(each)] if GAP in owner else []
        return asked.found([each for each in certain if each not in owners or len(owners) > 1])
    # An unknown text in a statement may be the name of an account.
    unclear = asked.cut or asked.is_unclear(unnamed)
    return Found(None if certain or unclear or None in let_in.values() else False)


def _other_principals(asked: Asked, accounts: Iterable[str], owner: str, allowed: Collection[str]) -> Iterator[int]:
    partition, document = asked.key.split(":")[1], asked.document
    fitting = patterns(tuple(allowed), LIKE)
    nameless = _nameless(document)
    strangers = [each for each in accounts if not fitting.fit(f"arn:{partition}:iam::{each}:root")]
    for account in asked.one_of_each(strangers):
        yield asked.about(f"arn:{partition}:iam::{account}:{nameless}", {account}, through_account=GAP not in owner)
    if not fitting.fit(f"arn:{partition}:iam::{owner}:root"):
        yield asked.about(f"arn:{partition}:iam::{owner}:{nameless}", {owner}, through_account=False)
    others = (each for each in sorted(_identities(document)) if not fitting.fit(each) and not each.endswith(":root"))
    for arn in asked.one_of_each(others):
        shape = arn.replace("*", GAP).replace("?", GAP)
        yield asked.about(shape, ACCOUNT.findall(arn), through_account=False)


def _nameless(document: Document) -> str:
    """The end of the ARN of a caller that no ARN in a document matches; callers with such ARNs are checked separately.

    It is open whom a pattern matches that is not an ARN. If it ends with a wildcard, it also matches such a name.
    """
    patterns = [
        value or ""
        for statement in document.statements
        for condition in statement.conditions
        if condition.key == "aws:principalarn"
        for value in condition.values.values
    ]
    others = [each for each in patterns if _IDENTITY.fullmatch(each) is None]
    if not others:
        return NAMED
    return f"{GAP}{NAMED}" if all(each.endswith("*") for each in others) else GAP


def _accounts(document: Document) -> set[str]:
    return {account for text in _texts(document) for account in ACCOUNT.findall(text)}


def _identities(document: Document) -> set[str]:
    return {text for text in _texts(document) if _IDENTITY.fullmatch(text)}


def _texts(document: Document) -> Iterator[str]:
    """The texts in statements that may name a caller: principals, and the values of conditions."""
    for statement in document.statements:
        for _, text in placed_names(statement):
            yield text
