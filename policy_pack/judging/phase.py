"""When a stack is judged: in a preview, in an update, or from a saved state.

Reasons and messages are written for a preview, in which a value is "not known before the update". `in_words_of` rewords
them for the other phases, so no carrier and no policy has to know the phase to word its text.
"""

from __future__ import annotations

PREVIEW = "preview"
UPDATE = "update"  # also when the engine analyzes a state: the engine says only that it is not a preview
STATE = "state"  # an exported stack or a checkpoint
SAVED_PREVIEW = "saved preview"

# After these phases, nothing makes an unknown value known.
FINAL = frozenset({UPDATE, STATE})

# These files do not record every option of a resource.
WRITTEN = frozenset({STATE, SAVED_PREVIEW})

_WORDS = (" before the update", " before it is deployed")
_OTHERWISE = {UPDATE: "", STATE: " from the state alone"}

_TO_DECIDE = {
    UPDATE: "Set what is not known to a value that is known when the update runs.",
    STATE: (
        "Set what is not known to a value that the program knows; if it is a secret, export the stack with "
        "--show-secrets."
    ),
}


def in_words_of(phase: str, text: str) -> str:
    """A text that was written for a preview, reworded for this phase."""
    if phase in _OTHERWISE:
        for words in _WORDS:
            text = text.replace(words, _OTHERWISE[phase])
    return text


def to_decide(phase: str) -> str:
    """How to make an unknown value known, for reasons that do not say it themselves."""
    return _TO_DECIDE.get(phase, "")
