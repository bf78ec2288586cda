"""Reports bugs in the pack itself: briefly in an answer to the engine, and in full on standard error.

Neither quotes the text of an exception, which may contain the value of a property.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from policy_pack import quoting

_ROOT = Path(__file__).parents[2]
_MOST = 500  # characters of a name
_FRAMES = 12  # frames at each end of a traceback; a recursion has a thousand equal ones


class Faults:
    """The errors of a running pack. `policies` are the full names of those that failed, each with the error's type."""

    def __init__(self, pack: str) -> None:
        self._pack = pack
        self.policies: dict[str, str] = {}
        self._told: set[tuple[str, ...]] = set()
        self._lock = threading.Lock()

    def tell(self, policy: str, about: str, error: BaseException) -> str:
        """The answer for a policy that failed on `about`, a URN or the stack. Never raises.

        The traceback goes to standard error, once for each policy and place in the code.
        """
        name = type(error).__name__
        try:
            self.policies[policy] = name
            frames = tuple(_frames(error.__traceback__))
            with self._lock:
                known = (policy, name, *frames[-1:]) in self._told
                self._told.add((policy, name, *frames[-1:]))
            if not known:
                head = f"{self._pack}: {policy} failed on {quoting.name(about, _MOST)} ({name}), at"
                print("\n".join((head, *frames)), file=sys.stderr, flush=True)
        except Exception:  # noqa: BLE001, S110 - a closed standard error or a lack of memory: the answer is what counts
            pass
        return (
            f"An error in the policy pack ({name}) keeps it from judging this.\n"
            "Please report it, with what the policy pack wrote to standard error."
        )

    def forget(self) -> None:
        """Starts a new stack, in which nothing has failed yet."""
        self.policies = {}

    def summary(self) -> str | None:
        """The message of `settings-make-sense` about the errors so far, if there are any."""
        if not self.policies:
            return None
        failed = ", ".join(f"{policy} ({name})" for policy, name in sorted(self.policies.items()))
        return (
            f"Errors in the policy pack kept policies from judging something: {failed}.\n"
            "Please report them, with what the policy pack wrote to standard error."
        )


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    found: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        path = Path(code.co_filename)
        where = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else Path(path.name)
        found.append(f"  {where.as_posix()}, line {traceback.tb_lineno}, in {code.co_name}")
        traceback = traceback.tb_next
    if len(found) > 2 * _FRAMES:
        left_out = f"  ({len(found) - 2 * _FRAMES} calls left out)"
        found = [*found[:_FRAMES], left_out, *found[-_FRAMES:]]
    yield from found
