"""Takes in the output of a Singer tap."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from pydantic import ValidationError

from kernel.errors import DomainError
from profiles.imports.rules.singer import TargetMapping
from profiles.imports.services.singer import SingerTarget
from profiles.imports.services.uploads import find_source

_LONGEST_LINE = 16_000_000


class Command(BaseCommand):
    stealth_options = ("lines",)
    help = (
        "Take in what a Singer tap writes: tap-… | manage.py singer_target > state.json. States "
        "appear on the output once the records before them are stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", default="Singer", help="name of the source (“Singer”)")
        parser.add_argument("--mapping", type=Path, help="JSON file that says what each stream is")

        parser.add_argument(
            "--starts-journeys", action="store_true",
            help="records may start journeys; without it they are history",
        )  # fmt: skip

    def handle(self, *_args: Any, source: str, mapping: Path | None, **options: Any) -> None:
        _log_to_stderr()
        lines = options.get("lines")
        try:
            target = SingerTarget(
                source=find_source(source, now=timezone.now()),
                chosen=_read_mapping(mapping) if mapping else None,
                starts_journeys=bool(options.get("starts_journeys")),
                emit=self._emit, tell=self.stderr.write, clock=timezone.now,
            )  # fmt: skip
            counts = target.take_in(_lines(sys.stdin.buffer) if lines is None else lines)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stderr.write(
            f"{counts.lines:,} lines: {counts.taken_in:,} records were taken in, "
            f"{counts.quarantined:,} are in quarantine, {counts.left_out:,} were left out."
        )

    def _emit(self, state: str) -> None:
        self.stdout.write(state)
        self.stdout.flush()


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    while line := stream.readline(_LONGEST_LINE):
        yield line


def _read_mapping(path: Path) -> TargetMapping:
    try:
        return TargetMapping.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CommandError(f"The mapping “{path}” cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        message = str(first["msg"]).removeprefix("Value error, ")
        raise CommandError(f"The mapping cannot be used. {where}: {message}") from None


def _log_to_stderr() -> None:
    """Keep the output to states alone."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)
