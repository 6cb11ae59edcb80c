import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from campaigns.journeys.models import Enrollment, Timer
from campaigns.journeys.services.advance import advance_all
from tests.campaigns.builders import NOW, after, entry, make_customer, publish
from tests.campaigns.journeys.test_engine import BOUGHT, OUT, WAIT, let_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(client, colleague):
    """Two people inside a journey, one of them past the wait."""
    client.force_login(colleague)
    journey = publish(entry(BOUGHT, next_="pause"), WAIT, OUT)
    ada, bob = make_customer("Ada"), make_customer("Bob")
    let_in(journey, ada)
    advance_all(now=NOW)
    advance_all(now=after(hours=1))
    let_in(journey, bob, now=after(hours=1))
    advance_all(now=after(hours=1))
    return journey, ada, bob


def page(client, name, journey, **more):
    return client.get(reverse(f"campaigns:{name}", kwargs={"key": journey.key, **more}))


def test_the_canvas_shows_who_is_where(client, waiting):
    journey, ada, _ = waiting
    text = page(client, "journey", journey).content.decode()
    assert "1 here · 1 went on" in text
    assert "1 ended here" in text
    url = reverse("campaigns:journey", kwargs={"key": journey.key})
    people = client.get(url, {"node": "pause"}).content.decode()
    run = Enrollment.objects.get(customer__traits__first_name="Bob")
    assert (
        reverse("campaigns:journey-run", kwargs={"key": journey.key, "enrollment": run.pk})
        in people
    )
    gone = Enrollment.objects.get(customer=ada)
    assert f"/runs/{gone.pk}/" not in people


def test_a_run_tells_every_step_with_its_reason(client, waiting):
    journey, ada, _ = waiting
    run = Enrollment.objects.get(customer=ada)
    text = page(client, "journey-run", journey, enrollment=run.pk).content.decode()
    assert text.count("Entered the journey") == 1
    assert text.index("Entered the journey") < text.index("Waited")
    assert "At “Wait 1 hour”, on to “Exit”" in text
    assert page(client, "journey-run", journey, enrollment=run.pk + 99).status_code == 404


def test_a_paused_journey_lets_nobody_in_and_only_publishers_pause(client, waiting, owner):
    journey, _, _ = waiting
    url = reverse("campaigns:journey-stop", kwargs={"key": journey.key})
    pause = {"what": "pause:go_on"}
    assert client.post(url, pause).status_code == 403
    client.force_login(owner)
    client.post(url, pause)
    journey.refresh_from_db()
    assert journey.status == "paused"
    client.post(url, {"what": "resume:now"})
    journey.refresh_from_db()
    assert journey.status == "live"


def test_the_check_finds_people_whom_nothing_will_move(waiting, capsys):
    call_command("check_journeys")
    assert "2 enrollments checked, none is broken" in capsys.readouterr().out
    Timer.objects.all().delete()
    with pytest.raises(CommandError, match="1 active without a timer"):
        call_command("check_journeys")


def test_the_ways_people_took_are_drawn_with_their_numbers(client, waiting):
    journey, _, _ = waiting
    text = page(client, "journey", journey).content.decode()
    assert "Picture of Ways people took" in text
    table = text[text.index('aria-label="Ways people took"') :]
    assert re.search(r"Order Completed</t[hd]>\s*<td[^>]*>Wait 1 hour</td>\s*<td[^>]*>2<", table)
    assert re.search(r"Wait 1 hour</t[hd]>\s*<td[^>]*>Exit</td>\s*<td[^>]*>1<", table)
