"""What a person said about the pace holds in the gate, for marketing only."""

from datetime import timedelta

import pytest

from campaigns.contracts import MessageClass
from campaigns.deliveries.models import Decision
from profiles.consent.preference_queries import Pace, set_pace
from tests.campaigns.builders import NOW, make_customer, make_sender, make_template, plan
from tests.campaigns.deliveries.test_gate import outcome, send_all

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ada(db):
    make_sender()
    return make_customer()


def test_a_pause_holds_marketing_back_and_says_until_when(ada):
    set_pace(ada.id, Pace(paused_until=NOW + DAY), now=NOW)
    news = plan(ada, make_template())
    receipt = plan(ada, make_template("Receipt", message_class=MessageClass.TRANSACTIONAL))
    send_all()
    assert outcome(news) == ("held_back", "held_back", "paused")
    assert outcome(receipt) == ("handed_over", "sent", "accepted")
    assert "paused_until" in Decision.objects.get(delivery=news).numbers


def test_a_pause_that_is_over_holds_nothing_back(ada):
    set_pace(ada.id, Pace(paused_until=NOW), now=NOW - DAY)
    news = plan(ada, make_template())
    send_all()
    assert outcome(news) == ("handed_over", "sent", "accepted")


def test_the_weekly_limit_counts_marketing_messages_of_seven_days(ada):
    set_pace(ada.id, Pace(weekly_limit=1), now=NOW)
    template = make_template()
    first = plan(ada, template, due_at=NOW)
    send_all()
    second = plan(ada, template, due_at=NOW + DAY)
    send_all(NOW + DAY)
    later = plan(ada, template, due_at=NOW + 8 * DAY)
    send_all(NOW + 8 * DAY)
    assert outcome(first)[2] == outcome(later)[2] == "accepted"
    assert outcome(second) == ("held_back", "held_back", "weekly_limit")
    assert Decision.objects.get(delivery=second).numbers["pace"] == {
        "count": 1, "max": 1, "days": 7,
    }  # fmt: skip
