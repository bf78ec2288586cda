"""The progress of a long audit, on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

_MANY = 20  # the number of inputs from which on it is shown


class Progress:
    """A progress bar on standard error while inputs are audited and reports are written."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def watch(self, inputs: Sequence[object]) -> Callable[[], None]:
        """Starts the bar. Returns a function to call after each input."""
        if len(inputs) < _MANY or not sys.stderr.isatty():
            return lambda: None
        from rich.console import Console
        from rich.progress import Progress as Bar

        # Without a thread of its own, so that the process can fork.
        self._bar = Bar(console=Console(stderr=True), auto_refresh=False, transient=True)
        self._bar.start()
        task = self._bar.add_task("Auditing", total=len(inputs))
        shown = 0.0

        def advance() -> None:
            nonlocal shown
            self._bar.advance(task)
            if time.monotonic() - shown > 0.1:
                shown = time.monotonic()
                self._bar.refresh()

        return advance

    def writing(self, reports: Sequence[T]) -> Iterator[T]:
        """The reports; each is shown as written when the next one is requested."""
        if self._bar is None or not reports:
            yield from reports
            return
        task = self._bar.add_task("Writing", total=len(reports))
        for each in reports:
            self._bar.refresh()
            yield each
            self._bar.advance(task)
        self._bar.refresh()
