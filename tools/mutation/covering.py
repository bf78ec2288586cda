"""Which tests see which line of the pack: measured once, kept outside of the repository, and mended as files change."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import gettempdir
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass
class Covering:
    """`seconds` are what each test takes, by its id; `lines` are the tests that see a line, by file and line.

    `measured` are all tests that were run, also those that do not pass. `files` are the digests of the files of tests,
    and `sources` the files of the pack as they were then.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    measured: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def of(self, file: str, lines: Iterable[int]) -> set[str]:
        """The tests that see any of these lines."""
        known = self.lines.get(file, {})
        return {test for line in lines for test in known.get(line, ())}

    def of_module(self, file: str) -> set[str]:
        """The tests that see anything of a file."""
        return self.of(file, self.lines.get(file, {}))

    def without(self, files: Iterable[str]) -> None:
        """Forgets the tests of these files."""
        of = set(files)
        self.measured = [test for test in self.measured if file_of(test) not in of]
        gone = {test for test in self.seconds if file_of(test) in of}
        for test in gone:
            del self.seconds[test]
        for each in self.lines.values():
            for line, tests in each.items():
                each[line] = [test for test in tests if test not in gone]

    def moved(self) -> None:
        """Has lines go by what they are in the pack's files now."""
        for file, before in list(self.sources.items()):
            path = ROOT / file
            if not path.exists():
                del self.sources[file], self.lines[file]
                continue
            now = path.read_text(encoding="utf-8")
            if now == before:
                continue
            known = self.lines.get(file, {})
            found: dict[int, list[str]] = {}
            for block in SequenceMatcher(None, before.splitlines(), now.splitlines(), autojunk=False).get_opcodes():
                _, one, end, other, last = block
                # What is new is seen by what saw the lines that it replaces, or those around it.
                about = range(one, end) if end > one else range(max(one - 1, 0), one + 1)
                every = sorted({test for line in about for test in known.get(line + 1, ())})
                for line in range(other, last):
                    same = block[0] == "equal"
                    found[line + 1] = known.get(one + line - other + 1, []) if same else every
            self.lines[file], self.sources[file] = found, now


def file_of(test: str) -> str:
    """The file of a test."""
    return test.partition("::")[0]


def cached() -> Path:
    """Where it is kept."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or gettempdir()) / f"mutate-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{hashlib.sha256(str(ROOT).encode()).hexdigest()[:16]}.json"


def read(path: Path) -> Covering:
    """What was measured and kept, for the files that there are now."""
    if not path.exists():
        return Covering()
    kept = json.loads(path.read_text(encoding="utf-8"))
    lines = {file: {int(line): tests for line, tests in each.items()} for file, each in kept.pop("lines").items()}
    known = Covering(lines=lines, **kept)
    known.without(file for file, digest in known.files.items() if digest != digest_of(file))
    known.files = {file: digest for file, digest in known.files.items() if digest == digest_of(file)}
    known.moved()
    return known


def digest_of(file: str) -> str:
    """A digest that changes with a file of tests."""
    path = ROOT / file
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.exists() else ""


def measure(items: Iterable[Any], known: Covering, path: Path) -> None:
    """Runs collected tests, each in a context of its own, and keeps what those that pass see."""
    import coverage

    measuring = coverage.Coverage(data_file=None, source=[str(ROOT / "policy_pack")], config_file=False, messages=False)
    chosen = list(items)
    digests = {file: digest_of(file) for file in {file_of(each.nodeid) for each in chosen}}
    measuring.start()
    for number, (item, following) in enumerate(zip(chosen, [*chosen[1:], None]), 1):
        if number % 500 == 0:
            print(f"  {number} tests, {time.process_time():.0f} s", flush=True)
        measuring.switch_context(item.nodeid)
        began = time.perf_counter()
        reports = _run(item, following)
        if all(each.passed for each in reports):
            known.seconds[item.nodeid] = round(time.perf_counter() - began, 4)
        elif any(each.failed for each in reports):
            print(f"not counted, as it does not pass in one process: {item.nodeid}", flush=True)
    measuring.stop()
    _add(known, measuring.get_data())
    known.measured += [each.nodeid for each in chosen]
    known.files |= digests
    known.sources = {file: (ROOT / file).read_text(encoding="utf-8") for file in known.lines}
    path.write_text(json.dumps(vars(known)), encoding="utf-8")
    print(f"{len(known.seconds)} tests see {sum(map(len, known.lines.values()))} lines")


def _add(known: Covering, data: Any) -> None:
    for file in data.measured_files():
        lines = known.lines.setdefault(str(Path(file).relative_to(ROOT)), {})
        contexts: Mapping[int, list[str]] = data.contexts_by_lineno(file)
        for line, tests in contexts.items():
            lines[line] = sorted({*lines.get(line, ()), *(each for each in tests if each in known.seconds)})


def _run(item: Any, following: Any) -> list[Any]:
    from _pytest.runner import runtestprotocol

    reports: list[Any] = runtestprotocol(item, log=False, nextitem=following)
    return reports
