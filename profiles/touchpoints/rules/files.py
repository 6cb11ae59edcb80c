"""Files of touchpoints: CSV and JSON lines become messages in the Segment form."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

COLUMNS = {
    "type": "type", "event": "event", "user_id": "userId", "anonymous_id": "anonymousId",
    "timestamp": "timestamp", "message_id": "messageId", "name": "name", "group_id": "groupId",
}  # fmt: skip
_NUMBER = re.compile(r"^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$")


class BadRow(ValueError):
    """A row that cannot become a message; the text says why."""


def read_csv_row(row: Mapping[str, str | None]) -> dict[str, Any]:
    """Turn one row into a message.

    Known columns are `type`, `event`, `user_id`, `anonymous_id`, `email`, `timestamp`,
    `message_id`, `name`, `group_id`. `traits.x` sets a trait, `properties.x` and any other column
    a property. Empty cells are left out; numbers, `true` and `false` become what they look like.
    """
    message: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    for column, cell in row.items():
        text = (cell or "").strip() if isinstance(cell, str) else ""
        if not text or column is None:
            continue
        if column in COLUMNS:
            message[COLUMNS[column]] = text
        elif column == "email":
            traits["email"] = text
        elif column.startswith("traits."):
            traits[column.removeprefix("traits.")] = _value(text)
        else:
            properties[column.removeprefix("properties.")] = _value(text)
    message.setdefault("type", "track" if "event" in message else "identify")
    if traits and message["type"] in {"identify", "group"}:
        message["traits"] = {**properties, **traits}
    else:
        message["properties"] = properties
        if traits:
            message["context"] = {"traits": traits}
    return message


def read_json_line(line: str) -> dict[str, Any]:
    """Turn one line into a message; it is one already.

    Raises:
        BadRow: when the line is no JSON object.
    """
    try:
        message = json.loads(line)
    except ValueError as error:
        raise BadRow(f"it is no JSON ({error})") from None
    if not isinstance(message, dict):
        raise BadRow("it is no JSON object")
    return message


def with_message_ids(messages: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give messages without an id one made of their content, so that a file can be sent again.

    The same row twice in one file is two events: the id also counts how often it came.
    """
    seen: Counter[str] = Counter()
    for message in messages:
        if message.get("messageId"):
            yield message
            continue
        text = json.dumps(message, sort_keys=True, ensure_ascii=False)
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        yield {**message, "messageId": f"file-{digest}-{seen[digest]}"}
        seen[digest] += 1


def in_batches(
    messages: Iterable[dict[str, Any]], *, most: int, most_bytes: int
) -> Iterator[list[dict[str, Any]]]:
    """Group messages into requests that the collection API takes."""
    batch: list[dict[str, Any]] = []
    size = 0
    for message in messages:
        weight = len(json.dumps(message).encode()) + 2
        if batch and (len(batch) >= most or size + weight > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += weight
    if batch:
        yield batch


def _value(text: str) -> Any:
    if _NUMBER.match(text):
        return float(text) if "." in text else int(text)
    return {"true": True, "false": False}.get(text, text)
