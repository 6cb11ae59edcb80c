"""What the commands share that load a public data set through the collection API."""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from profiles.management.sending import add_sending_arguments, open_client, send_with_bar
from profiles.touchpoints.services.importing import open_file

Read = Callable[[], Iterable[dict[str, Any]]]


class SampleCommand(BaseCommand):
    """Sends a data set that comes with the product."""

    stealth_options = ("transport",)
    source: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where the events go."""
        add_sending_arguments(parser, source=self.source)

    def send(self, read: Read, options: Mapping[str, Any]) -> None:
        """Send what `read` yields; it is read twice, the first time to know how much there is."""
        total = sum(1 for _ in read())
        try:
            with open_client(options, now=timezone.now()) as client:
                sent = send_with_bar(read(), client, total=total, out=self.stderr)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{sent:,} events were accepted.")


class SampleFileCommand(SampleCommand):
    """Sends a data set that the operator fetched: its license does not let the product ship it."""

    columns: ClassVar[frozenset[str]]

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file, and where the events go."""
        parser.add_argument("file", type=Path, help="the .csv file, or its .gz or .xz")
        super().add_arguments(parser)

    def handle(self, *_args: Any, file: Path, **options: Any) -> None:
        """Load the file unless it is another one."""
        self._refuse_other_files(file)
        self.load(file, options, today=timezone.now().date())

    def load(self, file: Path, options: Mapping[str, Any], *, today: date) -> None:
        """Send the file's messages and say what was left out."""
        raise NotImplementedError

    def _refuse_other_files(self, file: Path) -> None:
        if not file.exists():
            raise CommandError(f"There is no file “{file}”.")
        with open_file(file) as lines:
            missing = self.columns - set(next(csv.reader(lines), []))
        if missing:
            raise CommandError(
                f"“{file.name}” is another file: it has no column {', '.join(sorted(missing))}."
            )
