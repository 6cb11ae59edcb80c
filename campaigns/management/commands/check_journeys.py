"""Check that nobody is stuck in a journey."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.journeys.selectors import check_enrollments


class Command(BaseCommand):
    help = "Check that everybody inside a journey will be moved, once. Changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        pages = list(check_enrollments())
        checked = sum(page.checked for page in pages)
        broken = sum(page.broken for page in pages)
        if broken:
            examples = [found for page in pages for found in page.examples or []][:20]
            raise CommandError(
                f"{broken:,} of {checked:,} enrollments are broken: "
                f"{sum(p.stuck for p in pages):,} active without a timer, "
                f"{sum(p.doubled for p in pages):,} with two, "
                f"{sum(p.stale for p in pages):,} with a timer of another step, "
                f"{sum(p.deaf for p in pages):,} that wait for nothing, "
                f"{sum(p.idle for p in pages):,} ended with a timer. First ids: {examples}."
            )
        self.stdout.write(f"{checked:,} enrollments checked, none is broken.")
