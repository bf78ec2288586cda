"""When a stack is judged: in a preview, in an update, or from what is written of it.

Reasons and messages are written for a preview, in which a value is "not known before the update"; `in_words_of` says
the same of another phase. So no carrier and no policy needs to know the phase for the sake of its words.
"""

from __future__ import annotations

PREVIEW = "preview"
UPDATE = "update"  # also what the engine asks of a state: it says no more of it than that nothing is previewed
STATE = "state"  # an exported stack or a checkpoint
SAVED_PREVIEW = "saved preview"

# What only an update makes known is unknown for good once there is nothing left to be made.
FINAL = frozenset({UPDATE, STATE})

# What is written of a stack does not hold every option of its resources.
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
    """A text that was written for a preview, as it has to be in another phase."""
    if phase in _OTHERWISE:
        for words in _WORDS:
            text = text.replace(words, _OTHERWISE[phase])
    return text


def to_decide(phase: str) -> str:
    """What would decide what cannot be told, where a reason does not say it itself."""
    return _TO_DECIDE.get(phase, "")
