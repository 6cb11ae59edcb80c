"""Tables that a spreadsheet opens without running anything in them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

_FORMULA: Final = frozenset("=+-@\t\r")


class _Echo:
    """What csv writes to: gives each line back."""

    def write(self, line: str) -> str:
        return line


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: one that looks like a formula gets a quote."""
    return f"'{text}" if text[:1] in _FORMULA else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield rows as lines of CSV; their texts are made harmless, numbers stay numbers."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
