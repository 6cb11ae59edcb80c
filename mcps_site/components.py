"""What the components page shows: every component in every state. All content is an example."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.safestring import SafeString

from kernel.ui.charts.bars import BarChart, bar_chart
from kernel.ui.charts.funnel import Funnel, Step, funnel
from kernel.ui.charts.heat import HeatRow, HeatTable, heat_table
from kernel.ui.charts.histogram import Histogram, histogram
from kernel.ui.charts.interval import Estimate, IntervalPlot, interval_plot
from kernel.ui.charts.line import LineChart, Series, line_chart
from kernel.ui.charts.sankey import Flow, Sankey, sankey
from kernel.ui.charts.spark import Spark, spark
from kernel.ui.graph import Edge, layout

_WAVE = (31, 34, 29, 38, 42, 40, 45, 39, 44, 52, 49, 55, 53, 61, 58, 64, 66, 60, 71, 68)
_BEFORE = (30, 28, 33, 31, 35, 34, 30, 37, 36, 41, 38, 40, 44, 39, 42, 46, 43, 47, 45, 48)
_STEPS = {
    "trigger": "zap",
    "wait": "clock",
    "split": "split",
    "email": "mail",
    "push": "bell",
    "exit": "flag",
}
_DAYS = tuple(f"{day} Oct" for day in range(1, len(_WAVE) + 1))


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="Shown in lists and in the palette.")
    address = forms.EmailField(label="Reply address", required=False)
    purpose = forms.ChoiceField(
        label="Purpose", choices=[("marketing", "Marketing"), ("service", "Service messages")]
    )
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    days = forms.MultipleChoiceField(
        label="Days",
        choices=[("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    confirmed = forms.BooleanField(label="Send to people in quiet hours too", required=False)
    locked = forms.CharField(label="Key", initial="set by an admin", disabled=True, required=False)


def examples() -> dict[str, Any]:
    """Return the context of the components page."""
    wrong = {"wrong-name": "", "wrong-address": "ada@", "wrong-purpose": "marketing"}
    pages = Paginator(range(2_212), 25)
    return {
        "form": ExampleForm(prefix="fine"),
        "wrong_form": ExampleForm(wrong, prefix="wrong", use_required_attribute=False),
        "pages": [pages.page(1), pages.page(40), pages.page(pages.num_pages)],
        "kinds": ["", "primary", "ghost", "danger"],
        "charts": charts(),
        **_choices(),
        **example_graph(),
    }


def _choices() -> dict[str, Any]:
    return {
        "steps": list(_STEPS.items()),
        "periods": [
            ("7 days", "?days=7", False),
            ("30 days", "?days=30", True),
            ("90 days", "?days=90", False),
        ],
        "ways": [("now", "Right away"), ("hour", "Best hour"), ("window", "In a window")],
        "tabs": [
            ("Timeline", "?tab=timeline", True, ""),
            ("Messages", "?tab=messages", False, 14),
            ("Referrals", "?tab=referrals", False, 0),
        ],
        "chips": [("Status", "live", "?owner=me"), ("Owner", "me", "?status=live")],
        "trail": [("Segments", "?"), ("Lapsed", "?segment=lapsed")],
    }


def charts() -> dict[str, SafeString]:
    """Return one chart of each kind."""
    return {
        "line": _line(),
        "lines": _lines(),
        "grouped": _bars(stacked=False),
        "stacked": _bars(stacked=True),
        "histogram": _histogram(),
        "funnel": _funnel(),
        "sankey": _sankey(),
        "heat": _heat(),
        "interval": _interval(),
        "spark": spark(Spark(title="Size, last 20 days", values=_WAVE)),
        "spark_bad": spark(Spark(title="Size, last 20 days", values=_WAVE[::-1], tone=4)),
        "kpi_1": spark(Spark(title="Active profiles, last 20 days", values=_WAVE, wide=True)),
        "kpi_2": spark(
            Spark(title="Unsubscribes, last 20 days", values=_BEFORE, tone=4, wide=True)
        ),
    }


def _line() -> SafeString:
    series = [
        Series(label="This period", values=_WAVE),
        Series(label="Period before", values=_BEFORE, is_before=True),
    ]
    return line_chart(LineChart(title="Conversions by day", labels=_DAYS, series=series))


def _lines() -> SafeString:
    series = [
        Series(label="E-mail", values=[*_WAVE[:7], None, None, *_WAVE[9:]]),
        Series(label="Push", values=_BEFORE),
        Series(label="SMS", values=[value / 2 for value in _BEFORE]),
    ]
    return line_chart(LineChart(title="Opens by channel", labels=_DAYS, series=series))


def _bars(*, stacked: bool) -> SafeString:
    shares = (("E-mail", 5), ("Push", 3), ("SMS", 2))
    series = [Series(label=name, values=[v * n for v in (4, 6, 5, 8, 7)]) for name, n in shares]
    title = "Sent by week, stacked" if stacked else "Sent by week"
    weeks = [f"Week {number}" for number in range(1, 6)]
    return bar_chart(BarChart(title=title, labels=weeks, series=series, stacked=stacked))


def _histogram() -> SafeString:
    chart = Histogram(
        title="Orders per person",
        noun="People",
        edges=range(11),
        counts=[12, 48, 91, 77, 52, 30, 17, 9, 4, 2],
        mark=(3.1, "Median"),
    )
    return histogram(chart)


def _funnel() -> SafeString:
    steps = [
        Step(label="Saw the invitation", count=18_400),
        Step(label="Shared a link", count=5_210, href="?people=shared"),
        Step(label="Friend visited", count=3_874, note="median 2 days"),
        Step(label="Friend purchased", count=618),
    ]
    return funnel(Funnel(title="Refer a friend", steps=steps))


def _sankey() -> SafeString:
    counts = {
        ("Search", "E-mail"): 3_100,
        ("Search", "On site"): 2_100,
        ("Organic", "E-mail"): 2_600,
        ("Organic", "On site"): 900,
        ("Referral", "E-mail"): 400,
        ("Referral", "On site"): 1_500,
        ("E-mail", "Purchased"): 3_700,
        ("E-mail", "Lapsed"): 2_400,
        ("On site", "Purchased"): 1_900,
        ("On site", "Lapsed"): 2_600,
    }
    stages = [["Search", "Organic", "Referral"], ["E-mail", "On site"], ["Purchased", "Lapsed"]]
    flows = [Flow(source=a, target=b, count=count) for (a, b), count in counts.items()]
    return sankey(Sankey(title="From first touch to outcome", stages=stages, flows=flows))


def _heat() -> SafeString:
    rows = [
        HeatRow(
            label=f"{3 + 7 * row} Sep",
            size=str(420 - 30 * row),
            values=[1 / (1 + 0.55 * week + 0.08 * row) for week in range(8 - row)],
        )
        for row in range(4)
    ]
    chart = HeatTable(
        title="Retention by week of first purchase",
        corner="First purchase",
        size_label="People",
        columns=[f"Week {number}" for number in range(8)],
        rows=rows,
    )
    return heat_table(chart)


def _interval() -> SafeString:
    estimates = [
        Estimate(label="Variant B", value=0.021, low=0.008, high=0.034, note="12,480 people"),
        Estimate(label="Variant C", value=-0.002, low=-0.013, high=0.009, note="12,391 people"),
        Estimate(label="Variant D", reason="Cannot be estimated: nobody of 48 has converted."),
    ]
    chart = IntervalPlot(
        title="Lift over the control",
        unit="Difference in conversion rate, 95% intervals",
        same=(-0.005, 0.005),
        estimates=estimates,
    )
    return interval_plot(chart)


_NODES = {
    "trigger": ("trigger", "Added to cart", "Event"),
    "wait": ("wait", "Wait 2 hours", "Only 8:00 to 21:00"),
    "split": ("split", "Purchased since?", "Condition"),
    "done": ("exit", "Exit: purchased", "Counts as a conversion"),
    "mail": ("email", "Your beans are waiting", "E-mail"),
    "push": ("push", "Still thinking?", "Push"),
    "exit": ("exit", "Exit", "End of the journey"),
}
_ARROWS = (
    ("trigger", "wait", ""),
    ("wait", "split", ""),
    ("split", "done", "Yes"),
    ("split", "mail", "No"),
    ("split", "push", "Not yet"),
    ("mail", "exit", ""),
    ("push", "exit", ""),
)


def example_graph() -> dict[str, Any]:
    """Return the layout of a small journey and what its nodes say."""
    edges = [Edge(source=a, target=b, branch=branch) for a, b, branch in _ARROWS]
    picture = layout(list(_NODES), edges)
    nodes = [
        {
            "icon": _STEPS[kind],
            "kind": kind,
            "title": title,
            "note": note,
            "box": picture.boxes[key],
        }
        for key, (kind, title, note) in _NODES.items()
    ]
    return {"graph": picture, "graph_nodes": nodes}
