"""What messages lead to: the pixel, links and unsubscribing, by token only."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from campaigns.content.rules.rendering import compile_words, render_words
from campaigns.content.rules.tokens import Scope, sign_token
from campaigns.contracts import EventKind, ProviderEvent
from campaigns.deliveries.links import personal_links, signing_key
from campaigns.deliveries.messages import idle_links
from campaigns.deliveries.models import DeliveryEvent
from campaigns.deliveries.rules import is_bot_act
from campaigns.deliveries.services.feedback import record_events
from kernel.testing import drain_facts
from profiles.consent.models import Consent, Suppression
from profiles.touchpoints.models import Touchpoint
from tests.campaigns.builders import NOW, make_customer, make_template, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(db):
    template = make_template(topic="news")
    return plan(
        make_customer(), template, status="handed_over", address="a@example.com", handed_over_at=NOW
    )


@pytest.fixture
def client():
    """A person's mail program."""
    return Client(headers={"User-Agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15"})


@pytest.mark.parametrize(
    ("agent", "seconds", "is_bot"),
    [
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15", 60, False),
        ("Mozilla/5.0 (via ggpht.com GoogleImageProxy)", 60, False),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15", -600, True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", 60, True),
        ("BarracudaCentral link check", 60, True),
        ("python-requests/2.31", 60, True),
        ("", 60, True),
    ],
)
def test_what_a_program_opens_is_kept_and_told_to_nobody(delivery, agent, seconds, is_bot):
    assert is_bot_act(agent, handed_over_at=NOW, at=NOW + timedelta(seconds=seconds)) is is_bot
    client = Client(headers={"User-Agent": agent})
    type(delivery).objects.update(handed_over_at=timezone.now() - timedelta(seconds=seconds))
    client.get(path(links(delivery).open_pixel))
    assert DeliveryEvent.objects.get().is_bot is is_bot
    drain_facts(NOW)
    assert timeline() == ([] if is_bot else ["Email Opened"])


def links(delivery):
    return personal_links(delivery.pk, now=timezone.now())


def path(url):
    return url.removeprefix(settings.PUBLIC_URL)


def kinds():
    return list(DeliveryEvent.objects.order_by("id").values_list("kind", flat=True))


def timeline():
    return list(
        Touchpoint.objects.filter(type=7).order_by("id").values_list("event__name", flat=True)
    )


def test_opening_is_recorded_confirms_the_delivery_and_reaches_the_timeline(client, delivery):
    answer = client.get(path(links(delivery).open_pixel))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    assert answer["Cache-Control"] == "no-store"
    assert kinds() == ["opened"]
    delivery.refresh_from_db()
    assert delivery.status == "confirmed"
    drain_facts(NOW)
    assert timeline() == ["Email Opened"]


def test_a_link_leads_on_and_is_recorded_with_its_target(client, delivery):
    target = "https://shop.example/new?a=1&b=ä"
    answer = client.get(path(links(delivery).track(target)))
    assert (answer.status_code, answer["Location"]) == (
        302,
        "https://shop.example/new?a=1&b=%C3%A4",
    )
    assert DeliveryEvent.objects.get().raw == {"url": target}
    drain_facts(NOW)
    touchpoint = Touchpoint.objects.get(type=7)
    assert touchpoint.properties["url"] == target
    assert touchpoint.customer_id == delivery.customer_id


def test_asking_for_the_head_records_nothing(client, delivery):
    assert client.head(path(links(delivery).open_pixel)).status_code == 200
    assert client.head(path(links(delivery).track("https://a.example"))).status_code == 302
    assert kinds() == []


def test_a_forged_link_leads_nowhere(client, delivery):
    other = sign_token(
        b"x" * 32, Scope.CLICK, delivery_id=delivery.pk,
        expires_at=timezone.now() + timedelta(days=1), text="https://evil.example",
    )  # fmt: skip
    assert client.get(f"/e/c/{other}").status_code == 404
    expired = sign_token(
        signing_key(settings.SECRET_KEY), Scope.CLICK, delivery_id=delivery.pk,
        expires_at=timezone.now() - timedelta(days=1), text="https://a.example",
    )  # fmt: skip
    assert client.get(f"/e/c/{expired}").status_code == 404
    assert client.get(f"/e/u/{expired}").status_code == 404
    assert kinds() == []


