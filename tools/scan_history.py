"""Looks for secrets in every line that a commit of the repository has added, and in its message: ``make secrets``.

It reports a finding by commit, file and line, and never quotes it. Revoke a secret that it finds first; removing it
from the history does not make it secret again.

Source: the detectors of detect-secrets that know the form of a token. Those for high entropy or for words such as
"password" are left out, because the tests are full of made-up key IDs and digests.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

DETECTORS = (
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "StripeDetector",
    "TwilioKeyDetector",
)
# The key ID of AWS's documentation, which is nobody's.
_EXAMPLE = "AKIAIOSFODNN7" + "EXAMPLE"
# They do not know access tokens of Pulumi Cloud.
PULUMI = (("Pulumi access token", re.compile(r"\bpul-[0-9a-f]{40}\b")),)

# How `history` has the lines of a commit's message, and what stands for a file then.
_INDENT, _MESSAGE = "    ", "message"
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

Detect = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Found:
    """A kind of secret and its place; `line` is its number in the file after the commit, or in the message."""

    kind: str
    commit: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.commit[:12]} {self.file}:{self.line}: {self.kind}"


def detectors() -> Detect:
    """A function that returns the kinds of secrets in a line."""
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import transient_settings

    classes: Iterable[Any] = get_mapping_from_secret_type_to_class().values()
    known = {each.__name__: each for each in classes}
    # Each of them looks for its expressions, so most lines need nothing of the library, which is slow to be asked.
    expressions: list[re.Pattern[str]] = [pattern for name in DETECTORS for pattern in known[name]().denylist]

    def detect(line: str) -> Iterator[str]:
        line = line.replace(_EXAMPLE, "")
        yield from (kind for kind, pattern in PULUMI if pattern.search(line))
        if any(each.search(line) for each in expressions):
            with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
                yield from (each.type for each in scan_line(line))

    return detect


def scan(patches: Iterable[str], detect: Detect) -> Iterator[Found]:
    """The secrets in the lines of `history`; each text is scanned once."""
    commit = file = ""
    number = 0
    taken_out = added = 0  # lines of a hunk that are still to come, whatever they look like
    known: dict[str, tuple[str, ...]] = {}
    for line in patches:
        text = None
        if taken_out and line.startswith("-"):
            taken_out -= 1
        elif added and line.startswith("+"):
            added -= 1
            text = line[1:]
        elif line.startswith("commit "):
            commit, file, number = line.split()[1], _MESSAGE, 0
        elif line.startswith("+++ "):
            file = line[4:].strip().removeprefix("b/")
        elif hunk := _HUNK.match(line):
            taken_out, added = (int(each or 1) for each in hunk.group(1, 3))
            number = int(hunk[2]) - 1
        elif line.startswith(_INDENT):
            text = line[len(_INDENT) :]
        if text is None:
            continue
        number += 1
        text = text.rstrip("\n")
        if text not in known:
            known[text] = tuple(detect(text))
        yield from (Found(kind, commit, file, number) for kind in known[text])


def history(root: Path) -> Iterator[str]:
    """The lines of the messages (indented) and the patches of all commits in the repository."""
    form = f"--format=commit %H%n%w(0,{len(_INDENT)},{len(_INDENT)})%B"
    options = ["--patch", "-m", "--unified=0", "--no-color", "--no-ext-diff", "--no-renames", form]
    with subprocess.Popen(["git", "log", "--all", *options], cwd=root, stdout=subprocess.PIPE) as git:
        assert git.stdout is not None
        yield from (line.decode("utf-8", "replace") for line in git.stdout)
    if git.returncode != 0:
        raise RuntimeError(f"git log ended with status {git.returncode}")


def main() -> int:
    found = list(scan(history(ROOT), detectors()))
    for each in found:
        print(each)
    print(f"{len(found)} secrets found in the history" if found else "no secret in the history")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
