"""Patterns with ``*`` and ``?``, held against texts of which parts are not known.

At preview much of an ARN is not known yet, such as the account and the id in that of a key that is to be made. Such a
text has a `GAP` where any text may stand, the empty one included: ``arn:aws:kms:eu-west-1:<GAP>:key/<GAP>``.
"""

from __future__ import annotations

from functools import lru_cache

from policy_pack.iam.logic import Answer

GAP = "\0"
# In a pattern: what no gap holds, as it is somebody's name (`policy_pack.iam.request.Request.free`).
NAMED = "\1"

_ANY, _ONE = "any", "one"


@lru_cache(maxsize=4096)
def matches(text: str, pattern: str, *, wildcards: bool = True) -> Answer:
    """Whether `text` is of `pattern`, whatever its gaps hold; `None` where that depends on them."""
    if not wildcards or not ("*" in pattern or "?" in pattern):
        # Most patterns are names, and then the text's gaps are the only wildcards.
        if GAP not in text:
            return text == pattern
        return None if NAMED not in pattern and _spans(text.split(GAP), pattern) else False
    if GAP not in text and "?" not in pattern:
        return _spans(pattern.split("*"), text)
    tokens = [_WILDCARDS.get(char, char) for char in pattern]
    if _meets(text, tokens, fill=False):
        return True
    return None if GAP in text and _meets(text, tokens, fill=True) else False


_WILDCARDS = {"*": _ANY, "?": _ONE}


def _spans(parts: list[str], text: str) -> bool:
    """Whether a text is these parts in their order, with anything between them."""
    first, *middle, last = parts
    if not text.startswith(first):
        return False
    at = len(first)
    for part in middle:
        at = text.find(part, at) + len(part)
        if at < len(part):  # not found
            return False
    return text.endswith(last) and at <= len(text) - len(last)


def _meets(text: str, tokens: list[str], *, fill: bool) -> bool:
    """Whether all texts meet the tokens; with `fill`, whether one does that has something in place of its gaps."""
    end = len(tokens)
    # Whether the rest of the text meets the tokens from each on; at first of the empty rest.
    after = [all(token == _ANY for token in tokens[start:]) for start in range(end)] + [True]
    for char in reversed(text):
        row = [False] * end + [fill and char == GAP and after[end]]
        for at in range(end - 1, -1, -1):
            token = tokens[at]
            if token == _ANY:
                row[at] = row[at + 1] or after[at]
            elif char == GAP:
                row[at] = fill and (after[at] or (token != NAMED and row[at + 1]))
            else:
                row[at] = token in (_ONE, char) and after[at + 1]
        after = row
    return after[0]
