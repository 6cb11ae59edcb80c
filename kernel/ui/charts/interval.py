"""Interval plot: estimates with their intervals on one axis, and what counts as “the same”."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel.ui.charts import markup
from kernel.ui.charts.scale import Format, Scale, linear, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One line: an estimate between `low` and `high`; or `reason` says why there is none."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalPlot:
    """`same` is the range that makes no practical difference; `unit` says what the axis shows."""

    title: str
    unit: str
    estimates: Sequence[Estimate]
    same: tuple[float, float] | None = None
    figure: Format = percent


def interval_plot(chart: IntervalPlot) -> SafeString:
    """Return the plot.

    Raises:
        ValueError: an estimate has neither an ordered interval nor a reason for having none.
    """
    for each in chart.estimates:
        _refuse_bad(each)
    known = [v for e in chart.estimates for v in (e.low, e.high) if v is not None]
    scale = linear([*known, *(chart.same or ())], count=5)
    rows = markup.joined(_row(each, chart, scale) for each in chart.estimates)
    return format_html(
        '<figure class="interval" aria-label="{}"><dl class="interval__rows">{}</dl><div class="interval__scale">{}</div>'
        '<figcaption class="interval__unit">{}{}</figcaption></figure>',
        chart.title,
        rows,
        _axis(scale, chart.figure),
        chart.unit,
        f"; shaded: practically the same ({_range(*chart.same, chart.figure)})"
        if chart.same
        else "",
    )


def _refuse_bad(each: Estimate) -> None:
    if each.reason:
        return
    if each.value is None or each.low is None or each.high is None:
        raise ValueError(f"“{each.label}” needs an interval, or a reason for having none.")
    if not each.low <= each.value <= each.high:
        raise ValueError(f"The interval of “{each.label}” does not hold its estimate.")


def _range(low: float, high: float, figure: Format) -> str:
    return f"{figure(low)} to {figure(high)}"


def _row(each: Estimate, chart: IntervalPlot, scale: Scale) -> SafeString:
    if each.reason or each.value is None or each.low is None or each.high is None:
        return format_html(
            '<div class="interval__row"><dt>{}</dt><dd class="interval__reason">{}</dd></div>',
            each.label,
            each.reason,
        )
    marks = [
        markup.element("line", class_="plot__zero", x1=_at(scale, 0), x2=_at(scale, 0), y1=0, y2=34),
        markup.element("line", class_="interval__line", x1=_at(scale, each.low), x2=_at(scale, each.high), y1=17, y2=17),
        markup.element("circle", class_="interval__dot", cx=_at(scale, each.value), cy=17, r=5),
    ]  # fmt: skip
    if chart.same:
        low, high = chart.same
        band = markup.element(
            "rect", class_="interval__same", x=_at(scale, low), y=0, height=34,
            width=markup.share(scale.share(high) - scale.share(low)),
        )  # fmt: skip
        marks.insert(0, band)
    drawing = markup.element(
        "svg", *marks, class_="interval__drawing", width="100%", height=34,
        aria_hidden="true", focusable="false",
    )  # fmt: skip
    return format_html(
        '<div class="interval__row"><dt>{}{}</dt><dd class="interval__picture">{}</dd>'
        '<dd class="interval__figures"><strong>{}</strong> <span>{}</span></dd></div>',
        each.label,
        format_html('<span class="interval__note">{}</span>', each.note) if each.note else "",
        drawing,
        chart.figure(each.value),
        _range(each.low, each.high, chart.figure),
    )


def _at(scale: Scale, value: float) -> str:
    return markup.share(scale.share(value))


def _axis(scale: Scale, figure: Format) -> SafeString:
    ends = {scale.ticks[0]: "start", scale.ticks[-1]: "end"}
    texts = [
        markup.element("text", figure(tick), x=_at(scale, tick), y=12, text_anchor=ends.get(tick, "middle"))
        for tick in scale.ticks
    ]  # fmt: skip
    return markup.element(
        "svg", *texts, class_="interval__axis", width="100%", height=16,
        aria_hidden="true", focusable="false",
    )  # fmt: skip
