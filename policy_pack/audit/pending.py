"""The operations that a state leaves open: an update was interrupted, or was running when the state was written.

The engine's own ``pulumi policy analyze`` judges a stack without them, and so does an audit, which says so: what an
operation makes may exist in AWS although the stack's resources do not have it.

Sources: `OperationV2` of the package apitype of the Pulumi CLI; "pulumi refresh" in its documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from policy_pack import carriers
from policy_pack.audit.entries import is_urn, resources
from policy_pack.audit.unusable import Unusable
from policy_pack.carriers.place import Surroundings
from policy_pack.quoting import name
from policy_pack.records import dataclass
from policy_pack.stack.model import AnyNode, Configuration, Template, Unread
from policy_pack.stack.urn import name_of

_MOST_LISTED = 5
# What may make an endpoint configuration that the state does not have; each as the end of "was being".
_MAKING = {"creating": "created", "updating": "updated", "importing": "imported"}
_OTHERS = frozenset({"deleting", "reading"})


@dataclass(frozen=True)
class Operation:
    """An operation that was not finished: `kind` is Pulumi's word for it, such as "creating".

    `nodes` are those of its resource with the inputs of the operation; `None` if no policy needs such a resource.
    """

    kind: str
    urn: str
    type: str
    nodes: tuple[AnyNode, ...] | None

    @property
    def hidden(self) -> str | None:
        """Why a configuration that it makes is not known; `None` if it makes none, or none that the state lacks."""
        # If a configuration is updated, only its tags change: another key replaces it.
        makes = self.kind in _MAKING and any(
            (isinstance(each, Configuration) and (self.kind != "updating" or each.id != each.urn))
            or (isinstance(each, Template) and each.unreadable)
            or (isinstance(each, Unread) and each.certain)
            for each in self.nodes or ()
        )
        if not makes:
            return None
        return (
            f"The resource was being {_MAKING[self.kind]} when the state was written, so the endpoint configuration "
            "that it makes is not known, nor its key. Run pulumi refresh, and export the stack again."
        )


def operations(deployment: Any) -> tuple[Operation, ...]:
    """The pending operations of a deployment. Raises `Unusable`."""
    given = deployment.get("pending_operations") if isinstance(deployment, dict) else None
    if given is None:
        return ()
    if not isinstance(given, list):
        raise Unusable("has pending operations that are not a list")
    return tuple(_operation(number, each) for number, each in enumerate(given, start=1))


def _operation(number: int, given: Any) -> Operation:
    entry = given.get("resource") if isinstance(given, dict) else None
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str) or not is_urn(entry.get("urn")):
        raise Unusable(f"has a pending operation (number {number}) without a resource that has a type and a URN")
    kind = given.get("type")
    nodes = None
    if entry["type"] in carriers.READERS:
        _, (resource,) = resources([], [entry], before_update=True)
        nodes = carriers.read([resource], Surroundings()).nodes
    known = isinstance(kind, str) and (kind in _MAKING or kind in _OTHERS)
    # An operation of a kind that is not known may make something.
    return Operation(kind if known else "updating", entry["urn"], entry["type"], nodes)


def told(pending: Sequence[Operation], *, judged: bool) -> str | None:
    """The end of a sentence about a state with pending operations; `None` if none of them can matter.

    `judged` says that policies judge a resource of the state.
    """
    if not pending or not (judged or any(each.hidden for each in pending)):
        return None
    return f"has {len(pending)} pending operation{'s' * (len(pending) > 1)}, whose results were not judged " + (
        f"({', '.join(_listed(pending))}): run pulumi refresh, and export it again"
    )


def _listed(pending: Sequence[Operation]) -> Iterator[str]:
    needed = [each for each in pending if each.nodes is not None]
    for each in needed[:_MOST_LISTED]:
        yield f"{each.kind} {name(name_of(each.urn))}"
    if len(needed) > _MOST_LISTED:
        yield f"{len(needed) - _MOST_LISTED} more"
    if others := len(pending) - len(needed):
        yield f"{others} on resources that no policy needs"
