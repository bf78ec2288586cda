"""Makes texts from a stack safe to show: no secrets, and no commands to a terminal or a CI runner.

Names, Regions and types come from programs, templates and states that other people write. A value that does not have
the form of a Region, a partition or an instance type is not quoted at all, a name is quoted on one line, and every
message goes through `message` before it leaves the pack.

Sources: "Workflow commands for GitHub Actions" (``::`` at the beginning of a line, ``##[`` anywhere); "Logging
commands" in the Azure Pipelines documentation (``##vso[``, ``##[``); "Service messages" in the TeamCity documentation
(``##teamcity[``); "Custom collapsible sections" in the GitLab CI/CD documentation (``section_start:``); "Unicode
Technical Report #36" (characters that change the direction of a text).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy_pack.expressions import expression

MASK = "***"
MOST = 5_000  # the longest message in characters, including the policy's description before it
_MOST_OF_A_NAME = 120
_MOST_OF_A_LABEL = 1_000  # a URN has the names of all its parents' types
_MOST_OF_A_FIX = 2_500
_MOST_LISTED = 10

_REGION = expression(r"[a-z]{2,10}(?:-[a-z]{2,12}){1,3}-[1-9][0-9]?")
_PARTITION = expression(r"aws(?:-[a-z]{1,10}){0,3}")
_INSTANCE_TYPE = expression(r"ml\.[a-z0-9-]{1,20}\.(?:[a-z0-9-]{1,20}|\*)")
_ARN = r"arn:aws[a-z-]*:[^\s\"']*"
_ACCESS_KEY = r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"
_PRIVATE = expression(
    rf"{_ARN}|{_ACCESS_KEY}"
    r"|(?<![0-9])(?:[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4})(?![0-9])"
    # Not only as words of their own: names have them after an underscore or in a URL.
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|mrk-[0-9a-f]{32}",
    re.IGNORECASE,
)
# A document, an ARN or the header of a key instead of a name.
_NO_NAME = expression(r"\s*[\[{]\s*[\"'\[{]|-----BEGIN|arn:", re.IGNORECASE)
_SECRETS = rf"\{{\s*[\"'].*|-----BEGIN.*|{_ACCESS_KEY}"
_DOCUMENT = expression(_SECRETS, re.DOTALL)
_ARN_OR_DOCUMENT = expression(rf"{_ARN}|{_SECRETS}", re.DOTALL | re.IGNORECASE)
_AT_THE_BEGINNING = expression(r"(^|\s)(?=::|section_(?:start|end):)", re.IGNORECASE | re.MULTILINE)
_ANYWHERE = expression(r"##(?=[a-z.-]*\[)", re.IGNORECASE)


def visible(text: str) -> str:
    """`text` with every character that does not print (control, direction, half a surrogate pair) escaped."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def visible_lines(text: str) -> str:
    """The same for a text of several lines; no line is a command of a CI runner."""
    if not text.isprintable():
        text = "\n".join(visible(line) for line in text.split("\n"))
    return without_commands(text)


def without_commands(text: str) -> str:
    r"""`text` with a backslash in every command of a CI runner: ``\::error``, ``#\#vso[``."""
    if ":" in text:  # looking for a character is much cheaper than for an expression, and few texts hold these
        text = _AT_THE_BEGINNING.sub(r"\1\\", text)
    return _ANYWHERE.sub(r"#\\#", text) if "##" in text else text


def without_ids(text: str) -> str:
    """`text` with a mask in the place of ARNs, accounts, key IDs and access keys."""
    return _PRIVATE.sub(MASK, text)


def line(text: str) -> str:
    """A line of a report for people: not a command of a CI runner, and of limited length."""
    shown = without_commands(text)
    return shown if len(shown) <= MOST else _cut(shown, MOST - 1) + "\n" * shown.endswith("\n")


def name(text: str, most: int = _MOST_OF_A_NAME) -> str:
    """A resource's name within a sentence, without quotes: on one line, short, and nothing but a name."""
    if _NO_NAME.match(text[:most]) is not None:
        return "(not shown)"
    shown = visible(without_ids(_head(text, 4 * most)))
    if len(shown) > most:
        shown = f"{shown[:most]}..."
    return without_commands(shown)


def label(text: str, *, shows_arns: bool = False) -> str:
    """A name, a URN or an id of a resource in a report: on one line, and a name only.

    In the place of an ARN, a document or the rest of what has no end stand words with a digest, by which two such
    resources of a stack are told apart. ARNs stay where `shows_arns`.
    """
    left_out = _DOCUMENT if shows_arns else _ARN_OR_DOCUMENT
    shown = left_out.sub(lambda match: f"(not shown, {_digest(match[0])})", text)
    if len(shown) > _MOST_OF_A_LABEL:
        shown = f"{shown[:_MOST_OF_A_LABEL]}... ({_digest(text)})"
    return without_commands(visible(shown))


def path(given: object) -> str:
    """The path of a file, on one line, with no command of a CI runner in it."""
    return without_commands(visible(str(given)))


def _digest(text: str) -> str:
    import hashlib  # imported only if a report leaves something out

    # Short, so that an account ID cannot be found by trying all 10^12 of them.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def region(value: object) -> str:
    """A Region, or words for a value that does not have the form of one."""
    return _of_form(value, _REGION, "a Region with an invalid name")


def partition(value: object) -> str:
    """A partition, or words for a value that does not have the form of one."""
    return _of_form(value, _PARTITION, "another partition")


def instance_types(values: Sequence[str]) -> str:
    """The first few instance types; those that do not have the form of one are counted."""
    valid = [each for each in values if _INSTANCE_TYPE.fullmatch(each) is not None]
    left_out = len(values) - len(valid[:_MOST_LISTED])
    shown = ", ".join(valid[:_MOST_LISTED])
    if not left_out:
        return shown
    return f"{shown} and {left_out} more" if shown else f"{left_out} of a type that is not shown"


def message(text: str, most: int = MOST) -> str:
    """A message that may leave the pack: visible, of limited length, without ARNs, account and key IDs, or commands."""
    shown = visible_lines(without_ids(_head(text, 2 * most)))
    return _cut(shown, most - 1) if len(shown) >= most or len(text) > 2 * most else shown


def violation(why: str, fix: str, *, before: str = "", most: int = MOST) -> str:
    """The message of a violation: what is wrong, and below it the fix, which a long reason does not displace."""
    end = message(fix, _MOST_OF_A_FIX)
    return f"{message(before + why, most - len(end) - 1)}\n{end}"


def _head(text: str, most: int) -> str:
    """The beginning of a text, without a possible beginning of an account ID or a key ID at its end."""
    return text if len(text) <= most else re.sub(r"[\w:/-]{1,80}\Z", "", text[:most])


def _of_form(value: object, form: re.Pattern[str], otherwise: str) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) is not None else otherwise


def _cut(text: str, most: int) -> str:
    end = " ... (shortened)"
    return text[: most - len(end)].rstrip("\\") + end
