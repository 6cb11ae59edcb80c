"""Loads the CDNOW purchases through the collection API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from profiles.management.sending import add_sending_arguments, open_client, send_with_bar
from profiles.samples.loading import read_cdnow


class Command(BaseCommand):
    stealth_options = ("transport",)
    help = (
        "Load the real purchases of 2,357 people (CDNOW), moved so that the last day is today. "
        "Running it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_sending_arguments(parser, source="CDNOW")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        messages = list(read_cdnow(today=now.date()))
        try:
            with open_client(options, now=now) as client:
                sent = send_with_bar(messages, client, total=len(messages), out=self.stderr)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{sent:,} events were accepted.")
