"""Round ticks and figures as people write them."""

import pytest

from kernel.ui.charts.scale import compact, linear, percent, picked, plain


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([3, 71], (0, 20, 40, 60, 80)),
        ([0, 1], (0, 0.25, 0.5, 0.75, 1)),
        ([12_840], (0, 5_000, 10_000, 15_000)),
        ([-3, 7], (-5, -2.5, 0, 2.5, 5, 7.5)),
        ([], (0, 0.25, 0.5, 0.75, 1)),
        ([0, 0], (0, 0.25, 0.5, 0.75, 1)),
    ],
)
def test_ticks_are_round_and_hold_all_values(values, ticks):
    assert linear(values).ticks == ticks


def test_an_axis_need_not_start_at_zero():
    assert linear([95, 99], zero=False).ticks == (95, 96, 97, 98, 99)


def test_a_share_is_zero_at_the_bottom_and_one_at_the_top():
    scale = linear([0, 80])
    assert [scale.share(value) for value in (0, 20, 80)] == [0, 0.25, 1]


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (plain, 12840, "12,840"),
        (plain, 3.5, "3.5"),
        (plain, -2, "−2"),
        (compact, 12_840, "12.8k"),
        (compact, 3_400_000, "3.4M"),
        (compact, 999, "999"),
        (percent, 0.0432, "4.3%"),
        (percent, 1, "100%"),
        (percent, -0.002, "−0.2%"),
    ],
)
def test_figures_are_written_as_people_read_them(write, value, text):
    assert write(value) == text


def test_labels_are_picked_evenly_and_never_too_many():
    assert picked(5) == [0, 1, 2, 3, 4]
    assert picked(90) == [0, 13, 26, 39, 52, 65, 78]
    assert picked(0) == []