def test_getting_the_unsubscribe_page_changes_nothing(client, delivery):
    answer = client.get(path(links(delivery).unsubscribe))
    assert answer.status_code == 200
    assert b"Nothing has changed yet" in answer.content
    assert kinds() == []
    assert Consent.objects.filter(state="withdrawn").count() == 0


def test_one_click_unsubscribes_from_the_topic_without_cookies_and_twice_is_once(client, delivery):
    strict = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = strict.post(path(links(delivery).unsubscribe), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not answer.cookies
    state = Consent.objects.get(state="withdrawn")
    assert (state.channel, state.topic, state.address) == ("email", "news", "a@example.com")
    assert kinds() == ["unsubscribed"]
    drain_facts(NOW)
    assert timeline() == ["Unsubscribed"]


def test_the_page_can_stop_the_whole_channel(client, delivery):
    client.post(path(links(delivery).unsubscribe), {"scope": "channel"})
    assert Consent.objects.get(state="withdrawn").topic == ""


def report(delivery, kind, key="k1"):
    return record_events(
        [ProviderEvent(delivery_key=delivery.key, kind=kind, at=NOW, key=key)], now=NOW
    )


def test_a_replayed_report_adds_nothing(delivery):
    assert report(delivery, EventKind.DELIVERED) == 1
    assert report(delivery, EventKind.DELIVERED) == 0
    assert kinds() == ["delivered"]


@pytest.mark.parametrize(
    ("kind", "status", "suppressed"),
    [
        (EventKind.BOUNCED, "failed", ["hard_bounce"]),
        (EventKind.COMPLAINED, "confirmed", ["complaint"]),
        (EventKind.DEFERRED, "handed_over", []),
        (EventKind.DELIVERED, "confirmed", []),
    ],
)
def test_a_report_moves_the_delivery_and_suppresses_bad_addresses(
    delivery, kind, status, suppressed
):
    report(delivery, kind)
    delivery.refresh_from_db()
    assert delivery.status == status
    rows = Suppression.objects.filter(address="a@example.com", channel="email")
    assert list(rows.values_list("reason", flat=True)) == suppressed


def test_an_opened_message_settles_an_unknown_one(delivery):
    delivery.status = "unknown"
    delivery.save()
    report(delivery, EventKind.OPENED)
    delivery.refresh_from_db()
    assert delivery.status == "confirmed"


def test_a_bot_is_kept_and_not_told(delivery):
    record_events(
        [
            ProviderEvent(
                delivery_key=delivery.key, kind=EventKind.OPENED, at=NOW, key="b", is_bot=True
            )
        ],
        now=NOW,
    )
    drain_facts(NOW)
    assert (kinds(), timeline()) == (["opened"], [])


def test_view_in_browser_shows_what_was_sent_and_records_nothing(client, delivery):
    type(delivery).objects.update(wording={"first_name": "Ada"})
    answer = client.get(path(links(delivery).view))
    page = answer.content.decode()
    assert "Hi Ada, we miss you." in page
    assert "/e/c/" in page
    assert "/e/o/" not in page
    assert "/e/u/" in page
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert kinds() == []
    delivery.refresh_from_db()
    assert delivery.status == "handed_over"


def test_view_in_browser_needs_its_own_token_and_the_words(client, delivery):
    own = path(links(delivery).view)
    assert client.get(own).status_code == 404
    type(delivery).objects.update(wording={"first_name": "Ada"})
    other = path(links(delivery).unsubscribe).rsplit("/", 1)[1]
    assert client.get(f"/e/v/{other}").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        assert client.get(own).status_code == 404


def test_who_follows_the_hidden_link_is_a_program_for_a_minute(client, delivery):
    type(delivery).objects.update(handed_over_at=timezone.now() - timedelta(hours=1))
    scanned = timezone.now()
    for seconds in (0, 1, 59, 61):
        with time_machine.travel(scanned + timedelta(seconds=seconds), tick=False):
            link = links(delivery)
            client.get(path(link.track("https://shop.example") if seconds else link.trap))
    bots = DeliveryEvent.objects.order_by("id").values_list("is_bot", flat=True)
    assert list(bots) == [True, True, True, False]


def test_the_hidden_link_is_the_first_one_and_previews_have_none():
    compiled = compile_words(make_template().live_version)
    values = {"first_name": "Ada"}
    sent = render_words(compiled, values=values, links=personal_links(7, now=NOW)).html
    assert "/e/t/" in re.search(r"<a [^>]*>", sent).group()
    shown = render_words(compiled, values=values, links=idle_links()).html
    assert 'style="display:none" tabindex' not in shown
