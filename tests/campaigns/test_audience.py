"""Segments and computed traits that journeys and templates use are known to be used."""

from datetime import UTC, datetime

import pytest

from campaigns.audience import CampaignUsage, ComputedValues
from campaigns.contracts import Channel, MessageClass, TemplateDraft
from campaigns.facade import create_template, publish_journey
from kernel.errors import Conflict
from kernel.ids import new_key
from profiles import facade
from profiles.contracts import IdentityRef

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
COUNT = {"kind": "figure", "measure": "count", "event": "Order Completed"}


def journey(name, segment_id):
    trigger = {"kind": "segment_entered", "segment_id": segment_id}
    entry = {"id": "entry", "type": "entry", "triggers": [trigger], "next": "done"}
    nodes = [{**entry, "reentry": "after_exit"}, {"id": "done", "type": "exit"}]
    definition = {"holdout_percent": 0, "nodes": nodes}
    publish_journey(name, key=new_key(now=NOW), definition=definition, actor="t", now=NOW)


def test_a_segment_that_a_live_journey_starts_from_cannot_be_archived():
    made = facade.create_segment("Buyers", rule={"root": {"rules": []}}, now=NOW)
    facade.publish_segment(made.id, now=NOW)
    journey("Welcome", made.id)
    other = facade.create_segment("Others", rule={"root": {"rules": []}}, now=NOW)
    used = CampaignUsage().list_users("segment", {str(made.key): made.id, str(other.key): other.id})
    assert {key: [user.name for user in users] for key, users in used.items()} == {
        str(made.key): ["Welcome"]
    }
    with pytest.raises(Conflict, match=r"“Welcome” \(journey\)"):
        facade.archive_segment(made.id, now=NOW)


def test_a_template_uses_the_computed_traits_it_names_and_gets_their_values():
    facade.create_computed_trait("Orders", slug="orders", definition=COUNT, now=NOW)
    facade.create_computed_trait("Order", slug="order", definition=COUNT, now=NOW)
    create_template(
        "Thanks",
        key=new_key(now=NOW),
        draft=TemplateDraft(
            channel=Channel.SMS,
            text="You ordered {{ computed.orders }} times. {{ unsubscribe_link }}",
        ),
        purpose=(MessageClass.MARKETING, ""),
        actor="t",
        now=NOW,
    )
    used = CampaignUsage().list_users("computed", {"computed.orders": 1, "computed.order": 2})
    assert {key: [user.name for user in users] for key, users in used.items()} == {
        "computed.orders": ["Thanks"]
    }
    ada = facade.identify_customer(IdentityRef(kind="user_id", value="ada"), traits={}, now=NOW)
    assert ComputedValues().values([ada], now=NOW) == {ada: {"orders": 0, "order": 0}}
    assert ComputedValues().samples == {"orders": "[Orders]", "order": "[Order]"}
