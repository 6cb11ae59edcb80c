"""Imports a file of touchpoints through the collection API."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from profiles.management.sending import add_sending_arguments, open_client, send_with_bar
from profiles.touchpoints.services.importing import FileErrors, count_rows, read_messages


class Command(BaseCommand):
    stealth_options = ("transport",)
    help = (
        "Send a file of touchpoints (CSV or JSON lines, also gzipped) to the collection API. "
        "Running it again changes nothing. The form is in docs/reference/touchpoint-files.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a .csv, .jsonl or .ndjson file, or its .gz")
        add_sending_arguments(parser, source="Import")

    def handle(self, *_args: Any, file: Path, **options: Any) -> None:
        if not file.exists():
            raise CommandError(f"There is no file “{file}”.")
        errors = FileErrors()
        try:
            total = count_rows(file)
            with open_client(options, now=timezone.now()) as client:
                messages = read_messages(file, errors)
                sent = send_with_bar(messages, client, total=total, out=self.stderr)
        except DomainError as error:
            raise CommandError(error.message) from None
        for line in errors.shown:
            self.stderr.write(line)
        self.stdout.write(f"{sent:,} of {total:,} rows were accepted; {errors.count:,} were not.")
        if errors.count:
            raise CommandError("Mend these rows and run it again: the others are not repeated.")
