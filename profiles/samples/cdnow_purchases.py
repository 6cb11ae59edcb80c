"""The CDNOW purchases as messages, moved so that the last day is today."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from profiles.touchpoints.services.importing import open_file

PATH = Path(__file__).parent / "cdnow" / "transactions.csv.gz"
LAST_DAY = date(1998, 6, 30)


def read_cdnow(*, today: date) -> Iterator[dict[str, Any]]:
    """Yield each customer's identify call before their first order, and every order line.

    Ids depend on the row only: loading again, also on another day, changes nothing.
    """
    shift = today - LAST_DAY
    known: set[str] = set()
    with open_file(PATH) as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            day = _shifted(row["date"], shift)
            customer = f"cdnow-{row['sample_id']}"
            if customer not in known:
                known.add(customer)
                yield {
                    "type": "identify", "messageId": f"{customer}-identify", "userId": customer,
                    "timestamp": day, "traits": {"email": f"{customer}@cdnow.example"},
                }  # fmt: skip
            yield {
                "type": "track", "event": "Order Completed", "messageId": f"cdnow-order-{number}",
                "userId": customer, "timestamp": day,
                "properties": {
                    "revenue": float(row["dollars"]), "quantity": int(row["cds"]),
                    "currency": "USD",
                },
            }  # fmt: skip


def _shifted(day: str, shift: timedelta) -> str:
    return f"{date.fromisoformat(day) + shift}T00:00:00Z"
