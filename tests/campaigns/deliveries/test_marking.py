"""Followed links get campaign parameters: added, never changed, and only where it was asked for."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.broadcasts.models import Broadcast
from campaigns.content.models import Template
from campaigns.deliveries.models import Delivery, DeliveryEvent, SendingRule
from campaigns.deliveries.rules import add_parameters
from kernel.audit.models import AuditEntry
from tests.campaigns.builders import NOW, key, make_customer, make_template, plan
from tests.campaigns.deliveries.test_views import links, path

TARGET = "https://shop.example/sale?utm_medium=own#top"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://a.example", "https://a.example?utm_source=s&utm_campaign=b+c"),
        ("HTTP://a.example/x?", "HTTP://a.example/x?utm_source=s&utm_campaign=b+c"),
        ("https://a.example/?q=%20a&q=b&", "https://a.example/?q=%20a&q=b&utm_source=s&utm_campaign=b+c"),
        ("https://a.example/#/r?x=1", "https://a.example/?utm_source=s&utm_campaign=b+c#/r?x=1"),
        ("https://a.example/?UTM_Source=", "https://a.example/?UTM_Source=&utm_campaign=b+c"),
        ("https://a.example/?utm_source=x&utm_campaign=y#z", "https://a.example/?utm_source=x&utm_campaign=y#z"),
        ("mailto:a@a.example", "mailto:a@a.example"),
        ("shop://cart?x=1", "shop://cart?x=1"),
    ],
)  # fmt: skip
def test_parameters_are_added_and_what_stands_there_stays(target, expected):
    assert add_parameters(target, {"utm_source": "s", "utm_empty": "", "utm_campaign": "b c"}) == (
        expected
    )


def follow(delivery):
    agent = {"User-Agent": "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15"}
    return Client(headers=agent).get(path(links(delivery).track(TARGET))).url


@pytest.fixture
def delivery(db):
    made = plan(
        make_customer(), make_template(topic="news"), status="handed_over",
        address="a@example.com", handed_over_at=NOW,
    )  # fmt: skip
    sent = Broadcast.objects.create(
        key=key(8), name="Spring Sale 25 %", template=Template.objects.get(), created_at=NOW
    )
    Delivery.objects.filter(pk=made.pk).update(broadcast_id=sent.pk)
    return made


def test_nothing_is_added_before_it_is_switched_on(delivery):
    assert follow(delivery) == TARGET
    SendingRule.objects.create(utm_source="shop")
    assert follow(delivery) == TARGET


def test_links_say_source_and_campaign_and_the_click_keeps_the_link_as_written(delivery):
    SendingRule.objects.create(adds_utm=True, utm_source="shop")
    assert follow(delivery) == (
        "https://shop.example/sale?utm_medium=own&utm_source=shop&utm_campaign=spring-sale-25#top"
    )
    assert DeliveryEvent.objects.get().raw == {"url": TARGET}


def test_a_template_has_a_campaign_of_its_own_or_stays_out(delivery, client, owner):
    client.force_login(owner)
    SendingRule.objects.create(adds_utm=True)
    address = reverse("campaigns:template-utm", kwargs={"key": Template.objects.get().key})
    client.post(address, {"takes_utm": "yes", "utm_campaign": " Win back "})
    assert "utm_source=newsletter&utm_campaign=win-back#top" in follow(delivery)
    client.post(address, {"utm_campaign": ""})
    assert follow(delivery) == TARGET
    entry = AuditEntry.objects.filter(object_type="template", verb="changed").latest("id")
    assert entry.after == {"takes_utm": False, "utm_campaign": ""}
