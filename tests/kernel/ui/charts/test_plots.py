"""Line, bars, histogram and spark: geometry, data table, escaping, refusals."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ui.charts.bars import BarChart, bar_chart
from kernel.ui.charts.histogram import Histogram, histogram
from kernel.ui.charts.line import LineChart, Series, curve, line_chart
from kernel.ui.charts.spark import Spark, spark
from tests.kernel.ui.charts.reading import find_all, parse, table, texts

DAYS = ["Mon", "Tue", "Wed"]


def line(*series, **options):
    return parse(line_chart(LineChart(title="Opens", labels=DAYS, series=series, **options)))


def test_a_line_runs_through_its_points_from_edge_to_edge():
    tree = line(Series(label="E-mail", values=[0, 40, 80]))
    (stroke,) = find_all(tree, "path", "plot__stroke")
    path = stroke.get("d")
    assert path.startswith("M0 1000C")
    assert path.endswith("1000 0")
    assert " 500 500C" in path


def test_the_area_is_filled_for_one_line_and_never_for_the_period_before():
    now, before = (
        Series(label="Now", values=[1, 2, 3]),
        Series(label="Before", values=[1, 1, 1], is_before=True),
    )
    both = Series(label="Other", values=[3, 2, 1])
    assert len(find_all(line(now, before), "path", "plot__area-fill")) == 1
    assert find_all(line(now, both), "path", "plot__area-fill") == []


def test_a_gap_cuts_the_line_and_is_said_in_the_table():
    tree = line(Series(label="E-mail", values=[1, None, 3]))
    assert len(find_all(tree, "path", "plot__stroke")) == 2
    assert table(tree) == [["", "E-mail"], ["Mon", "1"], ["Tue", "no data"], ["Wed", "3"]]


def test_the_table_holds_every_figure_as_it_is_written():
    tree = line(
        Series(label="Rate", values=[0.5, 0.25, 1]), figure=lambda value: f"{value * 100:.0f}%"
    )
    assert table(tree)[1:] == [["Mon", "50%"], ["Tue", "25%"], ["Wed", "100%"]]


def test_names_are_escaped():
    tree = line(Series(label="<b>&", values=[1, 2, 3]))
    assert table(tree)[0] == ["", "<b>&"]
    assert find_all(tree, "b") == []


def test_a_line_of_the_wrong_length_is_refused_by_name():
    with pytest.raises(ValueError, match="“E-mail” has 2 values for 3 labels"):
        line(Series(label="E-mail", values=[1, 2]))


def test_no_chart_carries_a_style_attribute():
    markup = line_chart(
        LineChart(title="x", labels=DAYS, series=[Series(label="a", values=[1, 2, 3])])
    )
    assert "style=" not in markup


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=30))
def test_a_curve_never_goes_beyond_its_points(values):
    points = [(index * 10.0, value) for index, value in enumerate(values)]
    numbers = [
        float(n) for n in re.findall(r"-?[\d.]+", curve(points).replace("M", " ").replace("C", " "))
    ]
    heights = numbers[1::2]
    assert min(values) - 0.02 <= min(heights)
    assert max(heights) <= max(values) + 0.02


def bars(*series, stacked=False):
    return parse(bar_chart(BarChart(title="Sent", labels=DAYS, series=series, stacked=stacked)))


def spans(tree):
    rects = find_all(tree, "rect", "plot__bar")
    return [(float(r.get("y")), float(r.get("y")) + float(r.get("height"))) for r in rects]


def test_stacked_bars_stand_on_each_other():
    tree = bars(
        Series(label="a", values=[20, 40, 80]), Series(label="b", values=[20, 0, 0]), stacked=True
    )
    assert spans(tree) == [(750, 1000), (500, 1000), (0, 1000), (500, 750)]


def test_grouped_bars_stand_side_by_side_without_touching_the_next_group():
    tree = bars(Series(label="a", values=[1, 2, 3]), Series(label="b", values=[3, 2, 1]))
    rects = find_all(tree, "rect", "plot__bar")
    edges = sorted((float(r.get("x")), float(r.get("x")) + float(r.get("width"))) for r in rects)
    assert len(edges) == 6
    assert all(right <= left + 0.02 for (_, right), (left, _) in itertools.pairwise(edges))


def test_bars_below_zero_hang_from_the_zero_line():
    tree = bars(Series(label="Change", values=[-10, 10, 0]))
    assert spans(tree) == [(500, 1000), (0, 500)]


def test_negative_values_cannot_be_stacked():
    with pytest.raises(ValueError, match="“a” cannot be stacked"):
        bars(Series(label="a", values=[-1, 1, 1]), stacked=True)


def test_a_bar_series_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="“a” has 1 values for 3 labels"):
        bars(Series(label="a", values=[1]))


def test_a_histogram_names_its_ranges_and_marks_the_median():
    tree = parse(
        histogram(
            Histogram(
                title="Orders", noun="People", edges=[0, 10, 20], counts=[3, 1], mark=(5, "Median")
            )
        )
    )
    assert table(tree) == [["Range", "People"], ["0 to 10", "3"], ["10 to 20", "1"]]
    (mark,) = find_all(tree, "line", "plot__marker")
    assert mark.get("x1") == "250"
    assert "Median: 5" in texts(tree, "li")


def test_a_histogram_needs_one_more_edge_than_ranges():
    with pytest.raises(ValueError, match="2 ranges need 3 edges"):
        histogram(Histogram(title="x", noun="People", edges=[0, 1], counts=[1, 2]))


def test_a_histogram_without_a_mark_has_none():
    tree = parse(histogram(Histogram(title="x", noun="People", edges=[0, 1, 2], counts=[0, 2])))
    assert find_all(tree, "line", "plot__marker") == []
    assert len(find_all(tree, "rect", "plot__bar")) == 1


def test_a_spark_says_its_course_in_words():
    (svg,) = find_all(parse(spark(Spark(title="Size, 3 days", values=[10, 40, 20]))), "svg")
    assert svg.get("aria-label") == "Size, 3 days: from 10 to 20, highest 40"


@pytest.mark.parametrize("values", [[], [1], [None, 2, None]])
def test_a_spark_needs_two_values(values):
    assert spark(Spark(title="Size", values=values)) == ""


def test_a_chart_without_labels_is_an_empty_frame():
    tree = parse(
        line_chart(LineChart(title="Opens", labels=[], series=[Series(label="a", values=[])]))
    )
    assert table(tree) == [["", "a"]]
    assert find_all(tree, "path") == []


def test_one_point_is_drawn_in_the_middle():
    tree = parse(
        line_chart(LineChart(title="x", labels=["Mon"], series=[Series(label="a", values=[5])]))
    )
    (dot,) = find_all(tree, "path", "plot__stroke")
    assert dot.get("d").startswith("M500 ")
