"""Whatever an input turns out to be, there is a clear line, and the other inputs are still audited."""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import zstandard

from policy_pack.audit import find
from policy_pack.audit.config import Config
from policy_pack.audit.find import Input
from policy_pack.audit.outcomes import examine
from policy_pack.audit.report import Report
from policy_pack.audit.run import audit
from policy_pack.policies import PACK
from tests.audit.auditing import command, options
from tests.audit.states import KEY, configuration, export, write

STACK = json.dumps(export(configuration(kmsKeyArn=KEY)))
BOTH = b'{"version": 3, "deployment": {"resources": []}, "deployment": null}'

_OF_1_GB = zstandard.ZstdCompressionParameters(window_log=30, write_content_size=False)
_COMPRESSOR = zstandard.ZstdCompressor(compression_params=_OF_1_GB).compressobj()
WIDE = _COMPRESSOR.compress(STACK.encode()) + _COMPRESSOR.flush()

HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty, not JSON"),
    "blank": (b" \n", "is empty, not JSON"),
    "text": (b"Hello", "is not JSON (line 1, column 1: Expecting value)"),
    "cut off": (STACK[:100].encode(), "is not JSON (line 1, column "),
    "two documents": (b"{}\n{}", "is not JSON (line 2, column 1: Extra data)"),
    "invalid UTF-8": (STACK.replace("config", "c\xff").encode("latin-1"), "its text is not valid UTF-8"),
    "half a UTF-16": (STACK.encode("utf-16")[:-1], "its text is not valid UTF-16"),
    "NaN": (STACK.replace("3", "NaN", 1).encode(), "is not JSON: it holds NaN"),
    "infinity": (b'{"version": -Infinity}', "is not JSON: it holds -Infinity"),
    "same name twice": (BOTH, "with a duplicate key"),
    "deep list": (b"[" * 200_000, "is nested too deeply"),
    "deep object": (b'{"a":' * 200_000, "is nested too deeply"),
    "damaged gzip": (gzip.compress(STACK.encode())[:-20], "is compressed, but damaged"),
    "gzip of nothing": (b"\x1f\x8b", "is compressed, but damaged"),
    "damaged zstd": (zstandard.compress(STACK.encode())[:-5] + b"aaaaa", "is compressed, but damaged"),
    "zstd that is cut off": (zstandard.compress(STACK.encode())[:-5], "damaged: it is truncated"),
    "zstd with a window of 1 GB": (WIDE, "is compressed with a window of more than 128 MB"),
    "zstd of nothing": (zstandard.compress(b"")[:4], "damaged: it is truncated"),
    "second frame cut off": (2 * zstandard.compress(STACK.encode())[:-3], "is compressed, but damaged"),
    "zstd and more": (zstandard.compress(STACK.encode()) + b"more", "damaged: there is something after its end"),
    "a zstd frame to skip": (b"\x50\x2a\x4d\x18\xff\xff\xff\xff" + STACK.encode(), "damaged: it is truncated"),
    "a zstd frame to skip, and more": (b"\x50\x2a\x4d\x18\0\0\0\0" + STACK.encode(), "is compressed, but damaged"),
    "gzip, zeros and more": (gzip.compress(STACK.encode()) + bytes(9) + b"x", "there is something after its end"),
    "zstd and zeros": (zstandard.compress(STACK.encode()) + bytes(9), "there is something after its end"),
    "gzip that is cut off": (gzip.compress(STACK.encode())[:-5], "damaged: it is truncated"),
    "gzip and more": (gzip.compress(STACK.encode()) + b"more", "damaged: there is something after its end"),
    "gzip with another sum": (gzip.compress(STACK.encode())[:-8] + bytes(8), "is compressed, but damaged"),
    "two stacks in two frames": (2 * zstandard.compress(STACK.encode()), "Extra data"),
    "two stacks in two members": (2 * gzip.compress(STACK.encode()), "Extra data"),
    "binary": (bytes(range(256)), "is not JSON"),
    "null bytes": (b"\0" * 64, "is not JSON"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_line_for_it_and_the_others_are_audited(name: str, tmp_path: Path) -> None:
    content, says = HOSTILE[name]
    (tmp_path / "a.json").write_text(STACK, encoding="utf-8")
    (tmp_path / "b.json").write_bytes(content)
    (tmp_path / "c.json").write_text(STACK, encoding="utf-8")
    report = audit([str(tmp_path)], options())
    [problem] = report.problems
    assert problem.source == str(tmp_path / "b.json")
    assert says in problem.text
    assert "\n" not in problem.text
    assert [Path(each.source).name for each in report.configurations] == ["a.json", "c.json"]


HALVES = STACK[:90].encode(), STACK[90:].encode()


@pytest.mark.parametrize(
    "content",
    [
        b"".join(map(zstandard.compress, HALVES)),
        b"".join(map(gzip.compress, HALVES)),
        b"".join(map(gzip.compress, HALVES)) + bytes(512),  # as tapes pad
        b"".join((zstandard.compress(HALVES[0]), b"\x50\x2a\x4d\x18\x02\0\0\0ab", zstandard.compress(HALVES[1]))),
        b"".join(zstandard.compress(bytes([each])) for each in STACK.encode()),
        b"".join(gzip.compress(bytes([each])) for each in STACK.encode()),
        b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + zstandard.compress(STACK.encode()),  # as pzstd begins
        b"\x5f\x2a\x4d\x18\0\0\0\0" * 3 + zstandard.compress(STACK.encode()) + b"\x5a\x2a\x4d\x18\0\0\0\0",
        gzip.compress(b"") * 100_000 + gzip.compress(STACK.encode()),  # what follows a member is not copied each time
        gzip.compress(STACK.encode()) + bytes(3_000_000) + gzip.compress(b" "),
    ],
    ids=range(10),
)
def test_every_frame_is_read(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    report = audit([str(path)], options())
    assert (report.problems, len(report.configurations)) == ((), 1)


def test_deep_properties(tmp_path: Path) -> None:
    deep: Any = KEY
    for _ in range(700):  # what the parser may take, and what reads properties may not
        deep = [deep]
    path = write(tmp_path / "state.json", export(configuration(kmsKeyArn=deep)))
    report = audit([path], options())
    assert [each.text for each in report.problems] == ["is nested too deeply"] or len(report.configurations) == 1


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_forms_that_are_read(tmp_path: Path, compress: Callable[[bytes], bytes], encoding: str) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(compress(STACK.encode(encoding)))
    report = audit([str(path)], options())
    assert (report.problems, len(report.configurations)) == ((), 1)
    assert report.sources[0].size == path.stat().st_size


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstandard.compress])
def test_large_file(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    large, good = tmp_path / "large.json", tmp_path / "good.json"
    large.write_bytes(compress(b"[" + b" " * 3_000_000 + b"]"))
    good.write_text(STACK, encoding="utf-8")
    report = audit([str(large), str(good)], options(max_size=2_000_000))
    assert [each.text for each in report.problems] == ["is larger than 2 MB; --max-size allows more"]
    assert len(report.configurations) == 1


def test_a_file_of_100_megabytes(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(100_000_000)
    write(tmp_path / "good.json", export(configuration(kmsKeyArn=KEY)))
    ran = command(tmp_path)
    assert ran.returncode == 2
    assert f"error: {large} is larger than 64 MB; --max-size allows more" in ran.stderr
    assert "1 endpoint configuration in 1 stack" in ran.stdout


def test_links(tmp_path: Path) -> None:
    stacks = tmp_path / "stacks"
    path = write(stacks / "deep" / "good.json", export(configuration(kmsKeyArn=KEY)))
    (stacks / "deep" / "loop").symlink_to(stacks, target_is_directory=True)
    (stacks / "self.json").symlink_to("self.json")
    (stacks / "gone.json").symlink_to("nowhere.json")
    (stacks / "again.json").symlink_to(path)
    (stacks / "also").symlink_to(stacks / "deep", target_is_directory=True)
    report = audit([str(stacks), path], options())
    assert len(report.configurations) == 1  # once, however many ways lead there
    problems = {Path(each.source).name: each.text for each in report.problems}
    assert problems.keys() == {"loop", "self.json", "gone.json"}
    assert "is a link back to a directory that it is in" in problems["loop"]
    assert "cannot be read" in problems["self.json"]
    assert "does not exist" in problems["gone.json"]


def test_links_elsewhere(tmp_path: Path) -> None:
    good = export(configuration(kmsKeyArn=KEY))
    write(tmp_path / "named" / "good.json", good)
    write(tmp_path / "elsewhere" / "other.json", good)
    write(tmp_path / "named-too" / "other.json", good)
    for name in ("elsewhere", "named-too"):
        (tmp_path / "named" / name).symlink_to(tmp_path / name, target_is_directory=True)
    (tmp_path / "named" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "named" / "node_modules").symlink_to(tmp_path, target_is_directory=True)
    report = audit([str(tmp_path / "named")], options())
    assert (_names(report), report.problems) == (["good.json"], ())
    assert {Path(each.source).name: each.text for each in report.notes} == dict.fromkeys(
        ("elsewhere", "named-too", "up"), "is a link to a directory elsewhere, which was not followed"
    )
    # What is named is followed, whatever it is.
    assert _names(audit([str(tmp_path / "named" / "elsewhere")], options())) == ["other.json"]


def test_deep_tree(tmp_path: Path) -> None:
    write(tmp_path / "good.json", export(configuration(kmsKeyArn=KEY)))
    write(tmp_path.joinpath(*"d" * 49) / "deep.json", export(configuration(kmsKeyArn=KEY)))
    write(tmp_path.joinpath(*"e" * 400) / "deeper.json", export(configuration()))
    ran = command(tmp_path)
    assert ran.returncode == 2
    assert "2 endpoint configurations in 2 stacks" in ran.stdout
    [line] = ran.stderr.splitlines()
    assert line.endswith("/e/e was left out: it is more than 50 directories deep; name it itself")


def test_large_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "MOST_ENTRIES", 20)
    for number in range(15):
        write(tmp_path / "a" / f"{number}.json", export())
        write(tmp_path / "b" / f"{number}.json", export(configuration()))
    ran = command(tmp_path)
    assert (ran.returncode, "in 15 stacks" in ran.stdout) == (2, True)
    [line] = ran.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path / 'b'} was left out: {tmp_path} holds more than 20 files")
    assert command(tmp_path / "b").returncode == 1
    many = command(tmp_path / "*" / "*.json")
    assert (many.returncode, "matches more than 20 paths, and none of them was read" in many.stderr) == (2, True)


