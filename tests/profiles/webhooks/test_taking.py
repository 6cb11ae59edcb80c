"""Webhooks from the request to the touchpoint: stored once, for the right person, or kept."""

import json
import time
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from kernel.errors import Invalid
from profiles.models import (
    InboxItem,
    QuarantinedMessage,
    Source,
    SourceActivity,
    Touchpoint,
    Webhook,
    WebhookDelivery,
    WebhookRefusal,
)
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.replaying import replay_quarantined
from profiles.webhooks.services.settings import (
    NewWebhook,
    create_webhook,
    renew_address,
    set_enabled,
)
from tests.profiles.collecting import events_of, people
from tests.profiles.webhooks.providing import Provider, ready, sign_shopify, sign_stripe

NOW = datetime.now(UTC)
ORDER = ready("shopify").sample.body
PAID = {"x_shopify_topic": "orders/paid"}


def outcomes() -> list[tuple[str, int]]:
    rows = WebhookDelivery.objects.order_by("received_at", "id")
    return list(rows.values_list("outcome", "events"))


def refusals() -> dict[str, int]:
    return dict(WebhookRefusal.objects.values_list("reason", "refused"))


def test_a_signed_shopify_order_becomes_a_touchpoint_of_its_person(shop: Provider):
    drained = shop.deliver(ORDER, **PAID)
    assert (drained.stored, drained.quarantined) == (2, 0)
    assert people() == {
        frozenset({("email", "ida.berg@example.com"), ("shopify_customer", "7310022944")})
    }
    assert events_of("email", "ida.berg@example.com") == ["Identify", "Order Completed"]
    bought = Touchpoint.objects.get(type=Touchpoint.Type.TRACK)
    assert str(bought.revenue) == "189.90"
    assert bought.occurred_at == datetime(2026, 3, 14, 8, 21, 5, tzinfo=UTC)
    assert bought.properties == {
        "order_id": "5612004311", "order_number": "#1042", "total": 189.9, "discount": 10,
        "currency": "EUR", "products": ["Two-person tent", "Gas cooker"],
        "skus": ["TENT-2P", "COOK-1"], "coupon": "SPRING10",
    }  # fmt: skip
    assert outcomes() == [("stored", 2)]


def test_a_signed_stripe_checkout_becomes_a_touchpoint_of_its_person(till: Provider):
    till.deliver(ready("stripe").sample.body)
    bought = Touchpoint.objects.get(type=Touchpoint.Type.TRACK)
    assert (str(bought.revenue), bought.properties["currency"]) == ("129.00", "eur")
    assert events_of("email", "ida.berg@example.com") == ["Identify", "Order Completed"]
    assert people() == {
        frozenset({("email", "ida.berg@example.com"), ("stripe_customer", "cus_QsampleIda"),
                   ("phone", "+4940123456")})
    }  # fmt: skip


def test_deliveries_of_two_providers_meet_in_one_person(shop: Provider, till: Provider):
    shop.deliver(ORDER, **PAID)
    till.deliver(ready("stripe").sample.body)
    assert len(people()) == 1
    assert len(events_of("stripe_customer", "cus_QsampleIda")) == 4


def test_what_the_provider_sends_again_is_left_out(shop: Provider):
    shop.deliver(ORDER, **PAID)
    again = shop.deliver(ORDER, **PAID, x_shopify_webhook_id="another")
    assert (again.stored, again.duplicates) == (0, 2)
    assert Touchpoint.objects.count() == 2
    assert outcomes() == [("stored", 2), ("repeated", 0)]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (sign_shopify(b"another body"), "bad_signature"),
        (sign_shopify(json.dumps(ORDER).encode(), secret="guessed"), "bad_signature"),
        ({"X-Shopify-Hmac-Sha256": "%%%"}, "bad_signature"),
        ({}, "missing_signature"),
    ],
    ids=["other body", "other secret", "no base64", "missing"],
)
def test_a_forged_request_is_refused_counted_and_not_stored(shop: Provider, headers, reason):
    shop.signer = lambda body: headers
    answer = shop.send(ORDER, **PAID)
    assert (answer.status_code, answer.json()["code"]) == (401, reason)
    assert not InboxItem.objects.exists()
    assert refusals() == {reason: 1}


