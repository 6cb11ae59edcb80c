"""Turns the figures of the Overview into cards and charts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from analytics.dashboards.queries import MOST_COUNTED, Attention
from analytics.dashboards.rules import PERIODS
from analytics.dashboards.selectors import Figure, JourneyRow, Overview, ReferralFunnel
from analytics.metrics.definitions import BY_KEY
from kernel.stats.estimates import Estimate, NotEstimable
from kernel.ui.charts import bars, funnel, interval, line, spark
from kernel.ui.charts.scale import compact, percent, plain
from kernel.ui.links import find_url


def build_page(overview: Overview) -> dict[str, Any]:
    """Return the template's context: cards, charts and tables, each with its definition."""
    period = overview.period
    return {
        "period": period,
        "periods": [(f"{days} days", f"?days={days}", days == period.days) for days in PERIODS],
        "kpis": _kpis(overview),
        "touchpoint_chart": _touchpoint_chart(overview),
        "message_chart": _message_chart(overview),
        "held_back": [replace(share, member=_words(share.member)) for share in overview.held_back],
        "held_back_total": overview.figures["message.held_back"].value,
        "events": overview.events,
        "journeys": [_journey(row) for row in overview.journeys],
        "journey_plot": _journey_plot(overview.journeys),
        "funnel": _funnel_chart(overview.funnel),
        "funnel_note": _funnel_note(overview.funnel),
        "attention": _attention(overview.attention),
        "links": {
            name: find_url(url)
            for name, url in (
                ("programs", "referrals:programs"),
                ("messages", "campaigns:messages"),
            )
        },
    }


def _kpis(overview: Overview) -> list[dict[str, Any]]:
    days = overview.period.days
    active = overview.active
    touchpoints, sent = overview.figures["touchpoint.count"], overview.figures["message.sent"]
    held_back = overview.figures["message.held_back"]
    new = overview.figures["customer.new"]
    revenue = overview.figures["touchpoint.revenue"]
    messages = find_url("campaigns:messages")
    return [
        {
            "label": "Active people",
            "icon": "users",
            "figure": "–" if active.people is None else plain(active.people),  # noqa: RUF001
            "delta": active.delta,
            "note": "Counted within the hour"
            if active.people is None
            else f"{plain(float(new.value))} of them new"
            if active.people >= new.value
            else f"{plain(float(new.value))} new",
            "definition": BY_KEY["customer.active"].formula,
            "href": find_url("profiles:list"),
            "spark": _spark("New people", new, tone=1),
        },
        _kpi(touchpoints, "activity", tone=2, note=f"in the last {days} days"),
        _kpi(sent, "send", tone=3, note=f"{plain(float(held_back.value))} held back")
        | {"href": messages and f"{messages}?outcome=sent"},
        _kpi(revenue, "banknote", tone=4, note="as sources sent it", figure=_money),
    ]


def _kpi(
    found: Figure,
    icon: str,
    *,
    tone: int,
    note: str,
    figure: Callable[[float], str] = plain,
) -> dict[str, Any]:
    return {
        "label": found.metric.label,
        "icon": icon,
        "figure": figure(float(found.value)),
        "delta": found.delta,
        "note": note,
        "definition": found.metric.formula,
        "href": "",
        "spark": _spark(found.metric.label, found, tone=tone),
    }


def _spark(label: str, figure: Figure, *, tone: int) -> SafeString:
    title = f"{label}, by day"
    values = [float(value) for value in figure.days]
    return spark.spark(spark.Spark(title=title, values=values, tone=tone, wide=True))


def _money(value: float) -> str:
    return compact(value) if abs(value) >= 1_000_000 else f"{value:,.0f}"


def _touchpoint_chart(overview: Overview) -> SafeString:
    figure = overview.figures["touchpoint.count"]
    return line.line_chart(
        line.LineChart(
            title="Touchpoints by day",
            labels=_labels(overview.period.day_starts),
            series=[
                line.Series(label="This period", values=_floats(figure.days)),
                line.Series(
                    label="Period before", values=_floats(figure.days_before), is_before=True
                ),
            ],
        )
    )


