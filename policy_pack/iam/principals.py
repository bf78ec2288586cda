"""Whether a statement of a key policy names a caller, itself or by its account.

Sources: "AWS JSON policy elements: Principal" and "AWS JSON policy elements: NotPrincipal" in the IAM User Guide.
"""

from __future__ import annotations

import re

from policy_pack.iam.document import Principal, Principals
from policy_pack.iam.logic import Answer, all_of, any_of, negate
from policy_pack.iam.request import ALLOW, Request
from policy_pack.records import dataclass

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[^:*?]*:iam::[^:*?]*:root")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


@dataclass(frozen=True)
class Named:
    """Whether a caller is named itself, and whether its account is: that lets the account's own policies decide."""

    itself: Answer
    account: Answer


_NOT_KNOWN, _NOBODY, _EVERYBODY = Named(None, None), Named(False, False), Named(True, False)


def named_by(principals: Principals, request: Request, effect: str) -> Named:
    """How the principals of a statement name the caller of a request."""
    wants = (effect == ALLOW) != principals.negated
    found = [_named(each, request, wants=wants, effect=effect) for each in principals.entries]
    itself, account = any_of(each.itself for each in found), any_of(each.account for each in found)
    if not principals.negated:
        return Named(itself, account)
    if effect == ALLOW:
        # Not supported according to the documentation of today; it has let in whoever is not named.
        return Named(request.left(all_of([negate(itself), None]), wants=True), False)
    if request.caller.service or itself is not True:
        # Of an account that is named, only those are spared that are named as well.
        return Named(negate(itself), False)
    return Named(False if account or _names_everybody(principals) else None, False)


def _named(principal: Principal, request: Request, *, wants: bool, effect: str) -> Named:
    kind, name = principal.kind, principal.name
    if name is None and kind == "Account":
        return Named(False, None)
    if name is None:
        return _NOT_KNOWN
    if _is_everybody(principal):
        return _EVERYBODY
    if kind == "Service":
        return _service(name, request, effect) if request.caller.service else _NOBODY
    if request.caller.service or kind == "Federated":
        return _NOBODY
    if kind not in ("AWS", "Account"):
        return _NOT_KNOWN
    return _identity(name, request, wants=wants, effect=effect)


def _service(name: str, request: Request, effect: str) -> Named:
    service = request.caller.service
    if name == service:
        return _EVERYBODY
    # Some services also go by a name of their own in a region or a partition.
    other_names = re.compile(rf"{re.escape(service.partition('.')[0])}(\.[a-z0-9-]+)?\.amazonaws\.com(\.cn)?")
    return Named(None if other_names.fullmatch(name) else _with_wildcards(name, effect), False)


def _identity(name: str, request: Request, *, wants: bool, effect: str) -> Named:
    caller = request.caller
    if _ACCOUNT.fullmatch(name):
        return Named(False, request.meets(caller.account, name, wants=wants, wildcards=False))
    if _ROOT.fullmatch(name):
        return Named(False, request.meets(caller.root, name, wants=wants, wildcards=False))
    if _UNIQUE_ID.fullmatch(name):
        return Named(False if request.free else None, False)
    if "*" in name or "?" in name:
        found = request.meets(caller.arn, name, wants=wants) if request.free else _with_wildcards(name, effect)
        return Named(found, False)
    # A session with any name may be the caller's.
    forms = (caller.arn, caller.session)
    return Named(any_of(request.meets(form, name, wants=wants, wildcards=False) for form in forms), False)


def _with_wildcards(name: str, effect: str) -> Answer:
    """A part of a name cannot be left to a wildcard here: it lets in nobody, and may yet keep somebody out."""
    return None if ("*" in name or "?" in name) and effect != ALLOW else False


def _names_everybody(principals: Principals) -> bool:
    return any(map(_is_everybody, principals.entries))


def _is_everybody(principal: Principal) -> bool:
    return principal.kind == "*" or (principal.kind == "AWS" and principal.name == "*")