def test_a_request_whose_signature_is_old_is_refused_as_stale(till: Provider):
    body = ready("stripe").sample.body
    till.signer = lambda content: sign_stripe(content, at=time.time() - 301)
    answer = till.send(body)
    assert (answer.status_code, answer.json()["code"]) == (401, "stale_signature")
    till.signer = lambda content: sign_stripe(content, at=time.time() - 290)
    assert till.send(body).status_code == 200
    assert refusals() == {"stale_signature": 1}


def test_a_huge_body_is_refused_and_counted(plain: Provider):
    answer = plain.send(b'{"a": "' + b"x" * 1_048_576 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert refusals() == {"too_large": 1}
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"who": ', "application/json"),
        (b"\x89PNG\r\n\x1a\n\xff", "image/png"),
        (b"[" * 100_000, "application/json"),
        (b"", "application/json"),
        (b"--x\r\nContent-Disposition: form-data\r\n", "multipart/form-data; boundary=x"),
    ],
    ids=["cut off", "picture", "deep", "empty", "multipart"],
)
def test_an_unreadable_body_is_kept_whole_in_quarantine(plain: Provider, body, content_type):
    drained = plain.deliver(body, content_type=content_type)
    assert (drained.stored, drained.quarantined) == (0, 1)
    kept = QuarantinedMessage.objects.get()
    assert (kept.reason, kept.field) == ("unreadable_body", "body")
    assert outcomes() == [("quarantined", 0)]


def test_json_and_forms_are_read_whatever_the_content_type_says(plain: Provider):
    plain.deliver({"who": "u1", "what": "One", "id": 1}, content_type="image/png")
    plain.deliver(b"who=u1&what=Two&id=2", content_type="application/x-www-form-urlencoded")
    assert events_of("user_id", "u1") == ["One", "Two"]


def test_what_cannot_be_mapped_is_stored_by_a_replay_after_the_mapping_is_mended(plain: Provider):
    plain.deliver({"who": "u1", "what": "Paid", "id": 1, "total": "12 EUR"})
    kept = QuarantinedMessage.objects.get()
    assert (kept.reason, kept.field) == ("cannot_map", "rules[0].properties.total")
    assert kept.detail == "It is no number."
    mended = plain.mapping
    mended["rules"][0]["properties"]["total"] = {"path": "$.total", "as": "text"}
    plain.save(mended)
    source_id = plain.webhook.source_id
    assert replay_quarantined(source_id=source_id + 1, actor="user:1", now=NOW) == (0, 0)
    assert replay_quarantined(source_id=source_id, actor="user:1", now=NOW) == (1, 0)
    assert replay_quarantined(source_id=source_id, actor="user:1", now=NOW) == (0, 0)
    assert Touchpoint.objects.get().properties == {"total": "12 EUR"}
    assert Touchpoint.objects.get().received_at == kept.received_at
    assert outcomes() == [("stored", 1)]
    again = plain.deliver({"who": "u1", "what": "Paid", "id": 1, "total": "12 EUR"})
    assert again.duplicates == 1


def test_a_request_is_stored_whole_or_kept_whole(plain: Provider):
    both = {"rules": [{**rule, "each": "$[*]"} for rule in plain.mapping["rules"]]}
    plain.save(both)
    good, bad = {"who": "u1", "what": "A", "id": 1}, {"who": None, "what": "B", "id": 2}
    drained = plain.deliver([good, bad])
    assert (drained.stored, drained.quarantined) == (0, 1)
    assert QuarantinedMessage.objects.get().field == "rules[0].identities"
    plain.deliver([good, {**bad, "who": "u2"}])
    assert len(people()) == 2


def test_one_bad_delivery_does_not_hold_up_the_others(plain: Provider):
    for number, who in enumerate(["u1", "guest", "u2"]):
        plain.send({"who": who, "what": "Paid", "id": number})
    drained = drain_inbox(now=NOW)
    assert (drained.stored, drained.quarantined) == (2, 1)
    assert QuarantinedMessage.objects.get().reason == "missing_identifier"
    activity = SourceActivity.objects.get()
    assert (activity.stored, activity.quarantined) == (2, 1)


