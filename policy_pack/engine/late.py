"""Loads what the pack needs for a request but not for its start, while the engine starts the program.

The engine waits until the pack prints its port, so only the policies and their metadata are loaded before. The engine
then connects and starts the program, and the pack has nothing to do until the program makes its first resource. In
that time a thread loads the carriers. An earlier request waits for them.

Nobody relies on that thread. A request that needs a carrier imports the carriers itself, so if they cannot be imported,
the request fails, and is answered with a violation of every policy (`policy_pack.engine.answers`).
"""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import Any

import grpc


class LoadingOnFirstCall(grpc.GenericRpcHandler):  # type: ignore[misc]
    """A handler of gRPC that serves no method, but begins to load when the first one is called."""

    def __init__(self) -> None:
        self._begun = False

    def service(self, handler_call_details: Any) -> None:
        if not self._begun:
            self._begun = True
            Thread(target=_load, name="loading", daemon=True).start()


def _load() -> None:
    with suppress(BaseException):  # the requests run into the same error
        from policy_pack.carriers import CARRIERS  # noqa: F401
