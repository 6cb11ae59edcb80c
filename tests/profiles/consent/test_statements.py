"""Consent that clients send as events: “Consent Updated”."""

from datetime import UTC, datetime

import pytest

from kernel.testing.facts import drain_facts
from profiles.consent.models import Consent, ConsentEntry


def said(state, when, *, channel="email", **properties):
    return {
        "type": "track",
        "userId": "ada",
        "event": "Consent Updated",
        "timestamp": when,
        "properties": {"channel": channel, "state": state, **properties},
    }


def settle():
    drain_facts(datetime.now(UTC))


def test_the_newest_statement_holds_whatever_the_order_of_arrival(sender):
    sender.deliver(
        said("granted", "2026-03-02T10:00:00Z", text_version="v2"),
        said("withdrawn", "2026-03-03T10:00:00Z"),
        said("granted", "2026-03-01T10:00:00Z"),
    )
    settle()
    assert list(Consent.objects.values_list("channel", "topic", "state")) == [
        ("email", "", "withdrawn")
    ]
    assert sorted(ConsentEntry.objects.values_list("state", "source", "text_version")) == [
        ("granted", "event", ""),
        ("granted", "event", "v2"),
        ("withdrawn", "event", ""),
    ]


def test_a_late_older_statement_goes_into_the_ledger_only(sender):
    sender.deliver(said("withdrawn", "2026-03-03T10:00:00Z"))
    settle()
    sender.deliver(said("granted", "2026-03-01T10:00:00Z"))
    settle()
    assert Consent.objects.get().state == "withdrawn"
    assert ConsentEntry.objects.count() == 2


@pytest.mark.parametrize(
    "event",
    [said("maybe", "2026-03-03T10:00:00Z"), said("granted", "2026-03-03T10:00:00Z", channel="")],
    ids=["unknown state", "no channel"],
)
def test_a_statement_that_says_nothing_changes_nothing(sender, event):
    sender.deliver(event)
    settle()
    assert not Consent.objects.exists()
    assert not ConsentEntry.objects.exists()
