"""The Hillstrom e-mail experiment as messages: 64,000 customers, three arms, two weeks.

The file has neither customer ids nor times. A customer is called after the number of their row; the
mail is dated two weeks before today, and what followed within those two weeks is dated at their end.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from profiles.touchpoints.services.importing import open_file

EXPERIMENT = "MineThatData e-mail test"
_WEEKS = timedelta(weeks=2)
_NUMBERS = ("recency", "history")
_FLAGS = ("mens", "womens", "newbie")
_WORDS = ("history_segment", "zip_code", "channel")

Row = dict[str, str]
Message = dict[str, Any]


def read_hillstrom(path: Path, *, today: date) -> Iterator[Message]:
    """Yield for each row who the customer is, the arm they got, their visit and their order.

    Ids depend on the row only: loading again, also on another day, changes nothing.
    """
    sent, seen = (f"{day.isoformat()}T00:00:00Z" for day in (today - _WEEKS, today))
    with open_file(path) as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            customer = f"hillstrom-{number:05}"
            for message in _messages(row, sent, seen):
                kind = message.get("event", "identify").lower().replace(" ", "-")
                yield {**message, "userId": customer, "messageId": f"{customer}-{kind}"}


def _messages(row: Row, sent: str, seen: str) -> Iterator[Message]:
    yield {"type": "identify", "timestamp": sent, "traits": _traits(row)}
    arm = {"experiment_name": EXPERIMENT, "variation_name": row["segment"]}
    yield {"type": "track", "event": "Experiment Viewed", "timestamp": sent, "properties": arm}
    if row["visit"] == "1":
        yield {"type": "track", "event": "Site Visited", "timestamp": seen, "properties": {}}
    if row["conversion"] == "1":
        spent = {"revenue": float(row["spend"]), "currency": "USD"}
        yield {"type": "track", "event": "Order Completed", "timestamp": seen, "properties": spent}


def _traits(row: Row) -> dict[str, Any]:
    return {
        **{key: float(row[key]) for key in _NUMBERS},
        **{key: row[key] == "1" for key in _FLAGS},
        **{key: row[key] for key in _WORDS},
    }
