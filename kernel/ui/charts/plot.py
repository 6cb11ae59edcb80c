"""The frame of charts with two axes: legend, value axis, drawing, label axis, data table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.ui.charts import markup
from kernel.ui.charts.scale import Format, Scale, picked

WIDTH = 1000
HEIGHT = 1000
"""The drawing is stretched to its place, so its own units only need to be fine enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds a drawing.

    `centered` says that the marks stand in the middle of equal bands (bars) and not on points
    from edge to edge (lines).
    """

    title: str
    labels: Sequence[str]
    scale: Scale
    axis: Format
    legend: Sequence[tuple[str, str]]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    centered: bool = False
    short: bool = False


def x_share(index: int, count: int, *, centered: bool) -> float:
    """Return where the mark of an index stands, as a fraction of the width."""
    if centered:
        return (index + 0.5) / count
    return index / (count - 1) if count > 1 else 0.5


def frame(parts: Frame, drawing: SafeString) -> SafeString:
    """Return the chart around a drawing made of `WIDTH` by `HEIGHT` units."""
    svg = markup.element(
        "svg", _grid(parts.scale), drawing,
        class_="plot__drawing", view_box=f"0 0 {WIDTH} {HEIGHT}", keep_ratio="none",
        aria_hidden="true", focusable="false",
    )  # fmt: skip
    ticks = format_html_join(
        "", "<span>{}</span>", ((parts.axis(tick),) for tick in reversed(parts.scale.ticks))
    )
    return format_html(
        '<figure class="plot{}" aria-label="{}">{}<div class="plot__frame">'
        '<div class="plot__values" aria-hidden="true">{}</div>'
        '<div class="plot__area" data-behavior="chart" data-centered="{}" data-label="{}">{}</div>'
        "{}</div>{}</figure>",
        " plot--short" if parts.short else "",
        parts.title,
        markup.legend(parts.legend),
        ticks,
        "true" if parts.centered else "false",
        parts.title,
        svg,
        _label_axis(parts),
        markup.data_table(parts.title, parts.header, parts.rows),
    )


def y(scale: Scale, value: float) -> float:
    """Return the height of a value in units of the drawing, from the top."""
    return HEIGHT * (1 - scale.share(value))


def _grid(scale: Scale) -> SafeString:
    return markup.joined(
        markup.element(
            "line", class_="plot__zero" if tick == 0 else "plot__line",
            x1=0, x2=WIDTH, y1=y(scale, tick), y2=y(scale, tick),
        )
        for tick in scale.ticks
    )  # fmt: skip


def _label_axis(parts: Frame) -> SafeString:
    count = len(parts.labels)
    texts = []
    for place, index in enumerate(picked(count)):
        at = x_share(index, count, centered=parts.centered)
        anchor = "start" if at < 0.03 else "end" if at > 0.97 else "middle"
        css = "plot__minor" if place % 2 else None
        texts.append(
            markup.element(
                "text",
                parts.labels[index],
                x=markup.share(at),
                y=14,
                text_anchor=anchor,
                class_=css,
            )
        )
    return markup.element(
        "svg", markup.joined(texts), class_="plot__labels", width="100%", height=18,
        aria_hidden="true", focusable="false",
    )  # fmt: skip
