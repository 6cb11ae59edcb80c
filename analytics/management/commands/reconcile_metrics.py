"""Counts days again from the raw facts and prints where the figures differ."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from analytics.metrics.reconciliation import reconcile


class Command(BaseCommand):
    help = (
        "Count the last days again from the raw facts and print every difference to the figures "
        "that pages show. Reads the facts themselves, so it takes longer the more there are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="how many days, today included")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not 1 <= days <= 3_660:
            raise CommandError("--days must be between 1 and 3660.")
        differences = reconcile(days=days, now=timezone.now())
        for each in differences:
            what = ":".join(part for part in (each.metric, each.breakdown, each.member) if part)
            self.stdout.write(
                f"{each.day:%Y-%m-%d}  {what}  shown {each.rolled}, counted {each.recounted}"
            )
        if differences:
            raise CommandError(f"{len(differences)} figures differ from the facts.")
        self.stdout.write(f"The figures of {days} days equal the facts.")
