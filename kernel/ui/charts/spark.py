"""A line as small as a word: the shape of the last days beside their figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from kernel.ui.charts import markup
from kernel.ui.charts.line import curve, runs
from kernel.ui.charts.scale import Format, linear, plain

WIDTH, HEIGHT, EDGE = 120, 30, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """`title` says what and when, for instance “Size, last 30 days”; `tone` is a series, 1 to 5."""

    title: str
    values: Sequence[float | None]
    tone: int = 1
    figure: Format = plain
    wide: bool = False


def spark(chart: Spark) -> SafeString:
    """Return the line; `wide` stretches it to its place. With less than two values, nothing."""
    known = [value for value in chart.values if value is not None]
    if len(known) < 2:
        return SafeString()
    scale = linear(known, zero=False)
    shapes = []
    for run in runs(chart.values, scale, width=WIDTH, height=HEIGHT - 2 * EDGE):
        path = curve([(x, y + EDGE) for x, y in run])
        shapes.append(
            markup.element(
                "path", class_="plot__area-fill",
                d=f"{path}V{HEIGHT}H{markup.number(run[0][0])}Z",
            )
        )  # fmt: skip
        shapes.append(markup.element("path", class_="plot__stroke", d=path))
    figures = [chart.figure(value) for value in (known[0], known[-1], max(known))]
    return markup.element(
        "svg", *shapes, class_=f"spark series-{chart.tone}{' spark--wide' if chart.wide else ''}",
        view_box=f"0 0 {WIDTH} {HEIGHT}", keep_ratio="none", role="img",
        aria_label=f"{chart.title}: from {figures[0]} to {figures[1]}, highest {figures[2]}",
    )  # fmt: skip
