"""The work of the gate grows with the messages, never with their square."""

import pytest

from campaigns.deliveries import queries
from campaigns.deliveries.models import Decision, Delivery, VolumeLimit
from campaigns.deliveries.volume import hold_excess
from kernel.testing import drain_facts
from tests.campaigns.builders import NOW, after, make_cap, make_sender, make_template
from tests.crowds import make_crowd, measure_tables
from tests.plans import costly, empty_anew, statements_seen

pytestmark = pytest.mark.django_db
MESSAGES = 500


@pytest.mark.parametrize("is_known", [False, True], ids=["new tables", "known tables"])
def test_claims_and_limits_look_at_each_message_alone(is_known):
    empty_anew()
    make_sender()
    make_cap(count=3)
    fill_queue()
    VolumeLimit.objects.create(
        name="Pace", scope="everything", amount=400, period="minute", policy="wait"
    )
    VolumeLimit.objects.create(
        name="Budget", scope="channel", subject="email", amount=300, period="day", policy="hold_back"
    )  # fmt: skip
    if is_known:
        measure_tables()

    with statements_seen() as seen:
        claimed = []
        for shard in queries.list_due_shards(now=NOW):
            assert queries.lock_shard(shard)
            claimed += [row.id for row in queries.claim_due(shard, batch=MESSAGES, now=NOW)]
        kept = hold_excess(claimed, now=NOW)
        drain_facts(after(minutes=1))

    assert len(claimed) == MESSAGES
    assert len(kept) == 200
    assert Delivery.objects.filter(status="claimed").count() == 300
    assert Decision.objects.filter(outcome="held_back", reason="budget_spent").count() == 100
    assert costly(seen, items=MESSAGES) == {}


def fill_queue():
    template = make_template()
    template.refresh_from_db()
    Delivery.objects.bulk_create(
        Delivery(
            customer_id=person, channel="email", message_class="marketing", due_at=NOW,
            template_version=template.live_version,
        )
        for person in make_crowd(MESSAGES, now=NOW)
    )  # fmt: skip
