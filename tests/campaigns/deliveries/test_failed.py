"""A message that failed is sent again or given up by a person, with a reason, once."""

import pytest
from django.urls import reverse

from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.services.settle import settle_failed
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid, NotFound
from tests.campaigns.builders import NOW, after, key, make_customer, make_template, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(db):
    delivery = plan(make_customer(), make_template(), address="old@example.com", attempts=5)
    Delivery.objects.update(status="failed", reason="smtp_550", finished_at=NOW)
    return delivery


def settle(delivery, verdict, reason="The server is mended"):
    return settle_failed(
        delivery.key, verdict=verdict, reason=reason, actor="user:1", now=after(hours=1)
    )


def test_it_is_sent_again_with_all_its_tries_to_the_address_of_today(failed):
    settled = settle(failed, "again")
    assert (settled.status, settled.attempts, settled.address) == ("planned", 0, "")
    assert (settled.due_at, settled.finished_at) == (after(hours=1), None)
    assert Decision.objects.values_list("outcome", "reason").get() == ("delayed", "sent_again")
    entry = AuditEntry.objects.latest("id")
    assert (entry.verb, entry.before["reason"]) == ("sent_again", "smtp_550")
    with pytest.raises(Conflict):
        settle(failed, "again")


def test_given_up_it_stays_failed_and_is_not_sent_again(failed):
    assert settle(failed, "skip").status == "failed"
    assert Decision.objects.values_list("outcome", "reason").get() == ("failed", "skipped")
    for verdict in ("again", "skip"):
        with pytest.raises(Conflict):
            settle(failed, verdict)
    assert Decision.objects.count() == 1


def test_without_a_reason_or_a_verdict_nothing_changes(failed):
    for verdict, reason in (("again", " "), ("burn", "Because"), ("again", "x" * 201)):
        with pytest.raises(Invalid):
            settle(failed, verdict, reason)
    with pytest.raises(NotFound):
        settle_failed(key(5), verdict="again", reason="x", actor="user:1", now=NOW)
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_publishers_do_it_by_the_page_and_editors_do_not(client, colleague, failed):
    client.force_login(colleague)
    url = reverse("campaigns:message-repeat", args=[failed.key])
    assert client.post(url, {"verdict": "again", "reason": "x"}).status_code == 403
    assign_role(colleague, Role.PUBLISHER)
    Decision.objects.create(
        customer_id=failed.customer_id, delivery=failed, outcome="failed", reason="smtp_550",
        decided_at=NOW,
    )  # fmt: skip
    assert url in client.get(reverse("campaigns:messages") + "?outcome=failed").content.decode()
    assert "answered 550" in client.get(url).content.decode()
    assert client.post(url, {"verdict": "again", "reason": ""}).status_code == 422
    assert client.post(url, {"verdict": "again", "reason": "Mended"}).status_code == 302
    failed.refresh_from_db()
    assert failed.status == "planned"
