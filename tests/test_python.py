"""Which versions of Python run the pack: an older one is refused in one sentence before anything else can go wrong."""

from __future__ import annotations

import ast
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.harness.engine import Engine, PackError

MAIN = ROOT / "__main__.py"
OLDER = ("python3.9", "python3.8", "python3.7", "python3.6", "python2.7")

# As an older interpreter would say of itself, to the pack alone.
PRETENDING = """
import sys
own = sys.version_info
sys.version_info = (3, 9, 18, "final", 0)
try:
    exec(compile(open({path!r}).read(), {path!r}, "exec"))
finally:
    sys.version_info = own
"""


def is_refused(printed: str, version: str) -> bool:
    """Whether it is one line that says which Python is needed, which one runs, and what to do."""
    return (
        len(printed.strip().splitlines()) == 1
        and printed.startswith("The policy pack sagemaker-endpoint-encryption needs Python 3.10 or newer")
        and f"this is Python {version}:" in printed
        and "install the pack again" in printed
    )


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 8, 18), (3, 9, 18)])
def test_an_older_python_is_refused(version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(MAIN), run_name="__main__")
    assert is_refused(str(ended.value.code), f"{version[0]}.{version[1]}")


@pytest.mark.parametrize("version", [(3, 10, 0), (3, 11, 7), (3, 13, 0), (3, 14, 0), (4, 0, 0)])
def test_a_newer_one_is_not(version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    runpy.run_path(str(MAIN), run_name="not the main one")  # it loads the pack, and does not start it


def test_it_parses_on_older_ones() -> None:
    tree = ast.parse(MAIN.read_text(encoding="utf-8"), feature_version=(3, 6))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr))]
    MAIN.read_bytes().decode("ascii")  # Python 2 takes no other without being told


@pytest.mark.parametrize("name", OLDER)
def test_the_interpreter_itself(name: str) -> None:
    python = shutil.which(name)
    if python is None or subprocess.run([python, "--version"], capture_output=True).returncode != 0:
        pytest.skip(f"there is no {name}")
    done = subprocess.run([python, str(MAIN)], capture_output=True, text=True)
    assert done.returncode == 1
    assert is_refused(done.stderr, name.removeprefix("python")), done.stderr


def test_the_engine_passes_it_on(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(PRETENDING.format(path=str(MAIN)), encoding="utf-8")
    with pytest.raises(PackError) as error, Engine(tmp_path):
        pass
    # What a pack writes to standard error before its port is shown by the preview; the rest is the engine's.
    assert is_refused(str(error.value).partition("\n")[2], "3.9")
