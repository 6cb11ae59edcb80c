"""What a journey's numbers may say."""

import pytest

from analytics.metrics.rules import JourneyArms, judge_journey
from kernel.stats.estimates import NotEstimable
from kernel.stats.proportions import Counts


def judge(treated, held_out):
    return judge_journey(
        JourneyArms(
            treated=Counts(converted=treated[0], exposed=treated[1]),
            held_out=Counts(converted=held_out[0], exposed=held_out[1]),
            open=0,
        )
    )


@pytest.mark.parametrize(
    ("treated", "held_out", "sentence"),
    [
        ((0, 0), (0, 0), "Too early to say: the window is over for 0 held-out people; 100 are needed."),
        ((90, 900), (1, 1), "Too early to say: the window is over for 1 held-out person; 100 are needed."),
        ((9, 99), (20, 100), "Too early to say: the window is over for 99 treated people; 100 are needed."),
        ((24, 900), (0, 100), "Too early to say: 24 people converted; 25 are needed."),
        ((1, 900), (0, 100), "Too early to say: 1 person converted; 25 are needed."),
    ],
    ids=["nobody", "one held out", "few treated", "few conversions", "one conversion"],
)  # fmt: skip
def test_too_little_is_said_with_what_is_lacking(treated, held_out, sentence):
    found = judge(treated, held_out)
    assert isinstance(found.difference, NotEstimable)
    assert found.sentence == sentence


def test_a_difference_is_said_in_people_with_its_interval():
    # Newcombe 1998 (a): 56/70 against 48/80 is 0.2000, 0.0524 to 0.3339; here with 3 times as many.
    assert judge((168, 210), (144, 240)).sentence == (
        "The journey brought 20.0 more conversions for every 100 people, between 11.6 and 28.0."
    )
    assert judge((144, 240), (168, 210)).sentence == (
        "The journey cost 20.0 conversions for every 100 people, between 11.6 and 28.0."
    )


def test_an_interval_across_zero_claims_nothing():
    found = judge((100, 1_000), (10, 100))
    assert found.difference.value == 0
    assert found.sentence == (
        "No difference is shown yet: it lies between −7.6 and 4.9 conversions for every 100 people."
    )
