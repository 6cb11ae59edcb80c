"""Kept requests when a person asks for their data, or goes."""

from datetime import UTC, datetime

from profiles.contracts import CustomerId
from profiles.customers.services import erase_customers, export_customer
from profiles.models import Identity, QuarantinedMessage, WebhookDelivery
from tests.profiles.webhooks.providing import Provider, ready

NOW = datetime.now(UTC)
PAID = {"x_shopify_topic": "orders/paid"}
MAIL = "ida.berg@example.com"


def test_what_is_kept_of_a_person_is_exported_and_erased_and_stays_so(shop: Provider):
    order = ready("shopify").sample.body
    other = {**order, "id": 9, "email": "bystander@example.com",
             "customer": {"id": 99999, "email": "bystander@example.com"}}  # fmt: skip
    shop.deliver(order, **PAID)
    shop.deliver(other, **PAID)
    ida = CustomerId(Identity.objects.get(kind="email", value=MAIL).customer_id)
    exported = export_customer(ida, actor="user:1", now=NOW)["webhooks"]["webhooks"]
    assert [(row["outcome"], MAIL in row["request"]) for row in exported] == [("stored", True)]
    erase_customers([ida], actor="user:1", reason="Request 17", now=NOW)
    kept = [bytes(row.body) for row in WebhookDelivery.objects.order_by("id")]
    assert kept[0] == b""
    assert b"bystander" in kept[1]
    again = shop.deliver({**order, "id": 10}, **PAID)
    assert (again.stored, again.quarantined) == (0, 1)
    assert not any(MAIL.encode() in bytes(row.body) for row in WebhookDelivery.objects.all())
    assert not any(MAIL.encode() in bytes(row.body) for row in QuarantinedMessage.objects.all())


def test_a_number_names_a_person_only_as_a_whole(shop: Provider):
    body = {"id": 731002294, "updated_at": "2026-03-14T08:00:00Z"}
    shop.deliver(body, x_shopify_topic="customers/update")
    shop.deliver({"id": 7310022944, "first_name": "Ida"}, x_shopify_topic="customers/update")
    person = CustomerId(Identity.objects.get(value="7310022944").customer_id)
    erase_customers([person], actor="user:1", reason="Request 17", now=NOW)
    kept = [bool(row.body) for row in WebhookDelivery.objects.order_by("id")]
    assert kept == [True, False]
