"""Funnel, Sankey, heat table and interval plot."""

import itertools

import pytest

from kernel.ui.charts.funnel import Funnel, Step, funnel
from kernel.ui.charts.heat import HeatRow, HeatTable, heat_table
from kernel.ui.charts.interval import Estimate, IntervalPlot, interval_plot
from kernel.ui.charts.sankey import HEIGHT, Flow, Sankey, sankey
from tests.kernel.ui.charts.reading import find_all, parse, table, texts


def test_a_funnel_says_share_and_drop_off_of_each_step():
    steps = [Step(label="Saw", count=400), Step(label="Shared", count=100, note="median 2 days")]
    tree = parse(funnel(Funnel(title="Refer", steps=steps)))
    assert texts(tree, "p", "funnel__note") == [
        "100% of all",
        "25% of allmedian 2 days · 75% drop-off",
    ]
    assert [r.get("width") for r in find_all(tree, "rect", "funnel__bar")] == ["100%", "25%"]


def test_a_figure_of_a_funnel_can_lead_to_its_people():
    tree = parse(
        funnel(Funnel(title="Refer", steps=[Step(label="Saw", count=4, href="/people/?a=1&b=2")]))
    )
    (link,) = find_all(tree, "a")
    assert (link.get("href"), link.text) == ("/people/?a=1&b=2", "4")


def test_an_empty_funnel_says_that_there_is_no_data():
    tree = parse(
        funnel(Funnel(title="Refer", steps=[Step(label="Saw", count=0), Step(label="b", count=0)]))
    )
    assert texts(tree, "p", "funnel__note") == ["no data: 0 of all"] * 2


def test_a_funnel_never_widens():
    with pytest.raises(ValueError, match="“b” counts more than “a”"):
        funnel(Funnel(title="x", steps=[Step(label="a", count=1), Step(label="b", count=2)]))


STAGES = [["Search", "Organic"], ["E-mail", "On site"], ["Purchased"]]
FLOWS = [
    Flow(source="Search", target="E-mail", count=30),
    Flow(source="Organic", target="E-mail", count=10),
    Flow(source="Organic", target="On site", count=20),
    Flow(source="E-mail", target="Purchased", count=25),
]


def test_bars_of_a_stage_stay_inside_and_never_overlap():
    tree = parse(sankey(Sankey(title="Flow", stages=STAGES, flows=FLOWS)))
    bars = {}
    for bar in find_all(tree, "rect", "sankey__bar"):
        top = float(bar.get("y"))
        bars.setdefault(bar.get("x"), []).append((top, top + float(bar.get("height"))))
    assert len(bars) == 3
    for stage in bars.values():
        stage.sort()
        assert stage[0][0] >= -0.01
        assert stage[-1][1] <= HEIGHT + 0.01
        assert all(b[0] - a[1] >= 13.9 for a, b in itertools.pairwise(stage))


def test_a_bar_is_as_high_as_its_people():
    tree = parse(sankey(Sankey(title="Flow", stages=STAGES, flows=FLOWS)))
    heights = [float(bar.get("height")) for bar in find_all(tree, "rect", "sankey__bar")]
    search, organic, email, site, bought = heights
    assert search == pytest.approx(organic, abs=0.02)
    assert email / search == pytest.approx(4 / 3, abs=0.001)
    assert bought / site == pytest.approx(25 / 20, abs=0.001)


def test_the_table_of_a_sankey_holds_every_flow():
    tree = parse(sankey(Sankey(title="Flow", stages=STAGES, flows=FLOWS)))
    assert table(tree)[:2] == [["From", "To", "People"], ["Search", "E-mail", "30"]]
    assert len(table(tree)) == 5
    assert len(find_all(tree, "path", "sankey__ribbon")) == 4


def test_a_flow_of_nobody_draws_no_ribbon():
    flows = [*FLOWS, Flow(source="Search", target="On site", count=0)]
    tree = parse(sankey(Sankey(title="Flow", stages=STAGES, flows=flows)))
    assert len(find_all(tree, "path", "sankey__ribbon")) == 4


def test_nodes_without_people_are_left_out():
    tree = parse(
        sankey(
            Sankey(
                title="x", stages=[["a"], ["b", "c"]], flows=[Flow(source="a", target="b", count=1)]
            )
        )
    )
    assert texts(tree, "tspan", "sankey__name") == ["a", "b"]


