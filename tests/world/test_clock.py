"""The clock of the demo world: staff turn it, the world takes its time from it once."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from kernel.errors import Invalid, NotFound
from mcps_site.world import services

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def clock(db):
    return services.set_clock(seed=7, people=500, days=90, now=NOW)


def test_time_passes_as_fast_as_the_speed_says(clock):
    services.set_speed(360)
    assert services.take_elapsed(real_seconds=2.0, now=NOW) == 720.0


def test_a_paused_world_stands_still_but_takes_one_step(clock):
    services.set_paused(is_paused=True)
    services.step(3_600)
    assert services.take_elapsed(real_seconds=2.0, now=NOW) == 3_600.0
    assert services.take_elapsed(real_seconds=2.0, now=NOW) == 0.0


def test_a_speed_that_is_not_offered_is_refused_and_changes_nothing(clock):
    with pytest.raises(Invalid):
        services.set_speed(7)
    assert services.find_clock().speed == 60


def test_without_a_world_the_clock_cannot_be_turned(db):
    with pytest.raises(NotFound):
        services.step()


def test_an_editor_changes_the_speed_and_a_stranger_does_not(client, clock, colleague, stranger):
    client.force_login(stranger)
    assert client.post(reverse("world:speed"), {"speed": 10}).status_code == 403
    assert services.find_clock().speed == 60
    client.force_login(colleague)
    assert client.post(reverse("world:speed"), {"speed": 10}).status_code == 302
    assert services.find_clock().speed == 10


def test_the_page_says_when_no_world_is_loaded(client, colleague):
    client.force_login(colleague)
    assert "No world is loaded yet" in client.get(reverse("world:about")).text