def _message_chart(overview: Overview) -> SafeString:
    return bars.bar_chart(
        bars.BarChart(
            title="Messages by day",
            labels=_labels(overview.period.day_starts),
            stacked=True,
            series=[
                line.Series(label=label, values=_floats(overview.figures[key].days))
                for label, key in (("Sent", "message.sent"), ("Held back", "message.held_back"))
            ],
        )
    )


def _funnel_chart(counts: ReferralFunnel) -> SafeString:
    steps = [
        funnel.Step(label="Friend signed up", count=counts.started),
        funnel.Step(label="Friend converted", count=counts.converted),
        funnel.Step(label="Rewarded", count=counts.rewarded),
    ]
    if not counts.started:
        return SafeString()
    return funnel.funnel(funnel.Funnel(title="Referrals that started in the period", steps=steps))


def _funnel_note(counts: ReferralFunnel) -> str:
    if isinstance(counts.conversion, NotEstimable):
        return "No referral started in this period, so there is no conversion rate."
    return (
        f"{percent(counts.conversion.value)} of {plain(counts.started)} converted so far "
        f"(95% interval {interval_text(counts.conversion)}). "
        f"{plain(counts.visited)} visits of invitation pages in the period."
    )


def interval_text(estimate: Estimate) -> str:
    """Say an interval of rates in words."""
    return f"{percent(estimate.low)} to {percent(estimate.high)}"


def _journey(row: JourneyRow) -> dict[str, Any]:
    return {
        "name": row.journey.name,
        "status": row.journey.status,
        "href": find_url("campaigns:journey", row.journey.key),
        "row": row,
        "treated": _arm_text(row.treated.rate),
        "held_out": _arm_text(row.held_out.rate),
        "sentence": row.verdict.sentence,
        "is_estimable": isinstance(row.verdict.difference, Estimate),
    }


def _arm_text(rate: Estimate | NotEstimable) -> str:
    if isinstance(rate, NotEstimable):
        return ""
    return f"{percent(rate.value)} ({interval_text(rate)})"


def _journey_plot(rows: Sequence[JourneyRow]) -> SafeString:
    estimates = [
        interval.Estimate(
            label=row.journey.name,
            value=row.verdict.difference.value,
            low=row.verdict.difference.low,
            high=row.verdict.difference.high,
        )
        for row in rows
        if isinstance(row.verdict.difference, Estimate)
    ]
    if not estimates:
        return SafeString()
    return interval.interval_plot(
        interval.IntervalPlot(
            title="Difference that journeys make",
            unit="Conversion rate of treated minus held-out people, with a 95% interval",
            estimates=estimates,
        )
    )


def _attention(counts: Attention) -> list[dict[str, str]]:
    found = (
        (
            counts.parked,
            "circle-alert",
            "danger",
            "set aside because a reader could not handle it",
            ("fact is", "facts are"),
            ("Open operations", "operations:state"),
        ),
        (
            counts.quarantined,
            "inbox",
            "warn",
            "in quarantine and not counted anywhere",
            ("event is", "events are"),
            ("Review the quarantine", "profiles:quarantine"),
        ),
        (
            counts.findings,
            "shield-alert",
            "warn",
            "holding rewards until somebody decides",
            ("finding is", "findings are"),
            ("Decide", "referrals:rewards"),
        ),
        (
            counts.drifted,
            "shield-x",
            "danger",
            "set aside, or had people in the wrong place at the last proof or in a sample since",
            ("segment or computed trait is", "segments or computed traits are"),
            ("Open the segments", "profiles:segments"),
        ),
    )
    return [
        {
            "icon": icon,
            "tone": tone,
            "title": f"{_at_most(count)} {one if count == 1 else many} {text}",
            "action_label": label,
            "action_href": find_url(url),
        }
        for count, icon, tone, text, (one, many), (label, url) in found
        if count
    ]


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _at_most(count: int) -> str:
    return f"{plain(count)} or more" if count >= MOST_COUNTED else plain(count)


def _labels(days: Sequence[datetime]) -> list[str]:
    return [f"{day.day} {day:%b}" for day in days]


def _floats(values: Sequence[Decimal]) -> list[float | None]:
    return [float(value) for value in values]
