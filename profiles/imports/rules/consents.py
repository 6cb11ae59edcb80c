"""What a row says about consent: one message “Consent Updated” for each statement."""

import re
from collections.abc import Mapping as Cells
from typing import Any, NamedTuple

from profiles.imports.rules.mapping import Use
from profiles.imports.rules.values import FALSE, TRUE, BadCell

_STATES = {
    "granted": "granted", "subscribed": "granted", "withdrawn": "withdrawn",
    "unsubscribed": "withdrawn", "never": "never",
    **dict.fromkeys(TRUE, "granted"), **dict.fromkeys(FALSE, "withdrawn"),
}  # fmt: skip
_CHANNEL = re.compile(r"^[a-z][a-z0-9_]{0,31}\Z")
_TOPIC = re.compile(r"^[A-Za-z0-9_-]{0,64}\Z")


class Said(NamedTuple):
    """One statement of a row."""

    channel: str
    topic: str
    state: str


def read_consent(cell: Any, name: str, shared: Cells[Use, str]) -> Said:
    """Return what one cell says; `name` is `channel` or `channel/topic`.

    `shared` holds the row's own channel and topic, which count where the name says none.

    Raises:
        BadCell: it is no state, or nothing says which channel it is about.
    """
    state = _STATES.get(str(cell).strip().lower())
    if state is None:
        raise BadCell("must be granted, withdrawn, never, yes or no")
    channel, _, topic = name.strip().partition("/")
    channel = (channel or shared.get(Use.CONSENT_CHANNEL, "")).strip().lower()
    topic = (topic or shared.get(Use.CONSENT_TOPIC, "")).strip()
    if not _CHANNEL.match(channel):
        raise BadCell("needs a channel such as email or sms")
    if not _TOPIC.match(topic):
        raise BadCell("needs the key of a topic: letters, digits, _ and -")
    return Said(channel, topic, state)


def consent_messages(
    said: list[Said], message: Cells[str, Any], *, text: str, row_id: str
) -> list[dict[str, Any]]:
    """Return the messages that say it, about the same person at the same time as the row's own."""
    about = {
        name: message[name] for name in ("userId", "anonymousId", "timestamp") if name in message
    }
    context = dict(message.get("context", {}))
    traits = message.get("traits") or context.get("traits") or {}
    contacts = {name: traits[name] for name in ("email", "phone") if name in traits}
    if contacts:
        context["traits"] = contacts
    return [
        {
            **about, "type": "track", "event": "Consent Updated",
            "messageId": f"{message['messageId']}:consent:{number}",
            "properties": {**one._asdict(), "text_version": text, "row": row_id},
            **({"context": context} if context else {}),
        }
        for number, one in enumerate(said)
    ]  # fmt: skip
