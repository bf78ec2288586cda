"""Measures a first installation of the pack beside an empty pack's: ``python -m benchmarks.bench_install --help``.

A machine that runs the pack for the first time makes a virtual environment and installs `requirements.txt`, as
`pulumi install` and `pulumi policy install` do. The empty pack requires the SDK alone, which every pack in Python does.
Both are installed in turns, without pip's cache, so that the time is also that of the package index and the network;
that of the processor is not. Read the ratios.

Source: pulumi/pulumi, sdk/python/toolchain (pip.go), for the commands.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.pack import ROOT, fill

SDK = ("pulumi", "pulumi-policy")  # what an empty pack requires
_MEGABYTE = 1_000_000
_BLOCK = 512  # bytes, whatever the file system's own are


@dataclass(frozen=True)
class Installation:
    """A first installation: seconds, those of the processor, bytes on disk, and the packages of its environment."""

    seconds: float
    processor: float
    size: int
    packages: frozenset[str]


def required(path: Path) -> list[str]:
    """The lines of a requirements file that require something."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def empty(folder: Path) -> None:
    """Fills a folder with a pack that requires the SDK alone, in the versions that this one allows."""
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_bytes((ROOT / "PulumiPolicy.yaml").read_bytes())
    (folder / "__main__.py").write_text("", encoding="utf-8")
    lines = [line for line in required(ROOT / "requirements.txt") if line.split(">")[0] in SDK]
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def whole(folder: Path) -> None:
    """Fills a folder with this pack, as it is published."""
    fill(ROOT, folder)


PACKS: dict[str, Callable[[Path], None]] = {"this pack": whole, "empty pack": empty}


def install(make: Callable[[Path], None], folder: Path) -> Installation:
    """Makes a pack and installs it; raises `CalledProcessError`."""
    make(folder)
    environment = folder / ".venv"
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    started, used = time.perf_counter(), _used()
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [*pip, "--upgrade", "pip", "setuptools", "wheel"],
        [*pip, "-r", "requirements.txt"],
    ):
        subprocess.run(command, cwd=folder, check=True)
    seconds, processor = time.perf_counter() - started, _used() - used
    size = sum(path.lstat().st_blocks * _BLOCK for path in folder.rglob("*"))
    listed = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    return Installation(seconds, processor, size, frozenset(line.partition("==")[0].lower() for line in listed.split()))


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(found: Mapping[str, Sequence[Installation]]) -> str:
    """What was measured, for the terminal: medians, and the ratios of the rounds."""
    lines = []
    for name, each in found.items():
        seconds, processor = (
            statistics.median(times) for times in zip(*((one.seconds, one.processor) for one in each))
        )
        size = statistics.median(one.size for one in each) / _MEGABYTE
        lines.append(
            f"{name + ':':12}{seconds:6.1f} s, {processor:.1f} s of the processor, {size:.1f} MB, "
            f"{len(each[-1].packages)} packages"
        )
    ours, others = (found[name] for name in PACKS)
    for what, ratios in (
        ("time", [one.seconds / other.seconds for one, other in zip(ours, others)]),
        ("processor time", [one.processor / other.processor for one, other in zip(ours, others)]),
        ("size", [one.size / other.size for one, other in zip(ours, others)]),
    ):
        lines.append(
            f"{what}, to the empty pack's: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        )
    more = sorted(ours[-1].packages - others[-1].packages)
    lines.append(f"packages that it needs besides: {', '.join(more) or 'none'}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often both are installed (3)")
    found: dict[str, list[Installation]] = {name: [] for name in PACKS}
    for number in range(max(parser.parse_args().rounds, 1)):
        names = list(PACKS)[:: 1 if number % 2 == 0 else -1]
        for name in names:
            print(f"round {number + 1}: {name}", file=sys.stderr, flush=True)
            with TemporaryDirectory() as directory:
                found[name].append(install(PACKS[name], Path(directory) / "pack"))
    print(table(found))


if __name__ == "__main__":
    main()