def test_requests_that_no_rule_is_for_are_ignored_or_kept_as_the_mapping_says(
    shop: Provider, plain: Provider
):
    assert shop.deliver(ORDER, x_shopify_topic="themes/publish").quarantined == 0
    picky = {"rules": [{**plain.mapping["rules"][0], "when": [{"path": "$.a", "is": 1}]}]}
    plain.save(picky)
    assert plain.deliver({"who": "u1", "what": "Paid", "id": 1}).quarantined == 1
    assert outcomes() == [("ignored", 0), ("quarantined", 0)]
    assert QuarantinedMessage.objects.get().reason == "no_rule"


def test_a_crash_of_the_drain_loses_nothing_and_stores_nothing_twice(plain: Provider):
    plain.send({"who": "u1", "what": "Paid", "id": 1})

    def crash(execute, sql, params, many, context: dict[str, CursorWrapper]):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(crash):
        drain_inbox(now=NOW)
    assert InboxItem.objects.count() == 1
    assert not WebhookDelivery.objects.exists()
    assert drain_inbox(now=NOW).stored == 1
    assert drain_inbox(now=NOW).stored == 0
    assert events_of("user_id", "u1") == ["Paid"]
    assert outcomes() == [("stored", 1)]


def test_an_address_that_was_renewed_or_made_up_is_unknown(plain: Provider):
    old = plain.address
    good = plain.client.get(old)
    assert (good.status_code, good.json()) == (200, {"success": True})
    assert plain.client.head(old).content == b""
    assert plain.client.put(old, json={}).status_code == 405
    renew_address(plain.webhook, actor="user:1", now=NOW)
    guessed = [old, old[:-1] + ("A" if old[-1] != "A" else "B"), "/hooks/", "/hooks/x.1.y"]
    assert [plain.client.post(path, json={}).status_code for path in guessed] == [404] * 4
    plain.webhook = Webhook.objects.get()
    assert plain.send({"who": "u1", "what": "Paid", "id": 1}).status_code == 200


def test_a_disabled_source_takes_nothing_until_it_is_enabled(plain: Provider):
    set_enabled(plain.webhook, is_enabled=False, actor="user:1", now=NOW)
    assert plain.send({}).status_code == 404
    set_enabled(plain.webhook, is_enabled=True, actor="user:1", now=NOW)
    assert plain.send({}).status_code == 200
    assert Source.objects.get().disabled_at is None


def test_a_full_inbox_asks_the_provider_to_send_again(plain: Provider, settings):
    settings.COLLECTION_MAX_BACKLOG_MB = 0
    answer = plain.send({"who": "u1", "what": "Paid", "id": 1})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert not InboxItem.objects.exists()


def test_only_the_last_requests_are_kept_for_each_source(plain: Provider, shop: Provider):
    shop.deliver(ORDER, **PAID)
    for number in range(23):
        plain.send({"who": "u1", "what": "Paid", "id": number})
    drain_inbox(now=NOW)
    plain.deliver({"who": "u1", "what": "Last", "id": 99})
    of_plain = WebhookDelivery.objects.filter(source=plain.webhook.source_id)
    assert of_plain.count() == 20
    assert b"Last" in bytes(of_plain.latest("received_at").body)
    assert WebhookDelivery.objects.count() == 21


def test_a_too_large_event_is_kept_in_quarantine(plain: Provider):
    wide = {"rules": [{**plain.mapping["rules"][0], "properties": {"all": "$"}}]}
    plain.save(wide)
    plain.deliver({"who": "u1", "what": "Paid", "id": 1, "text": "x" * 40_000})
    assert QuarantinedMessage.objects.get().reason == "message_too_large"


def test_a_source_without_a_name_cannot_be_made(plain: Provider):
    draft = NewWebhook(name=" ", mapping=plain.webhook.mapping, signature={"scheme": "none"})
    with pytest.raises(Invalid):
        create_webhook(draft, actor="user:1", now=NOW)
    assert Source.objects.count() == 1


def test_a_secret_of_a_lost_key_asks_the_provider_to_send_again(shop: Provider, settings):
    address = shop.address
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", []
    assert shop.client.post(address, content=b"{}").status_code == 404
    answer = shop.client.post(shop.address, content=b"{}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