def test_patterns(tmp_path: Path) -> None:
    good = export(configuration(kmsKeyArn=KEY))
    for name in ("a/1.json", "a/b/2.json", "a/c/3.json", "d/4.json", "[x]/5.json"):
        write(tmp_path / name, good)
    for pattern, names in {
        "a/*.json": ["1.json"],
        "a/**/*.json": ["1.json", "2.json", "3.json"],
        "?": ["1.json", "2.json", "3.json", "4.json"],
        "**/*.json": ["5.json", "1.json", "2.json", "3.json", "4.json"],
        "**/a/**/[23].json": ["2.json", "3.json"],
        "**/**/c/*": ["3.json"],
        "a/**": ["1.json", "2.json", "3.json"],
        "[ad]/**/?.json": ["1.json", "2.json", "3.json", "4.json"],
        "[x]/5.json": ["5.json"],  # what is there is no pattern
    }.items():
        report = audit([str(tmp_path / pattern)], options())
        assert (_names(report), report.problems) == (names, ())
    [problem] = audit([str(tmp_path / "*.yaml")], options()).problems
    assert problem.text == "matches no file"


@pytest.mark.parametrize("pattern", ["**/*.json", "stacks/**/*.json", "s*/**", "**/good.json"])
def test_patterns_follow_no_link_in_a_circle_or_elsewhere(
    pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two links back are followed by `glob` 2^40 times."""
    write(tmp_path / "elsewhere" / "other.json", export(configuration()))
    stacks = tmp_path / "named" / "stacks"
    write(stacks / "good.json", export(configuration(kmsKeyArn=KEY)))
    write(stacks / ".hidden" / "good.json", export(configuration()))
    for name in ("one", "two"):
        (stacks / name).symlink_to(stacks, target_is_directory=True)
    (stacks / "away").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    monkeypatch.chdir(tmp_path / "named")
    for given in (pattern, str(tmp_path / "named" / pattern)):
        report = audit([given], options())
        assert _names(report) == ["good.json"]
        assert {Path(each.source).name for each in report.problems} == {"one", "two"}
        assert {Path(each.source).name for each in report.notes} == {"away"}
        assert all(each.name.startswith(given[: given.index("*")]) for each in report.sources)


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("**/*.json", ["a.json", "b/a.json", "c/b/a.json"], ["a.yaml", ".b/a.json", "b/.a.json"]),
        ("**/b/*.json", ["b/a.json", "c/b/a.json", "b/b/a.json"], ["a.json", "b/c/a.json", "b"]),
        ("**/.b/*", [".b/a.json", "c/.b/a.json"], ["b/a.json", ".b/.a.json", ".b"]),
        ("**", ["a.json", "b/a.json"], [".a.json", "b/.c/a.json"]),
        ("b/**/c/**", ["b/c/a.json", "b/d/c/a.json", "b/c/d/a.json"], ["b/a.json", "c/a.json", "d/b/c/a.json"]),
        ("**/[!a]?.json", ["bb.json", "c/bb.json"], ["ab.json", "b.json", "c/a.json"]),
    ],
)
def test_what_a_pattern_matches(pattern: str, fitting: list[str], others: list[str]) -> None:
    for path in (*fitting, *others):
        assert find._fits(path, pattern.split("/")) is (path in fitting), path


def test_a_pattern_takes_no_time() -> None:
    assert not find._fits("/".join("a" * 500), ["**", "a"] * 100 + ["b"])


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such file")
def test_pipe_that_nobody_writes_to(tmp_path: Path) -> None:
    write(tmp_path / "good.json", export(configuration()))
    os.mkfifo(tmp_path / "pipe.json")
    report = audit([str(tmp_path)], options())
    assert [(Path(each.source).name, each.text) for each in report.problems] == [("pipe.json", "is not a regular file")]
    assert len(report.configurations) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are other there")
def test_unreadable_file_and_directory(open_directory: Path) -> None:
    write(open_directory / "good.json", export(configuration(kmsKeyArn=KEY)))
    Path(write(open_directory / "secret.json", export(configuration()))).chmod(0)
    (open_directory / "closed").mkdir(mode=0)
    with _as_nobody():
        report = audit([str(open_directory)], options())
    problems = {Path(each.source).name: each.text for each in report.problems}
    assert problems == dict.fromkeys(("secret.json", "closed"), "cannot be read: Permission denied")
    assert len(report.configurations) == 1


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A temporary directory that everybody may read, which pytest's own are not."""
    with TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        for each in path.iterdir():
            each.chmod(0o700)


@contextmanager
def _as_nobody() -> Iterator[None]:
    """While it is open, this process is of a user whom permissions bind, which they do not bind root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_long_number(tmp_path: Path) -> None:
    if not hasattr(sys, "get_int_max_str_digits"):
        pytest.skip("this Python reads numbers of any length")
    path = tmp_path / "state.json"
    path.write_text(STACK.replace("3", "3" * 100_000, 1), encoding="utf-8")
    assert [each.text for each in audit([str(path)], options()).problems] == ["has a number that is too long"]


def test_paths_that_name_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "other" / "package.json", {"name": "shop"})
    write(tmp_path / "tsconfig.json", {"files": []})
    paths = [str(tmp_path / name) for name in ("none.json", "empty", "other", "tsconfig.json")]
    problems = {Path(each.source).name: each.text for each in audit([*paths, "nul\0"], options()).problems}
    assert problems["none.json"] == "does not exist"
    assert problems["empty"] == problems["other"] == "holds no stack"
    assert problems["tsconfig.json"].startswith("is not a stack")
    assert problems["nul\\x00"] == "cannot be read: its name is not valid"


def test_files_within_directories(tmp_path: Path) -> None:
    stack = export(configuration(kmsKeyArn=KEY))
    for path in (
        "a.json",
        "deep/er/b.JSON",
        "backend/.pulumi/stacks/shop/c.json",
        "no.txt",
        "node_modules/no.json",
        ".hidden/no.json",
        "backend/.pulumi/history/shop/no.json",
        "backend/.pulumi/backups/shop/no.json",
        "backend/.pulumi/stacks/shop/no.json.bak",
    ):
        write(tmp_path / path, stack)
    write(tmp_path / "package.json", {"name": "shop"})
    checkpoint = {"version": 3, "checkpoint": {"stack": "organization/shop/d", "latest": stack["deployment"]}}
    compressed = tmp_path / "backend/.pulumi/stacks/shop/d.json.gz"
    compressed.write_bytes(gzip.compress(json.dumps(checkpoint).encode()))
    report = audit([str(tmp_path)], options())
    assert _names(report) == ["a.json", "c.json", "d.json.gz", "b.JSON"]
    assert [Path(each).name for each in report.ignored] == ["package.json"]
    assert report.problems == ()


@pytest.mark.parametrize("within", [".pulumi", ".pulumi/stacks"])
def test_backend_that_is_named_itself(tmp_path: Path, within: str) -> None:
    write(tmp_path / ".pulumi/stacks/shop/dev.json", export(configuration()))
    write(tmp_path / ".pulumi/history/shop/dev.json", export(configuration()))
    assert len(audit([str(tmp_path / within)], options()).sources) == 1


def _names(report: Report) -> list[str]:
    return [Path(each.name).name for each in report.sources]


def test_names_full_of_markup(tmp_path: Path) -> None:
    name = "[red]x[/red]\x1b[31m\x07<b>\u202e'\"$(id)`\\{{}} \ud800 :smile:"
    document = export(configuration(name))
    path = write(tmp_path / "[bold]" / "a\x1b[2Jb.json", document)
    ran = command(path, "--verbose")
    assert ran.returncode == 1
    assert ran.stderr == ""
    assert "\x1b" not in ran.stdout
    assert "[red]x[/red]\\x1b[31m\\x07<b>\\u202e'\"$(id)`" in ran.stdout
    assert "[bold]/a\\x1b[2Jb.json" in ran.stdout


def test_process_that_the_system_ends(tmp_path: Path) -> None:
    class Deadly(str):  # ends the process that is given it
        def __reduce__(self) -> Any:
            return os._exit, (1,)

    paths = [write(tmp_path / name, export(configuration())) for name in ("a.json", "b.json")]
    report = audit([Deadly(paths[0]), paths[1]], options(), jobs=2)
    assert [each.source for each in report.problems] == paths
    assert {each.text for each in report.problems} == {
        "was not audited: the system ended a process, perhaps because memory ran out"
    }


def test_mistake_of_the_pack(tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", export(configuration()))
    broken = replace(options(), config=Config(PACK, {}, {}))
    assert examine(Input(path, path), broken).problem == (
        "could not be judged: an error in the policy pack (KeyError); please report it"
    )
