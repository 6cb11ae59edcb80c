"""Loads the Hillstrom e-mail experiment through the collection API."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from profiles.management.samples import SampleFileCommand
from profiles.samples.hillstrom import read_hillstrom


class Command(SampleFileCommand):
    source = "Hillstrom"
    columns = frozenset(
        {"recency", "history", "zip_code", "segment", "visit", "conversion", "spend"}
    )
    help = (
        "Load the 64,000 customers of the Hillstrom e-mail experiment from the file you fetched, "
        "the mail dated two weeks before today. Running it again changes nothing."
    )

    def load(self, file: Path, options: Mapping[str, Any], *, today: date) -> None:
        self.send(partial(read_hillstrom, file, today=today), options)
