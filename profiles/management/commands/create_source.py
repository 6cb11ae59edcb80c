"""Makes a source on the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from profiles.touchpoints.services.sources import create_source


class Command(BaseCommand):
    help = "Make a source of events and print its write key. It is printed once, never again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what sends the events, such as “Web shop”")
        parser.add_argument(
            "--no-journeys", action="store_true",
            help="its events count for people and segments but start no journeys",
        )  # fmt: skip

    def handle(self, *_args: Any, name: str, no_journeys: bool, **_options: Any) -> None:
        try:
            source, write_key = create_source(
                name, starts_journeys=not no_journeys, now=timezone.now()
            )
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stderr.write(f"The write key of “{source.name}”, shown only now:")
        self.stdout.write(write_key)
