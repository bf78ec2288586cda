"""The values of properties: known, unknown, or absent.

The best-practice program passes ``kms_key_arn=key.arn``, which at preview is *set but not known yet*. The SDK raises
`UnknownValueError` on reading such a value, and even on ``"kmsKeyArn" in props``. So every policy reads through this
module. The properties of a resource (from the SDK's proxies, the engine's messages, an exported stack, a template) are
first turned into plain values:

=================  ==========================================================================
`None`             absent: not set, or null
`Unknown`          set, but not known before the update (or encrypted in an exported stack)
`PartlyKnown`      a kind of `Unknown`: a text with known parts (`policy_pack.gaps`)
`str` `bool`       known
`float` `int`      known
`list` `dict`      of plain values
`Opaque`           not data: an asset, an archive, a resource reference
=================  ==========================================================================

Sources: "Pulumi property values" in the Pulumi developer documentation, for signatures and sentinels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Union

from policy_pack.gaps import GAP
from policy_pack.records import dataclass


@dataclass(frozen=True)
class Unknown:
    """A value that is set but cannot be read now; `sources` are the IDs of the nodes that it is computed from.

    `may_be_absent` means that it may not be set at all, for example if a template chooses between a value and nothing.
    """

    sources: frozenset[str] = frozenset()
    may_be_absent: bool = False


@dataclass(frozen=True)
class PartlyKnown(Unknown):
    """A partly known text: `text` has marks in the place of its unknown parts (`policy_pack.gaps`).

    A mark has the same value in all texts `within` the same template.
    """

    text: str = GAP
    within: str = ""


@dataclass(frozen=True)
class Attribute(Unknown):
    """Exactly what a resource of the same template has for the attribute `name` ("Arn"; "Ref" for its reference).

    The only source is that resource. What is computed from it is not one.
    """

    name: str = ""


@dataclass(frozen=True)
class Opaque:
    """A value that is not data; `kind` says what it is, for example "an asset"."""

    kind: str


@dataclass(frozen=True)
class WrongType:
    """A value of another type in the place of a text; `kind` says what it is, for example "a number"."""

    kind: str


# A plain value, and a value where a text is expected, as a policy sees them. `Any`, since a type cannot recurse.
Plain = Union[None, bool, int, float, str, Unknown, Opaque, "list[Any]", "dict[str, Any]"]
Text = Union[None, str, Unknown, WrongType]

UNKNOWN = Unknown()

# `pulumi policy analyze` replaces a secret that it cannot decrypt with this text.
REDACTED = "[secret]"

# The engine sends these instead of unknown values, one for each type of value.
UNKNOWN_SENTINELS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

SIGNATURE = "4dabf18193072939515e22adb298388d"  # the key that makes an object something other than an object
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_OPAQUE = {
    "c44067f5952c0a294b673a41bacd8c17": Opaque("an asset"),
    "0def7320c3a5731c473e5ecbe6d01bc7": Opaque("an archive"),
    "5cf8f73096256a8f31e491e813e4eb8e": Opaque("a resource reference"),
}


class NothingKnown(Mapping[str, Plain]):
    """The properties of a resource about which nothing is known yet: any property may be set.

    Stack policies get a resource without any properties if its provider is configured only during the update.
    """

    def __getitem__(self, name: str) -> Plain:
        return UNKNOWN

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


NOTHING_KNOWN = NothingKnown()


def unwrap(value: Plain) -> Plain:
    """Decodes the engine's objects and sentinels, one level deep; the parts are plain already."""
    if isinstance(value, str):
        return UNKNOWN if value in UNKNOWN_SENTINELS or value == REDACTED else value
    if isinstance(value, dict) and SIGNATURE in value:
        signature = value[SIGNATURE]
        if signature in (SECRET, OUTPUT):
            # Without a value: an unknown output, or the ciphertext of a secret.
            return value.get("value", UNKNOWN) if "ciphertext" not in value else UNKNOWN
        return _OPAQUE.get(signature if isinstance(signature, str) else "", Opaque("an object of an unknown kind"))
    return value


def from_json(value: Any) -> Plain:
    """A plain value from parsed JSON, such as an exported stack."""
    if isinstance(value, dict):
        return unwrap({key: from_json(item) for key, item in value.items()})
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return unwrap(value)


def get(value: Plain, *path: str) -> Plain:
    """The value at `path` below an object; `None` if it is absent, unknown if something above it is unknown.

    A step into a list of one element takes that element, since AWS providers write single blocks either way.
    """
    for step in path:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def text(value: Plain) -> Text:
    """A text: the string, unknown, `None` if it is absent or blank, or the `WrongType` of another value."""
    if isinstance(value, str):
        return value if value.strip() else None
    if value is None or isinstance(value, Unknown):
        return value
    return WrongType(kind_of(value))


def boolean(value: Plain, default: bool, instead: bool | Unknown = UNKNOWN) -> bool | Unknown:
    """A boolean; `default` if it is absent, `instead` if it is a value of another type.

    Providers also accept "true" and "false". It is not known what they make of other values, so if one boolean is the
    stricter answer, it is the one to pass as `instead`.
    """
    if isinstance(value, (bool, Unknown)):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return default if text(value) is None else instead


def may_be_absent(value: Plain) -> bool:
    """Whether a value may not be set at all."""
    return isinstance(value, Unknown) and value.may_be_absent


def items(value: Plain) -> list[Plain] | Unknown:
    """The elements of a list; none if it is absent, and one for a single block in the place of a list."""
    if isinstance(value, (list, Unknown)):
        return value
    return [] if value is None else [value]


def sources_in(value: Plain) -> Iterator[str]:
    """The sources of the unknowns at any depth of a value."""
    if isinstance(value, Unknown):
        yield from sorted(value.sources)
    elif isinstance(value, dict):
        for item in value.values():
            yield from sources_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from sources_in(item)


def kind_of(value: object) -> str:
    """The type of a value, with its article, for a message that must not quote the value."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, Opaque):
        return value.kind
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence):
        return "a list"
    return "an unknown value" if isinstance(value, Unknown) else "nothing"
