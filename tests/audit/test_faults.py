"""Whatever goes wrong: the exit status that the help tells, one line, and files that are whole or as they were."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy_pack.audit import deliver, run
from policy_pack.commands.cli import main
from tests.audit.auditing import ROOT, command
from tests.audit.states import ACCOUNT, KEY, configuration, export, write

pytestmark = pytest.mark.slow

AUDIT = [sys.executable, "-m", "policy_pack", "audit"]


@pytest.fixture
def state(tmp_path: Path) -> str:
    return write(tmp_path / "state.json", export(configuration()))


# ---- outputs that take no more ----


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize("arguments", [["audit"], ["audit", "--format", "json"], ["policies"], ["policies", "--json"]])
def test_full_output(arguments: list[str], state: str) -> None:
    paths = [state] if arguments[0] == "audit" else []
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*AUDIT[:-1], *arguments, *paths], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    assert ran.returncode == 3
    assert ran.stderr.decode() == f"error: the standard output cannot be written: {os.strerror(errno.ENOSPC)}\n"


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_reader_that_goes_away(form: str, state: str) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        ran = subprocess.run(
            [*AUDIT, state, "--format", form], stdout=theirs, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    finally:
        os.close(theirs)
    assert ran.returncode == 3
    assert ran.stderr.decode() == f"error: the standard output cannot be written: {os.strerror(errno.EPIPE)}\n"


@pytest.mark.parametrize(
    "arguments", [["policies"], ["explain", "key-in-same-region"], ["audit", "--list"], ["--help"], ["--version"]]
)
def test_reader_of_another_command_that_goes_away(arguments: list[str]) -> None:
    """Status 1 would say that something is violated."""
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        ran = subprocess.run([*AUDIT[:-1], *arguments], stdout=theirs, stderr=subprocess.PIPE, cwd=ROOT, check=False)
    finally:
        os.close(theirs)
    assert (ran.returncode, ran.stderr.decode()) == (
        3,
        f"error: the standard output cannot be written: {os.strerror(errno.EPIPE)}\n",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
@pytest.mark.parametrize(
    ("closed", "status", "lines"), [(">&-", 3, 1), ("2>&-", 1, 0), (">&- 2>&-", 3, 0), ("<&-", 1, 0)]
)
def test_closed_streams(closed: str, status: int, lines: int, state: str) -> None:
    script = f'exec "$@" {closed}'
    ran = subprocess.run(["sh", "-c", script, "sh", *AUDIT, state], capture_output=True, cwd=ROOT, check=False)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (status, lines), ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
def test_closed_input(state: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *AUDIT, "-", state], capture_output=True, cwd=ROOT, check=False
    )
    assert (ran.returncode, ran.stderr) == (2, b"error: - cannot be read: the standard input is closed\n")


# ---- names of files ----

FILES = ["a\n::error::b", "a\x1b[2Jb", "##vso[task.complete]", "\u202eb", "a\r::add-mask::b", "a\udcffb"]


@pytest.mark.skipif(sys.platform == "win32", reason="no file has such a name there")
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown", "csv"])
def test_no_name_of_a_file_is_obeyed(name: str, form: str, tmp_path: Path) -> None:
    path, written = tmp_path / f"{name}.json", tmp_path / f"{name}.out"
    path.write_text(json.dumps(export(configuration())), encoding="utf-8")
    for ran in (
        command(path, "--format", form),
        command(path, "--format", form, "--output", written),
        command(path, "--config", f"{path}.none"),
        command(tmp_path, "--baseline", path),
        command(f"{path}.none"),
    ):
        assert ran.returncode in (1, 2)
        _is_not_obeyed(ran.stdout + ran.stderr)


@pytest.mark.skipif(sys.platform == "win32", reason="no file has such a name there")
@pytest.mark.parametrize("name", FILES)
def test_no_name_of_a_configuration_is_obeyed(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content, status in (("{}", 0), ("[]", 2), ('{"a\\n::error::b": 5}', 2)):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            main(["validate-config", str(path)])
        assert ended.value.code == status
        said = capsys.readouterr()
        _is_not_obeyed(said.out + said.err)
        assert len((said.out + said.err).splitlines()) == 1


def _is_not_obeyed(said: str) -> None:
    lines = re.split("\r?\n", said.removeprefix("\ufeff"))  # a spreadsheet wants it before a CSV
    assert all(line.isprintable() for line in lines), ascii(said)
    assert re.search(r"(?m)^\s*::|##[a-z.]*\[", said) is None, said


# ---- faults ----


def _fails(*_: Any, **__: Any) -> Any:
    raise KeyError(KEY)


def test_fault_of_the_command(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.setattr(run, "audit", _fails)
    ran = command(state)
    assert (ran.returncode, ran.stdout) == (3, "")
    [line] = ran.stderr.splitlines()
    assert line.startswith("error: the command failed (KeyError in test_faults.py, line ")
    assert ACCOUNT not in line
    shown = command(state, "--debug")
    assert shown.returncode == 3
    assert "Traceback" in shown.stderr


def test_fault_of_a_file_is_not_taken_for_one_of_the_output(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    def misses(*_: Any, **__: Any) -> Any:
        return Path("nowhere").read_bytes()

    monkeypatch.setattr(run, "audit", misses)
    ran = command(state)
    assert (ran.returncode, ran.stdout) == (3, "")
    [line] = ran.stderr.splitlines()
    assert line.startswith("error: the command failed (FileNotFoundError in ")


def test_interruption(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "audit", interrupted)
    ran = command(state)
    assert (ran.returncode, ran.stdout) == (130, "")
    assert ran.stderr.split() == ["interrupted"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are other there")
@pytest.mark.parametrize("jobs", [1, 2])
def test_interruption_while_it_reads(jobs: int, tmp_path: Path) -> None:
    for number in range(3):
        os.mkfifo(tmp_path / f"{number}.json")  # which the audit waits for, since it is named
    paths = sorted(map(str, tmp_path.glob("*.json")))
    process = subprocess.Popen(
        [*AUDIT, "--jobs", str(jobs), *paths],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        preexec_fn=_heed_interruptions,
    )
    try:
        _wait_for_reader(paths[0])
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, stdout) == (130, b""), stderr
    assert stderr.split() == [b"interrupted"]


def _heed_interruptions() -> None:
    # A shell lets what it runs in the background ignore them, and that is inherited.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait_for_reader(path: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.05)
            continue
        _held.append(descriptor)  # open, so that the reader waits on
        return
    raise TimeoutError


_held: list[int] = []


@pytest.mark.parametrize("arguments", [["audit"], ["nonsense"], ["audit", "x", "--nonsense"], ["policies", "x"]])
def test_use_that_makes_no_sense(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["audit"], ["policies"]])
def test_help_tells_the_statuses(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--help"])
    assert not ended.value.code
    said = " ".join(capsys.readouterr().out.split())
    if arguments != ["policies"]:
        assert "0 if there is no violation, 1 if there is one" in said
        assert "130 if it is interrupted" in said


# ---- files, whole or not at all ----


def test_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.json"
    deliver.write_whole(path, [b"fi", b"rst"])
    kept = path.open("rb")
    deliver.write_whole(path, [b"second"])
    with kept:
        assert (kept.read(), path.read_bytes()) == (b"first", b"second")
    assert [each.name for each in path.parent.iterdir()] == ["report.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are other there")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "report.json", tmp_path / "latest.json"
    before = os.umask(0o027)
    try:
        deliver.write_whole(path, [b"fi", b"rst"])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    link.symlink_to("report.json")
    deliver.write_whole(link, [b"second"])
    assert link.is_symlink()
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"second", 0o604)


@pytest.mark.parametrize("when", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_old_file_stays_where_the_new_one_fails(
    when: str, fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise fault

    reports = tmp_path / "reports"
    reports.mkdir()
    path = reports / "report.json"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(*_function(when), fails)
    ran = command(state, "--format", "json", "--output", path)
    monkeypatch.undo()
    is_interrupted = isinstance(fault, KeyboardInterrupt)
    assert ran.returncode == (130 if is_interrupted else 3)
    line = "interrupted" if is_interrupted else f"error: {path} cannot be written: No space left on device"
    assert ran.stderr.strip() == line
    assert [(each.name, each.read_text("utf-8")) for each in reports.iterdir()] == [("report.json", "old")]


def _function(name: str) -> tuple[Any, str]:
    return (os, name) if name == "fsync" else (Path, name)


@pytest.mark.parametrize(
    "unusable",
    [lambda path: path / "state.json" / "x.json", lambda path: path / ("n" * 300 + ".json")],
)
def test_path_that_makes_no_sense(unusable: Callable[[Path], Path], tmp_path: Path, state: str) -> None:
    ran = command(state, "--format", "json", "--output", unusable(tmp_path))
    assert ran.returncode == 2
    assert "cannot be written: " in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such device")
def test_device_is_written_to_and_not_replaced(state: str) -> None:
    ran = command(state, "--format", "json", "--output", "/dev/null")
    assert ran.returncode == 1 and "Wrote /dev/null\n" in ran.stderr
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode) and not Path("/dev/null.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_device_that_takes_no_more(state: str) -> None:
    ran = command(state, "--format", "json", "--output", "/dev/full")
    assert (ran.returncode, ran.stderr) == (3, f"error: /dev/full cannot be written: {os.strerror(errno.ENOSPC)}\n")
