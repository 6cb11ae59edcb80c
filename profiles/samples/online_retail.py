"""One year of a British gift shop (Online Retail, UCI) as messages, its last day moved to today.

Each line of an invoice is a touchpoint, and each invoice is one with the sum. An invoice whose number
begins with C takes goods back. Lines without a customer belong to nobody and are counted, not sent.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from profiles.touchpoints.services.importing import open_file

LAST_DAY = date(2011, 12, 9)
_SHOP_ZONE = ZoneInfo("Europe/London")

Row = dict[str, str]
Message = dict[str, Any]


@dataclass(slots=True)
class OnlineRetail:
    """The file of the year; `without_customer` counts the lines left out in the last reading."""

    path: Path
    today: date
    without_customer: int = 0

    def messages(self) -> Iterator[Message]:
        """Yield each customer's identify call, then their lines and invoices in the file's order.

        Ids depend on the row only: loading again, also on another day, changes nothing.
        """
        self.without_customer = 0
        known: set[str] = set()
        for number, rows in self._invoices():
            customer = rows[0]["CustomerID"]
            if not customer:
                self.without_customer += len(rows)
                continue
            at = _moved(rows[0]["InvoiceDate"], self.today - LAST_DAY)
            for message in _messages(rows, number, is_new=customer not in known):
                yield {**message, "userId": f"online-retail-{customer}", "timestamp": at}
            known.add(customer)

    def _invoices(self) -> Iterator[tuple[int, list[Row]]]:
        with open_file(self.path) as file:
            numbered = enumerate(csv.DictReader(file), start=1)
            for _, group in groupby(numbered, lambda pair: _invoice_of(pair[1])):
                rows = list(group)
                yield rows[0][0], [row for _, row in rows]


def _invoice_of(row: Row) -> tuple[str, str]:
    return row["InvoiceNo"], row["CustomerID"]


def _moved(local: str, shift: timedelta) -> str:
    moved = datetime.fromisoformat(local) + shift
    return moved.replace(tzinfo=_SHOP_ZONE).astimezone(UTC).isoformat()


def _messages(rows: list[Row], number: int, *, is_new: bool) -> Iterator[Message]:
    first = rows[0]
    if is_new:
        traits = {"country": first["Country"]}
        yield {"type": "identify", "messageId": f"online-retail-{number}-who", "traits": traits}
    is_back = first["InvoiceNo"].startswith("C")
    total = sum((Decimal(row["UnitPrice"]) * int(row["Quantity"]) for row in rows), Decimal(0))
    for offset, row in enumerate(rows):
        yield {
            "type": "track", "messageId": f"online-retail-{number + offset}",
            "event": "Product Returned" if is_back else "Product Purchased",
            "properties": _line(row),
        }  # fmt: skip
    yield {
        "type": "track", "messageId": f"online-retail-{number}-invoice",
        "event": "Order Refunded" if is_back else "Order Completed",
        "properties": {
            "order_id": first["InvoiceNo"], "revenue": float(abs(total)), "currency": "GBP",
            "lines": len(rows),
        },
    }  # fmt: skip


def _line(row: Row) -> dict[str, Any]:
    return {
        "order_id": row["InvoiceNo"], "sku": row["StockCode"], "name": row["Description"],
        "quantity": abs(int(row["Quantity"])), "price": float(row["UnitPrice"]), "currency": "GBP",
    }  # fmt: skip
