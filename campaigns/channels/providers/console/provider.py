"""The null provider: takes every message and keeps it in a file of ours, or nowhere."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from pydantic import Field

from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from campaigns.extension_points import ProviderConfig

# A trial that runs for days must not fill the disk: the older half goes.
MOST_BYTES = 8_000_000


class ConsoleConfig(ProviderConfig):
    """`file` names a file of captured messages, one JSON line each; empty = nothing is kept."""

    file: str = Field(
        default="", pattern=r"^([a-z0-9][a-z0-9_-]{0,40})?$", title="File",
        examples=["captured"],
        description="Small letters and digits, such as demo. Captured messages are kept in it; "
        "without a name they are thrown away.",
    )  # fmt: skip


class ConsoleProvider:
    """For development and measurements, on every channel."""

    kind = "console"
    channels = tuple(Channel)
    config_type = ConsoleConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: ConsoleConfig, now: datetime
    ) -> list[SendResult]:
        """Append a line for each message."""
        if config.file and messages:
            path = _path(config.file)
            _make_room(path)
            lines = [json.dumps(_line(message, now)) + "\n" for message in messages]
            with path.open("a", encoding="utf-8") as file:
                file.write("".join(lines))
        return [
            SendResult(outcome=SendOutcome.ACCEPTED, provider_id=message.key.hex)
            for message in messages
        ]

    def look_up(self, keys: Sequence[UUID], *, config: ConsoleConfig) -> dict[UUID, bool] | None:
        """Look the keys up in the file; what was thrown out of it is not known."""
        if not config.file:
            return None
        path = _path(config.file)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        taken = {json.loads(line)["key"] for line in text.splitlines()}
        return {key: True for key in keys if str(key) in taken} or None

    def check(self, *, config: ConsoleConfig, now: datetime) -> str:
        """Say where messages go."""
        if not config.file:
            return "Messages are thrown away."
        return f"Messages are captured in {_path(config.file).name}; nothing leaves."


def _path(name: str) -> Path:
    folder = Path(settings.CAPTURED_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.jsonl"


def _make_room(path: Path) -> None:
    if path.exists() and path.stat().st_size > MOST_BYTES:
        path.replace(path.with_suffix(".jsonl.old"))


def _line(message: OutgoingMessage, now: datetime) -> dict[str, str]:
    return {
        "key": str(message.key),
        "channel": message.channel,
        "address": message.address,
        "subject": message.subject,
        "text": message.text,
        "url": message.values.get("url", ""),
        "button": message.values.get("button", ""),
        "at": now.isoformat(),
    }
