"""Which names of KMS keys a partly known text can turn out to be.

Every function says whether something *may* be true. If it is false, it is false whatever fills the gaps of the text
(`policy_pack.gaps`). The forms are those of `policy_pack.aws.key_names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from policy_pack.aws.regions import PARTITIONS
from policy_pack.gaps import ACCOUNT, GAP, MARKS, PARTITION, REGION, Part, may_meet, parts

_ALIAS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-")
_NO_COLON = frozenset(map(chr, range(32, 127))) - {":"}
_HEX = frozenset("0123456789abcdef")

# The most known characters: the ARN of an alias, whose name has at most 256 characters, has no more.
_LONGEST = 400
# If there are more gaps for any text, everything between the first and the last is treated as one gap.
_MOST_GAPS = 4

_WRITTEN_PARTITION = re.compile(f"arn:([^:{''.join(MARKS)}]*):")

# Characters that no name of a key contains, as placeholders in a form.
_HEX_DIGIT, _ALIAS_CHARACTER, _ALIAS_END, _PART_OF_ARN = "\x10", "\x11", "\x12", "\x13"
_WILDCARDS: dict[str, tuple[Part, ...]] = {
    _HEX_DIGIT: ((_HEX, False),),
    _ALIAS_CHARACTER: ((_ALIAS, False),),
    _ALIAS_END: ((_ALIAS, True),),
    _PART_OF_ARN: ((_NO_COLON, True),),
}
_KEY_IDS = ("-".join(_HEX_DIGIT * length for length in (8, 4, 4, 4, 12)), "mrk-" + _HEX_DIGIT * 32)
_OF_AWS = "aws/"


@lru_cache(maxsize=1024)
def may_be_of_aws(text: str) -> bool:
    """Whether a text may name a key that AWS manages."""
    anything = f"alias/aws/{GAP}"
    forms = (anything, f"arn:{_PART_OF_ARN}:kms:{_PART_OF_ARN}:{_PART_OF_ARN}:{anything}")
    return any(_may_have_form(text, form) for form in forms)


@lru_cache(maxsize=1024)
def may_be_of_a_customer(
    text: str,
    *,
    short_forms: bool,
    partition: str = PARTITION,
    region: str = REGION,
    account: str = ACCOUNT,
    aliases: bool = True,
) -> bool:
    """Whether a text may be a well-formed name of a customer-managed key with this partition and so on.

    With `short_forms`, a bare key ID and ``alias/NAME`` match any.
    """
    names = [*(f"key/{each}" for each in _KEY_IDS), *(_aliases() if aliases else ())]
    written = _WRITTEN_PARTITION.match(text)
    forms = []
    if written is None or written[1] in PARTITIONS:
        forms += [f"arn:{partition}:kms:{region}:{account}:{name}" for name in names]
    if short_forms:
        forms += [*_KEY_IDS, *(_aliases() if aliases else ())]
    return any(_may_have_form(text, form) for form in forms)


def _aliases() -> Iterator[str]:
    """The forms of an alias name that is not reserved for AWS."""
    for length, expected in enumerate(_OF_AWS):
        begin = f"alias/{_OF_AWS[:length]}"
        if length:
            yield begin
        yield f"{begin}{_OTHER_THAN[expected]}{_ALIAS_END}"


_OTHER_THAN = {each: chr(0x14 + index) for index, each in enumerate(dict.fromkeys(_OF_AWS))}
_WILDCARDS |= {mark: ((_ALIAS - {each}, False),) for each, mark in _OTHER_THAN.items()}


def _may_have_form(text: str, form: str) -> bool:
    if sum(each not in MARKS for each in text) > _LONGEST:
        return False
    if text.count(GAP) > _MOST_GAPS:
        text = f"{text[: text.index(GAP)]}{text[text.rindex(GAP) :]}"
    return may_meet(_parts(text), _parts_of_form(form))


_parts = lru_cache(maxsize=64)(parts)  # one text is compared with many forms


@lru_cache(maxsize=256)
def _parts_of_form(form: str) -> tuple[Part, ...]:
    return parts(form, _WILDCARDS)


def may_be_any_of(text: str, pattern: str) -> bool:
    """Whether a text may match a pattern, in which an asterisk stands for anything."""
    return may_meet(parts(text), parts(pattern, {"*": ((None, True),)}))
