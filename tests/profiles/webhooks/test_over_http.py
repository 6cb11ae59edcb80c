"""Signed webhooks over real HTTP, many at once, as providers send them."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from django.db import connection

from mcps_site.lending import lent_connection
from mcps_site.wsgi import application
from profiles.models import InboxItem, Touchpoint, WebhookRefusal
from profiles.touchpoints.services.draining import drain_inbox
from tests.profiles.collecting import events_of
from tests.profiles.webhooks.providing import (
    SIMPLE,
    Provider,
    make_provider,
    ready,
    sign_nothing,
    sign_shopify,
    sign_stripe,
)
from tests.serving import served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def host() -> Iterator[str]:
    with served(application) as address:
        yield address


def send(host: str, provider: Provider, body: bytes, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "application/json", **provider.signer(body), **named}
    return httpx.post(host + provider.address, content=body, headers=sent).status_code


def test_two_providers_send_at_once_and_again_and_everything_is_stored_once(host):
    shop = make_provider(
        "shopify", ready("shopify").mapping_text, {"scheme": "shopify"}, sign_shopify
    )
    till = make_provider("stripe", ready("stripe").mapping_text, {"scheme": "stripe"}, sign_stripe)
    order, checkout = ready("shopify").sample.body, ready("stripe").sample.body
    orders = [json.dumps({**order, "id": number}).encode() for number in range(20)]
    checkouts = [json.dumps({**checkout, "id": f"evt_{number}"}).encode() for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        tasks = [
            pool.submit(send, host, shop, body, x_shopify_topic="orders/paid")
            for body in orders * 2
        ] + [pool.submit(send, host, till, body) for body in checkouts * 2]
        assert {task.result() for task in tasks} == {200}
    forged = {"X-Shopify-Hmac-Sha256": "AAAA"}
    shop.signer = lambda body: forged
    assert send(host, shop, orders[0], x_shopify_topic="orders/paid") == 401
    assert InboxItem.objects.count() == 80
    drained = drain_inbox(now=datetime.now(UTC))
    assert (drained.stored, drained.duplicates, drained.quarantined) == (80, 80, 0)
    assert events_of("email", "ida.berg@example.com").count("Order Completed") == 40
    assert Touchpoint.objects.count() == 80
    assert list(WebhookRefusal.objects.values_list("reason", "refused")) == [("bad_signature", 1)]
    shop.client.close()
    till.client.close()


def test_a_lost_connection_to_the_database_is_replaced():
    plain = make_provider("plain", SIMPLE, {"scheme": "none"}, sign_nothing)
    with lent_connection():
        connection.ensure_connection()
        connection.connection.close()
    body = {"who": "u1", "what": "Paid", "id": 1}
    assert [plain.send(body).status_code for _ in range(2)] == [503, 200]
    assert drain_inbox(now=datetime.now(UTC)).stored == 1
    plain.client.close()
