"""What people mean who answer a text message (the words of the CTIA, in English)."""

from enum import StrEnum


class Keyword(StrEnum):
    """A wish that everybody's provider must honor."""

    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS = {
    Keyword.STOP: {
        "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
    },
    Keyword.START: {"start", "unstop", "yes", "subscribe", "opt in"},
    Keyword.HELP: {"help", "info"},
}  # fmt: skip


def keyword_of(text: str) -> Keyword | None:
    """Return the wish in a text that is nothing but the word, or `None`."""
    word = " ".join(text.lower().strip(" \t\r\n.!?\"'").split())
    return next((keyword for keyword, words in _WORDS.items() if word in words), None)
