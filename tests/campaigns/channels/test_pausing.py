"""Pausing: what is paused waits and nothing is lost."""

import pytest
from django.urls import reverse

from campaigns.channels.models import Sender, SendingPause
from campaigns.channels.pausing import pause_all, pause_badge, resume_all, set_sender_paused
from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision
from campaigns.deliveries.services.send import send_shard
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid, NotFound
from tests.campaigns.builders import NOW, key, make_customer, make_template, plan

pytestmark = pytest.mark.django_db
ACTOR = "user:1"


@pytest.fixture(autouse=True)
def sender(db):
    return add_sender(1, "First")


@pytest.fixture
def publisher(client, colleague):
    assign_role(colleague, Role.PUBLISHER)
    client.force_login(colleague)
    return client


def add_sender(number, name):
    draft = SenderDraft(
        name=name, channel=Channel.EMAIL, kind="console", from_address="s@a.example"
    )
    return create_sender(draft, key=key(number), actor=ACTOR, now=NOW)


def send_all():
    while sum(send_shard(shard, now=NOW) for shard in queries.list_due_shards(now=NOW)):
        pass


def status(delivery):
    delivery.refresh_from_db()
    return delivery.status


def test_a_paused_default_sender_makes_its_messages_wait_and_others_leave(sender):
    other = add_sender(2, "Second")
    customer, template = make_customer(), make_template()
    waiting, leaving = plan(customer, template), plan(customer, template, sender=other)
    named = plan(customer, template, sender=sender)
    set_sender_paused(sender.key, is_paused=True, actor=ACTOR, now=NOW)
    send_all()
    assert [status(d) for d in (waiting, named, leaving)] == ["planned", "planned", "handed_over"]
    assert Decision.objects.count() == 1
    set_sender_paused(sender.key, is_paused=False, actor=ACTOR, now=NOW)
    send_all()
    assert [status(d) for d in (waiting, named)] == ["handed_over", "handed_over"]


def test_a_pause_of_everything_also_holds_in_the_claim_itself():
    delivery = plan(make_customer(), make_template())
    pause_all(reason="Wrong price", actor=ACTOR, now=NOW)
    assert queries.list_due_shards(now=NOW) == []
    assert send_shard(delivery.shard or 0, now=NOW) == 0
    assert status(delivery) == "planned"
    resume_all(actor=ACTOR, now=NOW)
    send_all()
    assert status(delivery) == "handed_over"


def test_pausing_is_on_record_once_and_a_second_pause_is_refused(sender):
    before = AuditEntry.objects.count()
    for _ in range(2):
        set_sender_paused(sender.key, is_paused=True, actor=ACTOR, now=NOW)
    pause_all(reason=" Wrong price ", actor=ACTOR, now=NOW)
    with pytest.raises(Conflict):
        pause_all(reason="Again", actor=ACTOR, now=NOW)
    with pytest.raises(Invalid):
        pause_all(reason="  ", actor=ACTOR, now=NOW)
    with pytest.raises(NotFound):
        set_sender_paused(key(9), is_paused=True, actor=ACTOR, now=NOW)
    for _ in range(2):
        resume_all(actor=ACTOR, now=NOW)
    entries = AuditEntry.objects.order_by("id")[before:]
    assert [(e.verb, e.object_type) for e in entries] == [
        ("paused", "sender"),
        ("paused", "sending"),
        ("resumed", "sending"),
    ]
    assert entries[1].after == {"reason": "Wrong price"}


def test_the_badge_says_what_is_paused(sender):
    assert pause_badge() is None
    set_sender_paused(sender.key, is_paused=True, actor=ACTOR, now=NOW)
    assert pause_badge().label == "Sender paused"
    pause_all(reason="Wrong price", actor=ACTOR, now=NOW)
    assert (pause_badge().label, pause_badge().title) == ("Sending is paused", "Wrong price")


def test_publishers_pause_by_the_page_and_the_activity_says_why_nothing_leaves(publisher, sender):
    publisher.post(reverse("campaigns:sender-pause", args=[sender.key]), {"is_paused": "1"})
    assert Sender.objects.get().is_paused
    assert b"A sender is paused" in publisher.get(reverse("campaigns:messages")).content
    publisher.post(reverse("campaigns:sending-pause"), {"reason": "Wrong price"})
    page = publisher.get(reverse("campaigns:messages")).content.decode()
    assert "Nothing goes out: all sending is paused" in page
    assert "Wrong price" in page
    assert b"Resume all sending" in publisher.get(reverse("campaigns:senders")).content
    publisher.post(reverse("campaigns:sending-resume"))
    publisher.post(reverse("campaigns:sender-pause", args=[sender.key]), {"is_paused": "0"})
    assert not Sender.objects.get().is_paused
    assert not SendingPause.objects.exists()


def test_editors_see_senders_and_pause_nothing(client, colleague, sender):
    client.force_login(colleague)
    assert b"Pause" not in client.get(reverse("campaigns:senders")).content
    assert client.post(reverse("campaigns:sending-pause"), {"reason": "x"}).status_code == 403
    assert client.post(reverse("campaigns:sending-resume")).status_code == 403
    url = reverse("campaigns:sender-pause", args=[sender.key])
    assert client.post(url, {"is_paused": "1"}).status_code == 403
    assert not Sender.objects.get().is_paused
