"""Changes the pack's decisions one at a time, and tells which changes no test notices.

    python -m tools.mutate [--sample N] [--seed N] [--file FILE] [--all]

Each mutant is one change of a syntax tree: a comparison or a Boolean turned round, a condition that always or never
holds, a "not" left out, an element less in a list or a table of constants. The sample is the same for the same seed
and sources. A mutant gets a process of its own, forked from one that has collected all tests, and runs those that see
the changed line until one fails. Tests see a line by a measurement that is made once and kept outside of the
repository; they run the pack in their own process for it. A change outside of functions needs new imports, so that
one takes some seconds.

What survives is compared with `tests/mutation/survivors.yaml`, which explains each survivor: status 1 where one is not
in it.

Why not mutmut or Cosmic Ray: mutmut changes functions only, so no list of constants, and knows which tests see a
function only where they call it in one process; Cosmic Ray starts the whole test command for each mutant.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from random import Random
from tempfile import TemporaryFile
from typing import Any

import pytest

from tools.mutation import covering, trying
from tools.mutation.changes import Mutant, mutants
from tools.mutation.covering import ROOT, Covering
from tools.mutation.report import Tried, explained, show, summary
from tools.mutation.trying import KILLED, NO_TESTS, SURVIVED

PARTS = ("policies", "iam", "stack/links.py", "carriers", "template")
# All that judge something, and take no process and no minutes for it.
_TESTS = """
tests/policies tests/carriers tests/template tests/iam tests/test_programs.py tests/test_matrix.py
tests/test_recordings.py tests/test_exemptions.py tests/test_exempt_resource_tags.py tests/test_undecided.py
tests/test_settings.py tests/test_settings_nonsense.py tests/test_remediation.py tests/test_not_applicable.py
tests/test_gaps.py tests/test_key_verdicts.py tests/test_policy_examples.py tests/test_terraform_modules.py
tests/test_messages.py tests/test_hostile_texts.py tests/test_frameworks.py tests/audit/test_cases.py
tests/audit/test_unread.py tests/audit/test_suppressions.py tests/audit/test_terraform.py tests/audit/test_state.py
tests/audit/test_evidence.py tests/audit/test_grounds.py
""".split()
# Where the tests of a part are that is not called as its tests are.
_TESTS_OF = {"stack": "carriers/test_links"}
_LEFT_OUT = [f"tests/iam/test_{name}.py" for name in ("independent", "bounds", "simulated", "kms_actions")]


# A mutant that no function holds: its file, it, the tests that see the file, and how many seconds they may take.
Outside = tuple[str, Mutant, list[str], float]


class Trying:
    """A plugin of pytest: instead of running what was collected, it tries mutants with it."""

    def __init__(self, sample: list[tuple[str, Mutant]], seconds: float) -> None:
        self.sample = sample
        self.seconds = seconds
        self.tried: list[Tried] = []
        self.outside: list[Outside] = []

    def pytest_runtestloop(self, session: Any) -> bool:
        path = covering.cached()
        known = covering.read(path)
        # What tries any input takes long, and is no table that names a decision.
        items = {item.nodeid: item for item in session.items if not hasattr(item.obj, "hypothesis")}
        # A file that has not changed has new tests where their table is elsewhere.
        before = set(known.measured)
        new = [item for name, item in items.items() if name not in before]
        if new:
            print(f"measuring which lines {len(new)} of {len(items)} tests see", flush=True)
            if not _ends(lambda: covering.measure(new, known, path)):
                raise SystemExit("the tests could not be measured")
            known = covering.read(path)
        gc.freeze()
        for number, (place, mutant) in enumerate(self.sample, 1):
            if number % 50 == 0:
                print(f"  {number} of {len(self.sample)}", flush=True)
            self._try(place, mutant, known, items)
        return True

    def _try(self, place: str, mutant: Mutant, known: Covering, items: dict[str, Any]) -> None:
        source, module = (ROOT / place).read_text(encoding="utf-8"), trying.module_of(ROOT / place)
        put, seen = trying.changed_function(module, mutant, source) if mutant.function else None, set[str]()
        if put is not None:
            seen = known.of(place, mutant.lines)
        is_certain = bool(seen)
        if not seen:
            # No function's, or one that only imports call.
            put, seen = trying.changed_constants(module, mutant, source), known.of_module(place)
        order = _in_order(seen, known, place, self.seconds)
        limit = trying.patience(known.seconds[each] for each in order)
        began = time.monotonic()

        def run() -> int:
            assert put is not None
            put()
            return trying.first_failure(items[each] for each in order if each in items)

        status = trying.in_a_fork(run, limit) if put is not None else 0
        if status == 0 and not is_certain:
            self.outside.append((place, mutant, order, limit))
            return
        self.tried.append(Tried(place, mutant, SURVIVED if status == 0 else KILLED, time.monotonic() - began))
        show(self.tried[-1])


class Running:
    """A plugin of pytest: it runs these tests of what was collected until one fails, and ends the process."""

    def __init__(self, chosen: list[str]) -> None:
        self.chosen = chosen

    def pytest_runtestloop(self, session: Any) -> bool:
        items = {item.nodeid: item for item in session.items}
        os._exit(trying.first_failure(items[each] for each in self.chosen if each in items))


def _in_order(seen: Iterable[str], known: Covering, place: str, seconds: float) -> list[str]:
    """The tests that are made for a file, then as many of the others as take so long, the quickest first."""
    stem, part = f"test_{Path(place).stem}", Path(place).parts[1]
    chosen = sorted(seen, key=lambda each: (known.seconds[each], each))
    own = [
        each
        for each in chosen
        if Path(covering.file_of(each)).stem.startswith(stem) or each.startswith(f"tests/{_TESTS_OF.get(part, part)}")
    ]
    others = [each for each in chosen if each not in set(own)]
    ends = accumulate(known.seconds[each] for each in others)
    return [*own, *(each for each, end in zip(others, ends) if end <= seconds)]


def _ends(run: Callable[[], None]) -> bool:
    """Whether something ends well in a fork of this process."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            run()
            status = 0
        except BaseException:  # noqa: BLE001 - the fork ends here
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    return os.waitpid(pid, 0)[1] == 0


