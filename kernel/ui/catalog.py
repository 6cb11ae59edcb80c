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
    wrong = ExampleForm(
        {"name": "", "address": "ada@", "purpose": "marketing"},
        prefix="wrong",
        use_required_attribute=False,
    )
    pages = Paginator(range(2_212), 25)
    return {
        "form": ExampleForm(prefix="fine"),
        "wrong_form": wrong,
        "pages": [pages.page(1), pages.page(40), pages.page(pages.num_pages)],
        "tones": ["", "ok", "warn", "danger", "info", "brand"],
        "kinds": ["", "primary", "ghost", "danger"],
        "steps": [("trigger", "zap"), ("wait", "clock"), ("split", "split"), ("email", "mail"),
                  ("push", "bell"), ("exit", "flag")],
        "periods": [("7 days", "?days=7", False), ("30 days", "?days=30", True), ("90 days", "?days=90", False)],
        "ways": [("now", "Right away"), ("hour", "Best hour"), ("window", "In a window")],
        "tabs": [("Timeline", "?tab=timeline", True, ""), ("Messages", "?tab=messages", False, 14),
                 ("Referrals", "?tab=referrals", False, 0)],
        "chips": [("Status", "live", "?owner=me"), ("Owner", "me", "?status=live")],
        "trail": [("Segments", "?"), ("Lapsed", "?segment=lapsed")],
        "charts": charts(),
        **example_graph(),
    }  # fmt: skip


def charts() -> dict[str, SafeString]:
    """Return one chart of each kind."""
    before = Series(label="Period before", values=_BEFORE, is_before=True)
    shops = [Series(label=name, values=[v * n for v in (4, 6, 5, 8, 7)]) for name, n in
             (("E-mail", 5), ("Push", 3), ("SMS", 2))]  # fmt: skip
    weeks = [f"Week {n}" for n in range(1, 6)]
    gap = [*_WAVE[:7], None, None, *_WAVE[9:]]
    return {
        "line": line_chart(LineChart(title="Conversions by day", labels=_DAYS, series=[Series(label="This period", values=_WAVE), before])),
        "lines": line_chart(LineChart(title="Opens by channel, with a gap", labels=_DAYS, series=[Series(label="E-mail", values=gap), Series(label="Push", values=_BEFORE), Series(label="SMS", values=[v / 2 for v in _BEFORE])])),
        "grouped": bar_chart(BarChart(title="Sent by week", labels=weeks, series=shops)),
        "stacked": bar_chart(BarChart(title="Sent by week, stacked", labels=weeks, series=shops, stacked=True)),
        "histogram": histogram(Histogram(title="Orders per person", noun="People", edges=range(11), counts=[12, 48, 91, 77, 52, 30, 17, 9, 4, 2], mark=(3.1, "Median"))),
        "funnel": funnel(Funnel(title="Refer a friend", steps=[Step(label="Saw the invitation", count=18_400), Step(label="Shared a link", count=5_210), Step(label="Friend visited", count=3_874, note="median 2 days"), Step(label="Friend purchased", count=618)])),
        "sankey": sankey(Sankey(title="From first touch to outcome", stages=[["Search", "Organic", "Referral"], ["E-mail", "On site"], ["Purchased", "Lapsed"]], flows=[
            Flow(source="Search", target="E-mail", count=3_100), Flow(source="Search", target="On site", count=2_100),
            Flow(source="Organic", target="E-mail", count=2_600), Flow(source="Organic", target="On site", count=900),
            Flow(source="Referral", target="E-mail", count=400), Flow(source="Referral", target="On site", count=1_500),
            Flow(source="E-mail", target="Purchased", count=3_700), Flow(source="E-mail", target="Lapsed", count=2_400),
            Flow(source="On site", target="Purchased", count=1_900), Flow(source="On site", target="Lapsed", count=2_600)])),
        "heat": heat_table(HeatTable(title="Retention by week of first purchase", corner="First purchase", size_label="People", columns=[f"Week {n}" for n in range(8)], rows=[
            HeatRow(label=f"{3 + 7 * row} Sep", size=f"{420 - 30 * row}", values=[max(0.04, 1 / (1 + 0.55 * week + 0.08 * row)) for week in range(8 - row)]) for row in range(4)])),
        "interval": interval_plot(IntervalPlot(title="Lift over the control", unit="Difference in conversion rate, 95% intervals", same=(-0.005, 0.005), estimates=[
            Estimate(label="Variant B", value=0.021, low=0.008, high=0.034, note="12,480 people"), Estimate(label="Variant C", value=-0.002, low=-0.013, high=0.009, note="12,391 people"),
            Estimate(label="Variant D", reason="Cannot be estimated: nobody has converted yet (48 people).")])),
        "spark": spark(Spark(title="Size, last 20 days", values=_WAVE)),
        "spark_bad": spark(Spark(title="Size, last 20 days", values=tuple(reversed(_WAVE)), tone=4)),
        "kpi_1": spark(Spark(title="Active profiles, last 20 days", values=_WAVE, wide=True)),
        "kpi_2": spark(Spark(title="Unsubscribe rate, last 20 days", values=_BEFORE, tone=4, wide=True)),
    }  # fmt: skip


_NODES = {
    "trigger": ("zap", "trigger", "Added to cart", "Event"),
    "wait": ("clock", "wait", "Wait 2 hours", "Only 8:00 to 21:00"),
    "split": ("split", "split", "Purchased since?", "Condition"),
    "done": ("flag", "exit", "Exit: purchased", "Counts as a conversion"),
    "mail": ("mail", "email", "Your beans are waiting", "E-mail"),
    "push": ("bell", "push", "Still thinking?", "Push"),
    "exit": ("flag", "exit", "Exit", "End of the journey"),
}


def example_graph() -> dict[str, Any]:
    """Return the layout of a small journey and what its nodes say."""
    arrows = [("trigger", "wait", ""), ("wait", "split", ""), ("split", "done", "Yes"),
              ("split", "mail", "No"), ("split", "push", "Not yet"), ("mail", "exit", ""),
              ("push", "exit", "")]  # fmt: skip
    picture = layout(list(_NODES), [Edge(source=a, target=b, branch=c) for a, b, c in arrows])
    nodes = [
        {"icon": icon, "kind": kind, "title": title, "note": note,
         "x": picture.boxes[key].x, "y": picture.boxes[key].y}
        for key, (icon, kind, title, note) in _NODES.items()
    ]  # fmt: skip
    return {"graph": picture, "graph_nodes": nodes}
