"""Looks for secrets in every line that a commit of the repository has added: ``make secrets``.

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
# They do not know access tokens of Pulumi Cloud and the salt of a passphrase that encrypts a stack's secrets.
PULUMI = (("Pulumi access token", re.compile(r"\bpul-[0-9a-f]{40}\b")),)

Detect = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Found:
    """A kind of secret and its place; `line` is its number in the file, after the commit."""

    kind: str
    commit: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.commit[:12]} {self.file}:{self.line}: {self.kind}"


def detectors() -> Detect:
    """A function that returns the kinds of secrets in a line."""
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import transient_settings

    def detect(line: str) -> Iterator[str]:
        yield from (kind for kind, pattern in PULUMI if pattern.search(line))
        with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
            yield from (each.type for each in scan_line(line))

    return detect


def scan(patches: Iterable[str], detect: Detect) -> Iterator[Found]:
    """The secrets in the output of `git log --patch`; each text is scanned once."""
    commit = file = ""
    number = 0
    known: dict[str, tuple[str, ...]] = {}
    for line in patches:
        if line.startswith("commit "):
            commit = line.split()[1]
        elif line.startswith("+++ "):
            file = line[4:].strip().removeprefix("b/")
        elif line.startswith("@@ "):
            number = int(re.search(r"\+(\d+)", line).group(1)) - 1  # type: ignore[union-attr]
        elif line.startswith("+"):
            number += 1
            text = line[1:].rstrip("\n")
            if text not in known:
                known[text] = tuple(detect(text))
            yield from (Found(kind, commit, file, number) for kind in known[text])


def history(root: Path) -> Iterator[str]:
    """The lines of the patches of all commits in the repository."""
    options = ["--patch", "--unified=0", "--no-color", "--no-ext-diff", "--no-renames", "--format=commit %H"]
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
