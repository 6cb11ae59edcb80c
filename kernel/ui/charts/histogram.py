"""How many lie in each of some equal ranges, with a marked value such as the median."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from kernel.ui.charts import markup, plot
from kernel.ui.charts.scale import Format, compact, linear, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """`edges` are one more than `counts` and evenly spaced; `mark` is a value and its name."""

    title: str
    noun: str
    edges: Sequence[float]
    counts: Sequence[int]
    mark: tuple[float, str] | None = None
    figure: Format = plain


def histogram(chart: Histogram) -> SafeString:
    """Return the chart.

    Raises:
        ValueError: the number of edges does not fit the number of counts.
    """
    if len(chart.edges) != len(chart.counts) + 1:
        raise ValueError(f"{len(chart.counts)} ranges need {len(chart.counts) + 1} edges.")
    count = len(chart.counts)
    width = plot.WIDTH / count
    scale = linear(chart.counts)
    rects = [
        markup.element(
            "rect", class_="plot__bar", x=width * index + width * 0.03, width=width * 0.94,
            y=plot.y(scale, value), height=plot.HEIGHT - plot.y(scale, value),
        )
        for index, value in enumerate(chart.counts) if value
    ]  # fmt: skip
    ranges = [
        f"{chart.figure(low)} to {chart.figure(high)}"
        for low, high in zip(chart.edges, chart.edges[1:], strict=False)
    ]
    parts = plot.Frame(
        title=chart.title, labels=ranges, scale=scale, axis=compact,
        legend=[(chart.noun, "series-1 is-block"), *_mark_legend(chart)],
        header=["Range", chart.noun],
        rows=[[text, plain(value)] for text, value in zip(ranges, chart.counts, strict=True)],
        centered=True,
    )  # fmt: skip
    drawing = markup.element("g", *rects, _mark(chart), class_="series-1")
    return plot.frame(parts, drawing)


def _mark_legend(chart: Histogram) -> list[tuple[str, str]]:
    if chart.mark is None:
        return []
    value, name = chart.mark
    return [(f"{name}: {chart.figure(value)}", "series-before")]


def _mark(chart: Histogram) -> SafeString:
    if chart.mark is None:
        return SafeString()
    low, high = chart.edges[0], chart.edges[-1]
    at = plot.WIDTH * min(1.0, max(0.0, (chart.mark[0] - low) / (high - low)))
    return markup.element("line", class_="plot__marker", x1=at, x2=at, y1=0, y2=plot.HEIGHT)
