"""Heat table: a table whose cells are tinted by their value, such as retention by cohort."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.ui.charts import markup
from kernel.ui.charts.scale import Format, percent

LEVELS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One row: its label, its size as text, and a value or nothing for each column."""

    label: str
    size: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatTable:
    """Values are tinted from 0 to `highest`; without one, to the highest there is."""

    title: str
    corner: str
    size_label: str
    columns: Sequence[str]
    rows: Sequence[HeatRow]
    figure: Format = percent
    highest: float | None = None


def heat_table(chart: HeatTable) -> SafeString:
    """Return the table; cells without a value (not happened yet) stay empty.

    Raises:
        ValueError: a row has more values than there are columns.
    """
    for row in chart.rows:
        if len(row.values) > len(chart.columns):
            raise ValueError(f"“{row.label}” has more values than there are columns.")
    known = [v for row in chart.rows for v in row.values if v is not None]
    highest = chart.highest or max(known, default=0.0) or 1.0
    head = format_html_join(
        "", '<th scope="col" class="figure">{}</th>', ((c,) for c in chart.columns)
    )
    body = markup.joined(_row(row, chart, highest) for row in chart.rows)
    return format_html(
        '<div class="table-scroll" role="region" aria-label="{}" tabindex="0">'
        '<table class="heat" aria-label="{}"><thead><tr><th scope="col">{}</th>'
        '<th scope="col" class="figure">{}</th>{}</tr></thead><tbody>{}</tbody></table></div>',
        chart.title,
        chart.title,
        chart.corner,
        chart.size_label,
        head,
        body,
    )


def _row(row: HeatRow, chart: HeatTable, highest: float) -> SafeString:
    missing = len(chart.columns) - len(row.values)
    cells = markup.joined(_cell(value, chart.figure, highest) for value in row.values)
    return format_html(
        '<tr><th scope="row">{}</th><td class="heat__size">{}</td>{}{}</tr>',
        row.label,
        row.size,
        cells,
        markup.joined(SafeString("<td></td>") for _ in range(missing)),
    )


def _cell(value: float | None, figure: Format, highest: float) -> SafeString:
    if value is None:
        return SafeString("<td></td>")
    level = min(LEVELS - 1, max(0, int(value / highest * LEVELS)))
    return format_html('<td class="heat__cell heat__cell--{}">{}</td>', level, figure(value))