def test_a_sankey_without_people_is_empty():
    assert find_all(parse(sankey(Sankey(title="x", stages=[["a"], ["b"]], flows=[]))), "rect") == []


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        (Flow(source="a", target="x", count=1), "unknown end"),
        (Flow(source="b", target="a", count=1), "does not come after"),
    ],
)
def test_a_flow_that_leads_nowhere_or_back_is_refused(flow, message):
    with pytest.raises(ValueError, match=message):
        sankey(Sankey(title="x", stages=[["a"], ["b"]], flows=[flow]))


def heat(*rows, **options):
    return parse(
        heat_table(
            HeatTable(
                title="Retention",
                corner="Week",
                size_label="People",
                columns=["0", "1"],
                rows=rows,
                **options,
            )
        )
    )


def test_cells_are_tinted_from_nothing_to_the_highest():
    tree = heat(
        HeatRow(label="1 Sep", size="40", values=[1.0, 0.5]),
        HeatRow(label="8 Sep", size="30", values=[0]),
    )
    levels = [cell.get("class").rpartition("--")[2] for cell in find_all(tree, "td", "heat__cell")]
    assert levels == ["9", "5", "0"]
    assert table(tree)[1:] == [["1 Sep", "40", "100%", "50%"], ["8 Sep", "30", "0%", ""]]


def test_a_cell_that_has_not_happened_yet_is_empty():
    tree = heat(HeatRow(label="1 Sep", size="40", values=[0.5, None]), highest=1.0)
    assert table(tree)[1] == ["1 Sep", "40", "50%", ""]


def test_a_heat_row_longer_than_the_header_is_refused():
    with pytest.raises(ValueError, match="“1 Sep” has more values"):
        heat(HeatRow(label="1 Sep", size="1", values=[1, 1, 1]))


def intervals(*estimates, same=None):
    return parse(
        interval_plot(IntervalPlot(title="Lift", unit="Difference", estimates=estimates, same=same))
    )


def test_an_estimate_is_said_with_its_interval():
    tree = intervals(Estimate(label="B", value=0.02, low=0.01, high=0.04))
    assert texts(tree, "dd", "interval__figures") == ["2% 1% to 4%"]
    (dot,) = find_all(tree, "circle")
    assert dot.get("cx") == "50%"


def test_what_cannot_be_estimated_shows_its_reason_and_no_mark():
    tree = intervals(Estimate(label="B", reason="Nobody has converted."))
    assert texts(tree, "dd", "interval__reason") == ["Nobody has converted."]
    assert find_all(tree, "circle") == []


def test_the_same_band_is_drawn_and_explained():
    tree = intervals(Estimate(label="B", value=0, low=-0.01, high=0.01), same=(-0.005, 0.005))
    assert len(find_all(tree, "rect", "interval__same")) == 1
    assert "practically the same (−0.5% to 0.5%)" in texts(tree, "figcaption")[0]


@pytest.mark.parametrize(
    ("estimate", "message"),
    [
        (Estimate(label="B", value=0.1), "needs an interval"),
        (Estimate(label="B", value=0.1, low=0.2, high=0.3), "does not hold its estimate"),
    ],
)
def test_an_estimate_without_an_honest_interval_is_refused(estimate, message):
    with pytest.raises(ValueError, match=message):
        intervals(estimate)


def test_names_of_a_sankey_stand_apart_and_long_ones_are_cut_but_whole_when_pointed_at():
    ends = [
        "a first name that is far longer than its column is wide, and then some more",
        "b",
        "c",
        "d",
    ]
    flows = [Flow(source="a", target="b0", count=4000)]
    flows += [Flow(source="b0", target=end, count=1) for end in ends]
    flows += [Flow(source=ends[0], target="e", count=1)]
    chart = Sankey(title="Ways", stages=[["a"], ["b0"], ends, ["e"]], flows=flows)
    tree = parse(sankey(chart))
    written = [each for each in find_all(tree, "text") if len(each) == 3]
    places = [(each.get("x"), float(each.get("y"))) for each in written]
    third = sorted(y for x, y in places if x == places[2][0])
    assert len(third) == 4
    assert all(later - earlier >= 14.99 for earlier, later in itertools.pairwise(third))
    assert texts(tree, "tspan", "sankey__name")[2].endswith("…")
    assert texts(tree, "title")[2] == ends[0]
