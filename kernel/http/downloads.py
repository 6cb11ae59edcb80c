"""Answers that are files to keep."""

from collections.abc import Iterable, Sequence

from django.http import StreamingHttpResponse

from kernel.spreadsheets import csv_lines


def csv_answer(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return rows as a CSV file of a name; they are read while the file is sent."""
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
