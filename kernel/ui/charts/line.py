"""Line and area chart over time, with the period before for comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString

from kernel.ui.charts import markup, plot
from kernel.ui.charts.scale import Format, Scale, compact, linear, plain

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line. `None` is a gap: not counted, which is not zero.

    `is_before` draws the period before: grey and dashed, never filled.
    """

    label: str
    values: Sequence[float | None]
    is_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Lines over the same labels. With one series besides the comparison the area is filled."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    figure: Format = plain
    axis: Format = compact
    zero: bool = True
    short: bool = False


def line_chart(chart: LineChart) -> SafeString:
    """Return the chart. Costs about a millisecond for two lines of ninety points.

    Raises:
        ValueError: a series has not one value for each label.
    """
    for series in chart.series:
        if len(series.values) != len(chart.labels):
            raise ValueError(
                f"“{series.label}” has {len(series.values)} values for {len(chart.labels)} labels."
            )
    known = [v for series in chart.series for v in series.values if v is not None]
    scale = linear(known, zero=chart.zero)
    classes = series_classes(chart.series)
    filled = sum(not series.is_before for series in chart.series) == 1
    drawing = markup.joined(
        _draw(series, css, scale, filled=filled and not series.is_before)
        for series, css in zip(chart.series, classes, strict=True)
    )
    parts = plot.Frame(
        title=chart.title, labels=chart.labels, scale=scale, axis=chart.axis, short=chart.short,
        legend=[(s.label, css) for s, css in zip(chart.series, classes, strict=True)],
        header=["", *(series.label for series in chart.series)],
        rows=table_rows(chart.labels, [s.values for s in chart.series], chart.figure),
    )  # fmt: skip
    return plot.frame(parts, drawing)


def series_classes(series: Sequence[Series]) -> list[str]:
    """Return the class that colors each series: five colors in order, then grey."""
    classes, place = [], 0
    for each in series:
        if each.is_before:
            classes.append("series-before")
        else:
            place += 1
            classes.append(f"series-{place}" if place <= 5 else "series-other")
    return classes


def table_rows(
    labels: Sequence[str], columns: Sequence[Sequence[float | None]], figure: Format
) -> list[list[str]]:
    """Return the rows of the data table; a gap is said in words."""
    return [
        [
            label,
            *("no data" if (value := column[i]) is None else figure(value) for column in columns),
        ]
        for i, label in enumerate(labels)
    ]


def runs(
    values: Sequence[float | None], scale: Scale, *, width: float, height: float
) -> list[list[Point]]:
    """Return the points of the line, cut where values are missing."""
    count = len(values)
    found: list[list[Point]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            found.append([])
        else:
            x = width * plot.x_share(index, count, centered=False)
            found[-1].append((x, height * (1 - scale.share(value))))
    return [run for run in found if run]


def curve(points: Sequence[Point]) -> str:
    """Return the path through the points, smooth, without going beyond them.

    Monotone cubic interpolation: Fritsch and Carlson, SIAM J. Numer. Anal. 17 (1980), with the
    simplified slopes of Steffen, Astron. Astrophys. 239 (1990).
    """
    slopes = _slopes(points)
    path = [f"M{markup.number(points[0][0])} {markup.number(points[0][1])}"]
    for (x0, y0), (x1, y1), s0, s1 in zip(points, points[1:], slopes, slopes[1:], strict=False):
        third = (x1 - x0) / 3
        numbers = (x0 + third, y0 + s0 * third, x1 - third, y1 - s1 * third, x1, y1)
        path.append("C" + " ".join(markup.number(round(n, 2)) for n in numbers))
    return "".join(path)


def _slopes(points: Sequence[Point]) -> list[float]:
    secants = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(points)]
    if not secants:
        return [0.0]
    inner = [
        0.0 if a * b <= 0 else (1 if a > 0 else -1) * min(abs(a), abs(b), abs(a + b) / 4) * 2
        for a, b in pairwise(secants)
    ]
    return [secants[0], *inner, secants[-1]]


def _draw(series: Series, css: str, scale: Scale, *, filled: bool) -> SafeString:
    shapes = []
    base = markup.number(plot.y(scale, max(scale.low, 0)))
    for run in runs(series.values, scale, width=plot.WIDTH, height=plot.HEIGHT):
        path = curve(run)
        if filled and len(run) > 1:
            first, last = markup.number(run[0][0]), markup.number(run[-1][0])
            shapes.append(
                markup.element("path", class_="plot__area-fill", d=f"{path}V{base}H{first}Z")
                if first != last else SafeString()
            )  # fmt: skip
        shapes.append(
            markup.element("path", class_="plot__stroke", d=path if len(run) > 1 else f"{path}h0")
        )
    return markup.element("g", *shapes, class_=css)
