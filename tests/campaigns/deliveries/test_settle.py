"""Unknown deliveries: the provider is asked, else a publisher decides on record."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.channels.services import create_sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision
from campaigns.deliveries.services.send import LEASE, settle_stale
from campaigns.deliveries.services.settle import ask_providers, settle_by_log, settle_unknown
from campaigns.extension_points import ProviderConfig, channel_providers
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid
from tests.campaigns.builders import NOW, after, key, make_customer, make_template, plan

pytestmark = pytest.mark.django_db
LATE = NOW + 2 * LEASE + timedelta(seconds=1)


class Silent:
    """A provider that cannot be asked."""

    kind = "silent"
    channels = (Channel.EMAIL,)
    config_type = ProviderConfig

    def send(self, messages, *, config, now):
        raise AssertionError("nothing may be sent here")


class Asked(Silent):
    """A provider that knows what it took."""

    kind = "asked"
    answer = None

    def look_up(self, keys, *, config):
        return self.answer


@pytest.fixture
def provider(db):
    with channel_providers.opened():
        asked = Asked()
        for item in (asked, Silent()):
            channel_providers.register(item.kind, item)
        yield asked


def lose(kind="asked"):
    """Deliveries whose worker died while handing them over."""
    draft = SenderDraft(name=kind, channel=Channel.EMAIL, kind=kind, from_address="s@a.example")
    create_sender(draft, key=key(1), actor="user:1", now=NOW)
    template = make_template()
    lost = [plan(make_customer(), template) for _ in range(3)]
    for delivery in lost:
        delivery.refresh_from_db()
        queries.lock_shard(delivery.shard)
        queries.claim_due(delivery.shard, batch=10, now=NOW)
    queries.begin_hand_over({d.pk: {} for d in lost}, claimed_at=NOW, now=NOW)
    settle_stale(now=NOW + LEASE + timedelta(seconds=1))
    return lost


def standing(deliveries):
    for delivery in deliveries:
        delivery.refresh_from_db()
    return [(delivery.status, delivery.reason) for delivery in deliveries]


def test_the_provider_settles_what_it_knows_and_the_rest_stays_unknown(provider):
    taken, lost, untold = lose()
    provider.answer = {taken.key: True, lost.key: False}
    assert ask_providers(now=NOW + LEASE) == 0
    assert ask_providers(now=LATE) == 2
    assert ask_providers(now=LATE) == 0
    assert standing([taken, lost, untold]) == [
        ("handed_over", "provider_has_it"),
        ("planned", "provider_never_got_it"),
        ("unknown", "worker_lost"),
    ]
    outcomes = Counter(Decision.objects.values_list("delivery_id", "outcome"))
    assert outcomes == {
        (taken.pk, "unknown"): 1, (lost.pk, "unknown"): 1, (untold.pk, "unknown"): 1,
        (taken.pk, "sent"): 1, (lost.pk, "delayed"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["asked", "silent"])
def test_without_an_answer_nothing_changes(provider, kind):
    lost = lose(kind)
    assert ask_providers(now=LATE) == 0
    assert standing(lost) == [("unknown", "worker_lost")] * 3


def test_a_publisher_marks_one_as_sent_and_has_another_sent_again(provider, client, colleague):
    assign_role(colleague, Role.PUBLISHER)
    client.force_login(colleague)
    sent, again, _ = lose()
    page = client.get(reverse("campaigns:messages")).content.decode()
    assert page.count("Mark as sent or send again") == 3
    url = reverse("campaigns:message-settle", args=[sent.key])
    assert b"A worker was lost" in client.get(url).content
    assert client.post(url, {"verdict": "sent", "reason": " "}).status_code == 422
    assert standing([sent]) == [("unknown", "worker_lost")]
    assert client.post(url, {"verdict": "sent", "reason": "In its log"}).status_code == 302
    other = reverse("campaigns:message-settle", args=[again.key])
    assert client.post(other, {"verdict": "again", "reason": "Not there"}).status_code == 302
    assert standing([sent, again]) == [("handed_over", "marked_sent"), ("planned", "sent_again")]
    entries = AuditEntry.objects.filter(object_type="delivery").order_by("id")
    assert [(e.verb, e.object_id, e.after) for e in entries] == [
        ("marked_sent", str(sent.key), {"status": "handed_over", "reason": "In its log"}),
        ("sent_again", str(again.key), {"status": "planned", "reason": "Not there"}),
    ]
    page = client.get(reverse("campaigns:messages")).content.decode()
    assert page.count("Mark as sent or send again") == 1


def test_what_is_settled_is_not_settled_again(provider):
    lost = lose()[0]
    settle = {"key": lost.key, "actor": "user:1", "now": after(days=1)}
    with pytest.raises(Invalid):
        settle_unknown(verdict="sent", reason="x" * 201, **settle)
    with pytest.raises(Invalid):
        settle_unknown(verdict="", reason="Not in its log", **settle)
    settle_unknown(verdict="again", reason="Not in its log", **settle)
    with pytest.raises(Conflict):
        settle_unknown(verdict="again", reason="Once more", **settle)


def test_editors_settle_nothing(provider, client, colleague):
    client.force_login(colleague)
    lost = lose()[0]
    url = reverse("campaigns:message-settle", args=[lost.key])
    assert client.post(url, {"verdict": "sent", "reason": "x"}).status_code == 403
    assert b"Mark as sent" not in client.get(reverse("campaigns:messages")).content
    assert standing([lost]) == [("unknown", "worker_lost")]


@pytest.mark.parametrize(
    ("is_whole", "expected"),
    [
        (True, [("handed_over", "in_server_log"), *[("planned", "not_in_server_log")] * 2]),
        (False, [("handed_over", "in_server_log"), *[("unknown", "worker_lost")] * 2]),
    ],
)
def test_a_server_s_log_settles_all_e_mails_at_once(
    provider, client, colleague, is_whole, expected
):
    assign_role(colleague, Role.PUBLISHER)
    client.force_login(colleague)
    lost = lose()
    log = f"Mar 10 12:00:01 mx: from=<x> message-id=<{lost[0].key.hex.upper()}@a.example>\n\xff\n"
    url = reverse("campaigns:messages-unknown")
    assert "3 e-mails" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    posted = {"log": SimpleUploadedFile("mail.log", log.encode("latin-1"))}
    client.post(url, {**posted, **({"is_whole": "on"} if is_whole else {})})
    assert standing(lost) == expected
    entry = AuditEntry.objects.get(object_type="delivery", verb="settled")
    assert entry.after == {"sent": 1, "again": 2 if is_whole else 0}


def test_a_log_leaves_alone_what_a_worker_may_still_hand_over(provider):
    lost = lose()
    settle_by_log([], is_whole=True, actor="user:1", now=NOW + LEASE - timedelta(seconds=1))
    assert standing(lost) == [("unknown", "worker_lost")] * 3
