"""Cards for the clerks of stores: each is done once, and the person's timeline says so."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.channels.models import Card
from campaigns.contracts import Channel
from campaigns.deliveries.models import Delivery, DeliveryEvent
from campaigns.deliveries.services.send import send_shard
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from tests.campaigns.builders import make_customer, make_words, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client, colleague):
    client.force_login(colleague)
    return client


def card(place="Berlin", name="Ada"):
    template = make_words(
        f"Greet {place} {name}", Channel.TASK, subject="Greet {{ first_name }}",
        text="Show the tents", place=place,
    )  # fmt: skip
    delivery = plan(make_customer(name), template, due_at=timezone.now())
    send_shard(delivery.shard or 0, now=timezone.now())
    return Card.objects.get(key=delivery.key)


def page(clerk, query=""):
    return clerk.get(reverse("campaigns:cards") + query).content.decode()


def test_open_cards_are_listed_by_store(clerk):
    assert "No open cards" in page(clerk)
    card("Berlin", "Ada"), card("Bonn", "Ben")
    assert all(name in page(clerk) for name in ("Greet Ada", "Greet Ben"))
    assert "Greet Ben" not in page(clerk, "?place=Berlin")


def test_a_card_is_done_once(clerk):
    done = card()
    url = reverse("campaigns:card-finish", args=[done.key])
    assert "Done. It is on the person" in clerk.post(url, follow=True).content.decode()
    assert "already" in clerk.post(url, follow=True).content.decode()
    assert DeliveryEvent.objects.values_list("kind", flat=True).get() == "delivered"
    assert Delivery.objects.get().status == "confirmed"
    done.refresh_from_db()
    assert done.closed_by.startswith("user:")
    assert "No open cards" in page(clerk)


def test_viewers_see_no_names_and_finish_nothing(clerk, colleague):
    done = card()
    assign_role(colleague, Role.VIEWER)
    assert clerk.get(reverse("campaigns:cards")).status_code == 403
    assert clerk.post(reverse("campaigns:card-finish", args=[done.key])).status_code == 403
    done.refresh_from_db()
    assert done.closed_at is None


def test_a_message_of_an_inbox_is_no_card(clerk):
    template = make_words("News", Channel.INAPP, subject="Hi", text="There")
    delivery = plan(make_customer(), template, due_at=timezone.now())
    send_shard(delivery.shard or 0, now=timezone.now())
    url = reverse("campaigns:card-finish", args=[delivery.key])
    assert clerk.post(url).status_code == 404
    assert "No open cards" in page(clerk)
