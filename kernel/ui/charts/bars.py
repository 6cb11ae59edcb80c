"""Bars side by side (grouped) or on top of each other (stacked)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from kernel.ui.charts import markup, plot
from kernel.ui.charts.line import Series, series_classes, table_rows
from kernel.ui.charts.scale import Format, Scale, compact, linear, plain

FILL = 0.68
"""Part of its band that a group of bars takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars for each label; `stacked` needs values of zero or more."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    stacked: bool = False
    figure: Format = plain
    axis: Format = compact
    short: bool = False


def bar_chart(chart: BarChart) -> SafeString:
    """Return the chart.

    Raises:
        ValueError: a series has not one value for each label, or a stacked one is negative.
    """
    columns = [series.values for series in chart.series]
    _refuse_bad(chart)
    scale = linear(
        _totals(chart) if chart.stacked else [v for c in columns for v in c if v is not None]
    )
    classes = series_classes(chart.series)
    groups = [
        markup.element("g", *_rects(chart, place, scale), class_=css)
        for place, css in enumerate(classes)
    ]
    parts = plot.Frame(
        title=chart.title, labels=chart.labels, scale=scale, axis=chart.axis, short=chart.short,
        legend=[(s.label, f"{css} is-block") for s, css in zip(chart.series, classes, strict=True)],
        header=["", *(series.label for series in chart.series)],
        rows=table_rows(chart.labels, columns, chart.figure),
        centered=True,
    )  # fmt: skip
    return plot.frame(parts, markup.joined(groups))


def _refuse_bad(chart: BarChart) -> None:
    for series in chart.series:
        if len(series.values) != len(chart.labels):
            raise ValueError(
                f"“{series.label}” has {len(series.values)} values for {len(chart.labels)} labels."
            )
        if chart.stacked and any((value or 0) < 0 for value in series.values):
            raise ValueError(f"“{series.label}” cannot be stacked: it has values below zero.")


def _totals(chart: BarChart) -> list[float]:
    return [sum(series.values[i] or 0 for series in chart.series) for i in range(len(chart.labels))]


def _rects(chart: BarChart, place: int, scale: Scale) -> list[SafeString]:
    count, groups = len(chart.labels), 1 if chart.stacked else len(chart.series)
    width = plot.WIDTH / count * FILL / groups if count else 0
    rects = []
    for index, value in enumerate(chart.series[place].values):
        if not value:
            continue
        below = (
            sum(series.values[index] or 0 for series in chart.series[:place])
            if chart.stacked else 0.0
        )  # fmt: skip
        ends = (plot.y(scale, below), plot.y(scale, below + value))
        center = plot.WIDTH * plot.x_share(index, count, centered=True)
        left = center - width * groups / 2 + (0 if chart.stacked else width * place)
        rects.append(
            markup.element(
                "rect",
                class_="plot__bar",
                x=left,
                width=width,
                y=min(ends),
                height=abs(ends[0] - ends[1]),
            )
        )
    return rects