def _pytest(plugin: Any, files: Iterable[str]) -> int:
    options = ["-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--assert=plain", "-m", "not slow"]
    return int(pytest.main([*options, *files, *(f"--ignore={each}" for each in _LEFT_OUT)], plugins=[plugin]))


def _prepare() -> None:
    os.environ["CI"] = "1"  # the same examples every time
    from tools.mutation import in_process

    in_process.install()


def _outside_of_functions(place: str, mutant: Mutant, tests: list[str], limit: float) -> str:
    if not tests:
        return NO_TESTS
    tree = mutant.tree((ROOT / place).read_text(encoding="utf-8"))

    def run(chosen: list[str]) -> int:
        trying.import_changed(trying.module_of(ROOT / place), ROOT / place, tree)
        _prepare()
        return _pytest(Running(chosen), dict.fromkeys(covering.file_of(each) for each in chosen)) or 1

    few = list(dict.fromkeys(covering.file_of(each) for each in tests))[:4]
    soon = [each for each in tests if covering.file_of(each) in few]
    for chosen in (soon, [each for each in tests if each not in set(soon)]):
        if chosen and trying.in_a_fork(lambda chosen=chosen: run(chosen), limit) != 0:  # type: ignore[misc]
            return KILLED
    return SURVIVED


def sampled(files: list[str], size: int | None, seed: int) -> tuple[list[tuple[str, Mutant]], int]:
    """The mutants to try, and how many there are."""
    roots = [ROOT / each for each in files] or [ROOT / "policy_pack" / part for part in PARTS]
    found = [path for root in roots for path in (sorted(root.rglob("*.py")) if root.is_dir() else [root])]
    every = [
        (str(path.relative_to(ROOT)), each) for path in found for each in mutants(path.read_text(encoding="utf-8"))
    ]
    if size is None or size >= len(every):
        return every, len(every)
    return Random(seed).sample(every, size), len(every)  # noqa: S311


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--file", action="append", default=[], help="or folder of the package, by default all of its decisions"
    )
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--all", action="store_true", help="try every mutant")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=15, help="of tests for one mutant; all that see it: inf")
    given = parser.parse_args()
    sample, total = sampled(given.file, None if given.all else given.sample, given.seed)
    began = time.monotonic()
    tried, outside, imported = _in_a_process(Trying(sample, given.seconds))
    if outside:
        for each in imported:
            with suppress(Exception):
                importlib.import_module(each)
    for place, mutant, tests, limit in outside:
        started = time.monotonic()
        outcome = _outside_of_functions(place, mutant, tests, limit)
        tried.append(Tried(place, mutant, outcome, time.monotonic() - started))
        show(tried[-1])
    print(f"{time.monotonic() - began:.0f} s for {len(sample)} of {total} mutants, seed {given.seed}")
    return summary(tried, explained())


def _in_a_process(plugin: Trying) -> tuple[list[Tried], list[Outside], list[str]]:
    """What a plugin found in a fork that collects all tests, and the modules that it imported for it."""
    with TemporaryFile() as results:
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _prepare()
                status = _pytest(plugin, _TESTS)
                imported = [each for each in sys.modules if each.partition(".")[0] not in ("policy_pack", "tests")]
                results.write(pickle.dumps((plugin.tried, plugin.outside, imported)))
                results.flush()
            finally:
                sys.stdout.flush()
                os._exit(status)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        results.seek(0)
        kept = results.read()
    if not kept or ended not in (0, 5):
        raise SystemExit(f"the tests cannot be collected (status {ended})")
    found: tuple[list[Tried], list[Outside], list[str]] = pickle.loads(kept)  # noqa: S301 - written above
    return found


if __name__ == "__main__":
    sys.exit(main())
