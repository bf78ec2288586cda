"""The pack where it may do nothing: no connection but the engine's, no writing, no other process, no environment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.harness.engine import Engine
from tests.harness.recordings import Recording, recordings, replay

pytestmark = pytest.mark.slow

CONFINED = f"""
import os, sys

os.environ.clear()
sys.path.insert(0, {str(ROOT)!r})

NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
           "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo", "urllib.Request")
PROCESSES = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty",
             "pty.spawn", "os.kill")
CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.chown",
           "os.truncate", "os.utime", "os.setxattr", "os.removexattr", "shutil.rmtree", "tempfile.mkstemp",
           "tempfile.mkdtemp")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


def confine(event, arguments):
    refused = event in NETWORK or event in PROCESSES or event in CHANGES
    if event == "open":
        path, mode, flags = arguments
        refused = bool(flags & WRITING) and path != os.devnull
    if refused and arguments and "__pycache__" in str(arguments[0]):
        raise PermissionError("read-only")  # of which Python makes nothing
    if refused:
        os.write(2, f"REFUSED {{event}}\\n".encode())
        raise PermissionError("confined")


sys.addaudithook(confine)
MORE
from policy_pack.engine.serve import serve
from policy_pack.policies import PACK
serve(PACK)
"""

# What measures the tests writes files, and is no part of the pack.
UNMEASURED = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}

NAMES = sorted({recording.name for recording in recordings()})


def confined(folder: Path, more: str = "") -> Path:
    (folder / "__main__.py").write_text(CONFINED.replace("MORE", more), encoding="utf-8")
    return folder


def connections(pid: int) -> Iterator[str]:
    """The local addresses of the TCP sockets that a process has, as Linux tells them in hexadecimal."""
    own = {
        str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if str(link.readlink()).startswith("socket:")
    }
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="utf-8").splitlines()[1:]:
            columns = line.split()
            if f"socket:[{columns[9]}]" in own:
                yield from (columns[1].partition(":")[0], columns[2].partition(":")[0])


def test_it_answers_as_ever(tmp_path: Path) -> None:
    with Engine(confined(tmp_path), environment=UNMEASURED) as engine:
        engine.configure({})
        for name in NAMES:
            for phase in ("preview", "update"):
                recording = Recording(name, phase)
                assert replay(engine, recording) == recording.expected
    assert "REFUSED" not in engine.stderr


class Bare(Engine):
    """The engine, where it gives the pack no environment at all."""

    def _process_environment(self) -> dict[str, str]:
        return {}


def test_it_needs_no_environment() -> None:
    recording = Recording("computed_key", "update")
    with Bare(ROOT) as engine:
        engine.configure({})
        assert replay(engine, recording) == recording.expected


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the sockets of a process in this way")
def test_its_only_connection_is_the_engines(tmp_path: Path) -> None:
    with Engine(confined(tmp_path), environment=UNMEASURED) as engine:
        engine.configure({})
        recording = Recording("computed_key", "update")
        assert replay(engine, recording) == recording.expected
        found = set(connections(engine.pid))
    loopback = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
    nobody = {"00000000", "0" * 32}  # the other end of a socket that listens
    assert found & loopback
    assert found <= loopback | nobody


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket().connect(('192.0.2.1', 443))",
        "import socket; socket.getaddrinfo('example.invalid', 443)",
        "open('written', 'w')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.mkdir('made')",
        "import os; os.utime('__main__.py')",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))",
    ],
)
def test_the_confinement_refuses(attempt: str, tmp_path: Path) -> None:
    more = f"try:\n    {attempt}\nexcept PermissionError:\n    pass"
    with Engine(confined(tmp_path, more), environment=UNMEASURED) as engine:
        engine.info()
    assert "REFUSED" in engine.stderr
    made = {path.name for path in tmp_path.iterdir()} - {"__pycache__"}  # which the SDK writes before it is confined
    assert made == {"__main__.py"}
