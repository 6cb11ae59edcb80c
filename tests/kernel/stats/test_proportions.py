"""Rates and their differences against published numbers and by simulation."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.stats.estimates import Estimate, NotEstimable
from kernel.stats.proportions import Counts, newcombe_difference, wilson


@st.composite
def people(draw):
    exposed = draw(st.integers(1, 500))
    return Counts(converted=draw(st.integers(0, exposed)), exposed=exposed)


# Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
@pytest.mark.parametrize(
    ("variant", "control", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
    ids=["a", "b", "c", "d", "e zero", "h all and none"],
)
def test_difference_gives_the_published_intervals(variant, control, low, high):
    found = newcombe_difference(
        control=Counts(converted=control[0], exposed=control[1]),
        variant=Counts(converted=variant[0], exposed=variant[1]),
    )
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.value == pytest.approx(variant[0] / variant[1] - control[0] / control[1])


def test_rate_gives_the_known_score_interval():
    found = wilson(Counts(converted=10, exposed=200))
    assert (round(found.low, 6), round(found.high, 6)) == (0.027383, 0.089578)
    found = wilson(Counts(converted=12, exposed=60))
    assert (round(found.low, 4), round(found.high, 4)) == (0.1183, 0.3178)


def test_nothing_is_estimated_without_people():
    nobody = Counts(converted=0, exposed=0)
    some = Counts(converted=3, exposed=9)
    assert wilson(nobody) == NotEstimable("Nobody has been exposed yet.")
    for control, variant in ((nobody, some), (some, nobody)):
        found = newcombe_difference(control=control, variant=variant)
        assert found == NotEstimable("One of the two groups has nobody in it yet.")


@pytest.mark.parametrize(("converted", "exposed"), [(2, 1), (-1, 5)])
def test_impossible_counts_are_refused(converted, exposed):
    with pytest.raises(ValueError, match="not a share"):
        Counts(converted=converted, exposed=exposed)


@given(people(), people())
def test_swapping_the_groups_turns_the_difference_round(first, second):
    there = newcombe_difference(control=first, variant=second)
    back = newcombe_difference(control=second, variant=first)
    assert there.value == pytest.approx(-back.value)
    assert (there.low, there.high) == (pytest.approx(-back.high), pytest.approx(-back.low))


@given(people())
def test_a_rate_lies_in_its_interval_and_the_interval_between_0_and_1(counts):
    found = wilson(counts)
    assert isinstance(found, Estimate)
    assert -1e-12 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1 + 1e-12


def test_the_interval_of_no_difference_misses_zero_in_about_five_of_a_hundred():
    rng = Random(20261121)
    misses = 0
    for _ in range(2_000):
        control = Counts(converted=sum(rng.random() < 0.05 for _ in range(150)), exposed=150)
        variant = Counts(converted=sum(rng.random() < 0.05 for _ in range(600)), exposed=600)
        found = newcombe_difference(control=control, variant=variant)
        misses += not found.low <= 0 <= found.high
    # 5 % of 2,000 is 100, standard deviation 9.7; the score interval errs to the safe side.
    assert 60 <= misses <= 130
