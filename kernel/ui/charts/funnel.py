"""A funnel: how many reached each step, as bars with words. The list is its own data table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel.ui.charts import markup
from kernel.ui.charts.scale import percent, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step; `note` may say the time it took, `href` leads to the people behind it."""

    label: str
    count: int
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Steps in their order; each counts no more than the one before."""

    title: str
    steps: Sequence[Step]


def funnel(chart: Funnel) -> SafeString:
    """Return the list of steps with their share of the first and the drop-off since the last.

    Raises:
        ValueError: a step counts more than the one before it.
    """
    for before, after in zip(chart.steps, chart.steps[1:], strict=False):
        if after.count > before.count:
            raise ValueError(f"“{after.label}” counts more than “{before.label}” before it.")
    rows = markup.joined(_row(chart.steps, place) for place in range(len(chart.steps)))
    return format_html('<ol class="funnel" aria-label="{}">{}</ol>', chart.title, rows)


def _row(steps: Sequence[Step], place: int) -> SafeString:
    step, first = steps[place], steps[0].count
    of_all = step.count / first if first else 0.0
    bar = markup.element(
        "svg",
        markup.element("rect", class_="funnel__track", width="100%", height="100%", rx=4),
        markup.element("rect", class_="funnel__bar", width=markup.share(of_all), height="100%", rx=4),
        class_="funnel__drawing", width="100%", height=14, aria_hidden="true", focusable="false",
    )  # fmt: skip
    count: SafeString | str = plain(step.count)
    if step.href:
        count = format_html('<a href="{}">{}</a>', step.href, count)
    return format_html(
        '<li class="funnel__step"><p class="funnel__line"><span class="funnel__number" aria-hidden="true">{}</span>'
        '<span class="funnel__label">{}</span><strong class="funnel__count">{}</strong></p>{}'
        '<p class="funnel__note"><span>{} of all</span><span>{}</span></p></li>',
        place + 1,
        step.label,
        count,
        bar,
        percent(of_all) if first else "no data: 0",
        _drop(steps, place),
    )


def _drop(steps: Sequence[Step], place: int) -> str:
    words = [steps[place].note] if steps[place].note else []
    if place and steps[place - 1].count:
        lost = 1 - steps[place].count / steps[place - 1].count
        words.append(f"{percent(lost)} drop-off")
    return " · ".join(words)
