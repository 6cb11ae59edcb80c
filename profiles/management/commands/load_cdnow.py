"""Loads the CDNOW purchases through the collection API."""

from functools import partial
from typing import Any

from django.utils import timezone

from profiles.management.samples import SampleCommand
from profiles.samples.cdnow_purchases import read_cdnow


class Command(SampleCommand):
    source = "CDNOW"
    help = (
        "Load the real purchases of 2,357 people (CDNOW), moved so that the last day is today. "
        "Running it again changes nothing."
    )

    def handle(self, *_args: Any, **options: Any) -> None:
        self.send(partial(read_cdnow, today=timezone.now().date()), options)
