"""Loads the Online Retail year through the collection API."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from profiles.management.samples import SampleFileCommand
from profiles.samples.online_retail import OnlineRetail


class Command(SampleFileCommand):
    source = "Online Retail"
    columns = frozenset({"InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "CustomerID"})
    help = (
        "Load one year of a British gift shop (Online Retail, UCI, CC BY 4.0) from the file you "
        "fetched, moved so that the last day is today. Running it again changes nothing."
    )

    def load(self, file: Path, options: Mapping[str, Any], *, today: date) -> None:
        year = OnlineRetail(file, today)
        self.send(year.messages, options)
        self.stdout.write(f"{year.without_customer:,} lines name no customer and were left out.")
