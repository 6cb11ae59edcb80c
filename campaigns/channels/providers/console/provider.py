"""The null provider: takes every message and writes it to a file, or nowhere."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from campaigns.extension_points import ProviderConfig


class ConsoleConfig(ProviderConfig):
    """`path` is the file that gets one JSON line for each message; empty = nothing is kept."""

    path: str = ""


class ConsoleProvider:
    """For development and measurements, on every channel."""

    kind = "console"
    channels = tuple(Channel)
    config_type = ConsoleConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: ConsoleConfig, now: datetime
    ) -> list[SendResult]:
        """Append a line for each message; the line is on disk before the call returns."""
        if config.path:
            lines = [json.dumps(_line(message, now)) + "\n" for message in messages]
            with Path(config.path).open("a", encoding="utf-8") as file:
                file.write("".join(lines))
        return [
            SendResult(outcome=SendOutcome.ACCEPTED, provider_id=message.key.hex)
            for message in messages
        ]

    def look_up(self, keys: Sequence[UUID], *, config: ConsoleConfig) -> dict[UUID, bool] | None:
        """Look the keys up in the file."""
        if not config.path:
            return None
        path = Path(config.path)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        taken = {json.loads(line)["key"] for line in text.splitlines()}
        return {key: str(key) in taken for key in keys}


def _line(message: OutgoingMessage, now: datetime) -> dict[str, str]:
    return {
        "key": str(message.key),
        "channel": message.channel,
        "address": message.address,
        "subject": message.subject,
        "text": message.text,
        "at": now.isoformat(),
    }
